#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"

namespace pulter::net {

/// A range of addresses: "10.0.0.0/8". Bits of `base` after `prefix_bits` are zero.
struct Network {
  IpAddress base;
  std::uint8_t prefix_bits = 0;

  friend bool operator==(const Network&, const Network&) = default;
};

/// Reads "127.0.0.0/8", "fd00::/8" or one address ("10.0.0.7" is "/32"). Errors: bad_value for anything else,
/// and for a base with bits beyond the prefix, naming the network that was probably meant.
[[nodiscard]] Result<Network> parse_network(std::string_view text);
[[nodiscard]] std::string to_string(const Network& network);
[[nodiscard]] bool contains(const Network& network, const IpAddress& address) noexcept;

/// Whether something may be dialled, and the rule that said so: "loopback (127.0.0.0/8, RFC 1122)".
struct Verdict {
  bool allowed = false;
  std::string rule;
};

/// Judges one address (contract, section 8; IANA special-purpose registries). A special range is refused
/// unless a network of `allowed` contains the address; a metadata address unless one names exactly it ("/32",
/// "/128"). An IPv4-mapped or NAT64 address is judged as its IPv4 address too. Every address of a name must
/// be judged, and the judged one dialled.
[[nodiscard]] Verdict judge(const IpAddress& address, std::span<const Network> allowed);

/// Judges a host name before it is looked up: names of metadata services are refused.
[[nodiscard]] Verdict judge_name(std::string_view host);

/// Judges a port: ports of other protocols (mail, databases, remote shells) are refused unless listed in
/// `allowed`.
[[nodiscard]] Verdict judge_port(std::uint16_t port, std::span<const std::uint16_t> allowed);

}  // namespace pulter::net
