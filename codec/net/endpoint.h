#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pulter::net {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// An IP address as bytes in network order; an IPv4 address uses the first four. Pure data, no look-up.
struct IpAddress {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Where a TCP connection goes or a listener sits. `port` is in host order.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "127.0.0.1", "2001:db8::1" (RFC 5952).
[[nodiscard]] std::string to_string(const IpAddress& address);
/// "127.0.0.1:9000", "[2001:db8::1]:443".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace pulter::net
