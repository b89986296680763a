#pragma once

#include <llhttp.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/http/field_list.h"

namespace pulter::http {

enum class MessageKind : std::uint8_t { request, response };

/// Bounds that both readers have; see their own limits for the meaning.
struct MessageLimits {
  std::size_t header_bytes;
  std::size_t header_count;
  std::size_t chunk_overhead_bytes;
};

/// The common half of RequestReader and ResponseReader; inside this room only.
///
/// llhttp gets one line of the framing, or one piece of the body, at a time. So each byte is known to be one
/// or the other, each is counted, and the lines can be held to the letter of RFC 9112 where llhttp is
/// lenient: CRLF ends every line, nothing is folded, nothing precedes the start line, no control characters.
/// It stays where it was made, because llhttp points to it.
class MessageParser {
 public:
  MessageParser(MessageKind kind, MessageLimits limits) noexcept;
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// For the next message of a new exchange: counters start again.
  void reset() noexcept;
  /// For the next message of the same exchange (after an interim answer): counters go on.
  void next_message() noexcept;

  /// Takes one line, or one piece of body, from the front of `input`, which is not empty; gives the number of
  /// bytes taken. At most one of body_piece(), head_complete(), message_complete() is news afterwards, but
  /// for a message without a body, which completes with its head.
  [[nodiscard]] Result<std::size_t> step(std::string_view input);
  /// The connection ended: whether that ends the message rightly.
  [[nodiscard]] bool end_of_stream() noexcept;

  [[nodiscard]] bool head_complete() const noexcept { return head_complete_; }
  [[nodiscard]] bool message_complete() const noexcept { return message_complete_; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  /// Body bytes of the last step; they point into its input.
  [[nodiscard]] std::string_view body_piece() const noexcept { return body_piece_; }
  [[nodiscard]] std::span<const HeaderField> fields() const noexcept { return fields_view_; }
  [[nodiscard]] const std::string& target() const noexcept { return target_; }
  [[nodiscard]] std::string_view method() const noexcept { return method_; }
  [[nodiscard]] int status() const noexcept { return status_; }
  /// Nothing with chunks or where the body ends with the connection.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }
  [[nodiscard]] std::uint64_t bytes_taken() const noexcept { return bytes_taken_; }

 private:
  static constexpr std::uint64_t until_closed = std::numeric_limits<std::uint64_t>::max();

  static MessageParser& of(llhttp_t* parser) noexcept { return *static_cast<MessageParser*>(parser->data); }
  static const llhttp_settings_t& callbacks() noexcept;

  [[nodiscard]] Result<> check_line(std::string_view piece);
  [[nodiscard]] Result<> execute(std::string_view piece);
  [[nodiscard]] std::unexpected<Error> refuse(ErrorCode code, std::string_view why) const;
  FieldList& open_fields() noexcept { return head_complete_ ? trailers_ : fields_; }
  int on_head_complete();
  int on_field_complete();
  [[nodiscard]] const char* find_head_fault() const noexcept;
  [[nodiscard]] const char* find_framing_fault() const noexcept;

  MessageKind kind_;
  MessageLimits limits_;
  llhttp_t parser_;

  FieldList fields_;
  FieldList
      trailers_;  // one at a time: checked and forgotten, apart from the text that fields_view_ points into
  std::span<const HeaderField> fields_view_;
  std::string target_;
  std::string_view method_;
  int status_ = 0;
  std::optional<std::uint64_t> content_length_;
  std::string_view body_piece_;
  std::uint64_t body_left_ = 0;  // of the body, or of the chunk; until_closed where the connection ends it
  char last_ = '\n';             // last byte of the framing: '\n' at the start of a line
  bool at_start_ = true;         // no byte of this message yet
  bool in_request_line_ = false;
  bool head_complete_ = false;
  bool message_complete_ = false;
  bool keep_alive_ = false;
  bool last_chunk_ = false;
  const char* fault_ = nullptr;  // why a callback stopped llhttp
  ErrorCode fault_code_ = ErrorCode::bad_request;

  std::uint64_t bytes_taken_ = 0;
  std::size_t header_bytes_ = 0;
  std::size_t header_count_ = 0;
  std::size_t chunk_overhead_ = 0;
};

}  // namespace pulter::http
