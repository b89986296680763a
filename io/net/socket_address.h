#pragma once

#include <sys/socket.h>

#include <optional>
#include <string_view>

#include "codec/net/endpoint.h"

namespace pulter::io {

/// The longest path of a Unix socket in bytes: `sockaddr_un::sun_path` less its final zero (unix(7)).
inline constexpr std::size_t unix_path_bytes_max = 107;

/// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

[[nodiscard]] SocketAddress to_socket_address(const net::Endpoint& endpoint) noexcept;
/// Nothing for a path that is empty or longer than `unix_path_bytes_max`.
[[nodiscard]] std::optional<SocketAddress> to_socket_address(std::string_view unix_path) noexcept;
/// Nothing for anything but IPv4 and IPv6.
[[nodiscard]] std::optional<net::Endpoint> to_endpoint(const SocketAddress& address) noexcept;

}  // namespace pulter::io
