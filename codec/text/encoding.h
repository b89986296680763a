#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::text {

/// Encodings that the codec reads by itself. Others are the business of intake (iconv).
enum class Encoding : std::uint8_t { utf8, utf16le, utf16be, utf32le, utf32be, windows1252 };

/// "utf-8", "utf-16le", "windows-1252", …
[[nodiscard]] std::string_view name(Encoding encoding) noexcept;

/// The encoding of a declared name in any case: utf-8, utf8, utf-16 (little-endian unless a BOM says
/// otherwise), utf-16le, utf-16be, utf-32le, utf-32be, windows-1252, cp1252, and iso-8859-1, latin1, ascii,
/// us-ascii, which mean windows-1252 as on the web (https://encoding.spec.whatwg.org/#names-and-labels).
[[nodiscard]] std::optional<Encoding> encoding_by_name(std::string_view declared) noexcept;
[[nodiscard]] bool is_known_encoding(std::string_view declared) noexcept;

/// A byte order mark at the start of a file.
struct ByteOrderMark {
  Encoding encoding = Encoding::utf8;
  std::size_t bytes = 0;
};
/// `head`: the first 4 bytes of the file, or all of a shorter one.
[[nodiscard]] std::optional<ByteOrderMark> find_byte_order_mark(std::string_view head) noexcept;

/// Checks that a stream is UTF-8, cut anywhere (simdjson). Never allocates.
class Utf8Check {
 public:
  /// False from the first invalid byte on.
  bool feed(std::string_view bytes) noexcept;
  /// False also when the stream ends inside a character; bad_offset() says the same.
  bool finish() noexcept;
  /// Offset of the first byte that is not part of a valid character; -1 while all is well.
  [[nodiscard]] std::int64_t bad_offset() const noexcept { return bad_offset_; }

 private:
  bool fail_in(std::string_view bytes, std::uint64_t offset) noexcept;

  std::array<char, 4> carry_{};
  std::uint8_t carry_count_ = 0;
  std::uint64_t offset_ = 0;
  std::int64_t bad_offset_ = -1;
};

/// Finds out what a whole file is: a byte order mark decides, then valid UTF-8, else Windows-1252. Fed from
/// the file's first byte on, cut anywhere; never allocates.
class EncodingDetector {
 public:
  void feed(std::string_view bytes) noexcept;

  struct Found {
    Encoding encoding = Encoding::utf8;
    std::size_t bom_bytes = 0;  ///< to skip at the start
    /// First byte that is not UTF-8, -1 when there is none. With a UTF-8 mark and an offset here the file is
    /// damaged.
    std::int64_t bad_utf8_offset = -1;
  };
  [[nodiscard]] Found finish() noexcept;

 private:
  std::array<char, 4> head_{};
  std::uint8_t head_count_ = 0;
  Utf8Check check_;
};

/// Converts a stream to UTF-8, cut anywhere. No byte is dropped or replaced: what cannot be converted is
/// an error. A byte order mark of the same encoding at the very start is removed.
///
/// Errors: bad_encoding with the offset in the input: a lone surrogate, an odd last byte, invalid UTF-8, a
/// code point over U+10FFFF. Windows-1252 has none: its five free bytes become the C1 controls of the same
/// number.
class Utf8Converter {
 public:
  explicit Utf8Converter(Encoding from) noexcept : from_(from) {}

  /// Appends the text of `bytes` to `out`: at most three times their number, and 4.
  [[nodiscard]] Result<> feed(std::string_view bytes, std::string& out);
  /// The end of the stream: refuses a character that it cuts off.
  [[nodiscard]] Result<> finish();

 private:
  [[nodiscard]] Result<> feed_utf8(std::string_view bytes, std::string& out);
  [[nodiscard]] Result<> feed_utf16(std::string_view bytes, std::string& out);
  [[nodiscard]] Result<> feed_utf32(std::string_view bytes, std::string& out);
  void feed_windows1252(std::string_view bytes, std::string& out);

  Encoding from_;
  bool started_ = false;
  std::uint8_t carry_count_ = 0;
  std::array<char, 4> carry_{};
  char32_t high_surrogate_ = 0;
  std::uint64_t offset_ = 0;
  Utf8Check check_;
};

}  // namespace pulter::text
