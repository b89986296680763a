#pragma once

#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/url.h"
#include "io/net/stream.h"

namespace pulter::delivery {

/// Asks the HTTP proxy at the other end of `stream` for a tunnel to the receiver (CONNECT; RFC 9110, 9.3.6).
/// Afterwards the stream is as one to the receiver itself. `proxy`, `url` and `user_agent` stay until the
/// end. Errors: connect_failed with what the proxy answered, timed_out, cancelled.
io::Task<Result<>> open_tunnel(io::Scope& scope, io::Stream& stream, const net::Url& proxy,
                               const net::Url& url, std::string_view user_agent, io::Instant deadline);

/// What stands in the request line when a proxy is asked without a tunnel: "http://example.com/hook" (RFC
/// 9112, 3.2.2).
[[nodiscard]] std::string absolute_target(const net::Url& url);

}  // namespace pulter::delivery
