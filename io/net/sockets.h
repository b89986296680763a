#pragma once

#include <string>

#include "codec/base/result.h"
#include "io/io.h"

namespace pulter::io {

// The socket calls that return at once, for every Io that stands on a real kernel. All descriptors are
// close-on-exec and blocking: a ring waits in the kernel, and a send that it hands to a thread must not come
// back with EAGAIN.

/// TCP_NODELAY set; `congestion` is a name of tcp_congestion_control(7), empty for the host's choice.
[[nodiscard]] Result<int> open_tcp_socket(net::Family family, const std::string& congestion);
[[nodiscard]] Result<int> open_unix_socket();
[[nodiscard]] Result<int> listen_on_tcp(const net::Endpoint& endpoint);
/// Replaces the file of a socket that nobody answers on, never anything else. The file gets exactly `mode`.
[[nodiscard]] Result<int> listen_on_unix(const UnixListener& listener);
[[nodiscard]] Result<net::Endpoint> local_endpoint_of(int fd);
[[nodiscard]] Result<net::Endpoint> peer_endpoint_of(int fd);
[[nodiscard]] PeerCredentials peer_credentials_of(int fd) noexcept;

}  // namespace pulter::io
