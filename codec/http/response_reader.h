#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "codec/base/result.h"
#include "codec/http/headers.h"

namespace pulter::http {

/// Bounds of one answer; each is a refusal when passed, but for `body_bytes`, which ends the reading.
struct ResponseLimits {
  std::size_t header_bytes = 64 * 1024;  ///< status lines, headers and trailers, interim answers included
  std::size_t header_count = 256;        ///< the same, in lines
  std::size_t informational = 16;        ///< interim answers (1xx)
  std::size_t body_bytes = 1024 * 1024;  ///< kept; a longer body is cut here
  std::size_t chunk_overhead_bytes = 256 * 1024;  ///< chunk sizes, extensions and line ends
};

enum class ResponseProgress : std::uint8_t {
  need_more,  ///< feed what comes next, or end_of_stream()
  complete,   ///< the answer is there (its body perhaps cut: body_truncated())
};

/// Reads the answer to one request, strictly (RFC 9112 without its leniencies): only HTTP/1.0 and 1.1, CRLF
/// line ends, one Content-Length or "chunked", no folded lines, no 101. Interim answers are skipped.
///
/// Bytes may be cut anywhere; every cut gives the same verdict. After an error the connection must be closed
/// and the reader is unusable until reset(). Views stay valid until the next reset(); the object may be
/// moved. Memory: at most header_bytes and body_bytes. One shard only.
class ResponseReader {
 public:
  explicit ResponseReader(ResponseLimits limits = {});
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// Makes ready for the next answer on the same connection or another; gives back large buffers.
  void reset() noexcept;

  /// Takes the next bytes of the connection. Errors: bad_response, response_too_large (a limit).
  [[nodiscard]] Result<ResponseProgress> feed(std::string_view bytes);
  /// The peer closed. Completes an answer whose body ends with the connection; otherwise the error
  /// connection_closed, whose `at` is the number of bytes that had come.
  [[nodiscard]] Result<ResponseProgress> end_of_stream();

  [[nodiscard]] bool complete() const noexcept;
  /// 200 to 599 from when the final head was read; 0 before. Kept when an error follows inside the body.
  [[nodiscard]] int status() const noexcept;
  /// Headers of the final answer, in order, as sent; trailers are not among them.
  [[nodiscard]] std::span<const HeaderField> headers() const noexcept;
  /// The first header of that name (any case).
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// Decoded body, at most ResponseLimits::body_bytes.
  [[nodiscard]] std::string_view body() const noexcept;
  [[nodiscard]] bool body_truncated() const noexcept;
  /// Bytes came after the answer: they belong to nobody, close the connection.
  [[nodiscard]] bool trailing() const noexcept;
  /// Whether the connection may carry the next request: complete, HTTP/1.1, no "close", nothing cut and
  /// nothing trailing.
  [[nodiscard]] bool keep_alive() const noexcept;
  /// All bytes of this answer so far. 0 with an error means that nothing was answered.
  [[nodiscard]] std::uint64_t bytes_received() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pulter::http
