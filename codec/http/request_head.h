#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/http/headers.h"

namespace pulter::http {

/// Longest head of a request: a body's headroom has this many bytes. The limits on URL, custom headers and
/// secrets keep every head below it.
inline constexpr std::size_t head_bytes_max = 16 * 1024;

/// What goes into the head of one attempt. Views only; nothing is kept.
struct RequestHead {
  std::string_view target;  ///< "/hook?x=1": net::Url::target
  std::string_view host;    ///< "example.com:8443": net::Url::authority
  std::uint64_t content_length = 0;
  std::string_view event_id;           ///< webhook-id
  std::int64_t timestamp = 0;          ///< webhook-timestamp, Unix seconds
  std::string_view signature;          ///< webhook-signature, from sign::Signer::finish
  std::uint32_t attempt = 1;           ///< Pulter-Attempt
  std::string_view user_agent;         ///< "Pulter/0.1.0"
  std::span<const HeaderField> extra;  ///< custom headers that check_custom_headers passed
};

/// Bytes that write_head_right_aligned will need.
[[nodiscard]] std::size_t head_size(const RequestHead& head) noexcept;

/// Writes the head so that it ends where `headroom` ends, and returns its length:
///
///     headroom:  [ …unused… | POST /hook HTTP/1.1\r\n … \r\n\r\n ][ body follows ]
///
/// so that head and body leave in one send from one buffer. The order of the lines is fixed (contract,
/// section 2): request line, Host, User-Agent, Content-Type, Content-Length, Accept, Accept-Encoding,
/// webhook-id, webhook-timestamp, webhook-signature, Pulter-Attempt, then the custom ones.
/// It must fit and hold no CR, LF or NUL: both are checked, as a caller let them pass (a bug).
/// Never allocates.
[[nodiscard]] std::size_t write_head_right_aligned(std::span<char> headroom,
                                                   const RequestHead& head) noexcept;

}  // namespace pulter::http
