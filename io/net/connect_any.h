#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"
#include "io/net/stream.h"

namespace pulter::io {

/// A connected socket, and where it leads.
struct ConnectedSocket {
  std::unique_ptr<TcpStream> stream;
  net::Endpoint remote;
};

/// So long is an attempt left alone before the next address is tried beside it (RFC 8305, section 5).
inline constexpr Duration attempt_delay = std::chrono::milliseconds(250);

/// The order to try addresses in: IPv6 first, then one of each family in turn (RFC 8305, section 4).
[[nodiscard]] std::vector<net::Endpoint> interleave(std::span<const net::IpAddress> addresses,
                                                    std::uint16_t port);

/// Connects to the first of `endpoints` that answers: each gets its start, and the next one starts beside it
/// after 250 ms, or at once when one failed. What the kernel says it connected to is compared with what was
/// asked. `endpoints`, at least one, stay until the end. Errors: timed_out, connect_failed (of the last that
/// failed), address_refused, limit_reached, cancelled.
Task<Result<ConnectedSocket>> connect_any(Scope& scope, std::span<const net::Endpoint> endpoints,
                                          Instant deadline);

}  // namespace pulter::io
