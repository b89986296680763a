#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "codec/base/result.h"
#include "codec/http/headers.h"

namespace pulter::http {

/// Bounds of one request to the control server; passing one is headers_too_large (431) or bad_request.
struct RequestLimits {
  std::size_t head_bytes = 64 * 1024;  ///< request line, headers and trailers
  std::size_t header_count = 128;
  std::size_t chunk_overhead_bytes = 64 * 1024 * 1024;  ///< a 10 GB upload in chunks has this much and less
};

enum class RequestEvent : std::uint8_t {
  need_more,  ///< every byte was taken; feed what comes next
  head,       ///< method() … headers() are valid now
  body,       ///< RequestStep::body holds some bytes of the body
  complete,   ///< the request ended; answer it, then next()
};

struct RequestStep {
  RequestEvent event = RequestEvent::need_more;
  std::size_t consumed = 0;  ///< bytes of the input that were taken; feed the rest again
  std::string_view body;     ///< points into the input of this call
};

/// Reads requests of one connection, one after the other, without keeping their bodies. Strict like
/// ResponseReader: CRLF, one Host, one framing, no CONNECT, no HTTP/0.9 or 2.
///
///     do {
///       step = reader.feed(rest);  rest.remove_prefix(step->consumed);  … act on step->event …
///     } while (step->event != RequestEvent::need_more && step->event != RequestEvent::complete);
///
/// Call it also with nothing left: a request without a body gives `head` and then `complete` from the same
/// bytes. After `complete` the reader takes nothing until next(); bytes left over then are a pipelined
/// request, which Pulter refuses: answer the first and close. After an error only the destructor may run:
/// answer it and close. Views stay valid until next(). Never holds more than head_bytes. One shard only.
class RequestReader {
 public:
  explicit RequestReader(RequestLimits limits = {});
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  /// Errors: bad_request (400), headers_too_large (431), method_not_allowed (an unknown method).
  [[nodiscard]] Result<RequestStep> feed(std::string_view bytes);
  /// Makes ready for the next request of a kept-alive connection. Only after `complete`.
  void next() noexcept;

  /// Whether a request has begun: an end of the connection now cuts it off.
  [[nodiscard]] bool in_request() const noexcept;
  [[nodiscard]] std::string_view method() const noexcept;
  /// Path as sent, escapes and all: "/v1/imports/imp_1" (an absolute-form target has lost its authority).
  [[nodiscard]] std::string_view path() const noexcept;
  /// What follows '?', as sent; http::parse_query reads it.
  [[nodiscard]] std::string_view query() const noexcept;
  [[nodiscard]] std::span<const HeaderField> headers() const noexcept;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// The declared body size; nothing with chunks. A request without a body has 0.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
  /// "Expect: 100-continue": send "HTTP/1.1 100 Continue\r\n\r\n" before reading the body.
  [[nodiscard]] bool expects_continue() const noexcept;
  [[nodiscard]] bool keep_alive() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pulter::http
