#include "io/net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace pulter::io {

SocketAddress to_socket_address(const net::Endpoint& endpoint) noexcept {
  SocketAddress address;
  if (endpoint.address.family == net::Family::ipv4) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(endpoint.port);
    std::memcpy(&four.sin_addr, endpoint.address.bytes.data(), sizeof four.sin_addr);
    std::memcpy(&address.storage, &four, sizeof four);
    address.size = sizeof four;
    return address;
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(endpoint.port);
  std::memcpy(&six.sin6_addr, endpoint.address.bytes.data(), sizeof six.sin6_addr);
  std::memcpy(&address.storage, &six, sizeof six);
  address.size = sizeof six;
  return address;
}

std::optional<SocketAddress> to_socket_address(std::string_view unix_path) noexcept {
  if (unix_path.empty() || unix_path.size() > unix_path_bytes_max) return std::nullopt;
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, unix_path.data(), unix_path.size());
  SocketAddress address;
  std::memcpy(&address.storage, &local, sizeof local);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + unix_path.size() + 1);
  return address;
}

std::optional<net::Endpoint> to_endpoint(const SocketAddress& address) noexcept {
  net::Endpoint endpoint;
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address.storage, sizeof four);
    endpoint.port = ntohs(four.sin_port);
    std::memcpy(endpoint.address.bytes.data(), &four.sin_addr, sizeof four.sin_addr);
    return endpoint;
  }
  if (address.storage.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 six{};
  std::memcpy(&six, &address.storage, sizeof six);
  endpoint.address.family = net::Family::ipv6;
  endpoint.port = ntohs(six.sin6_port);
  std::memcpy(endpoint.address.bytes.data(), &six.sin6_addr, sizeof six.sin6_addr);
  return endpoint;
}

}  // namespace pulter::io
