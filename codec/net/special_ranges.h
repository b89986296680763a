#pragma once

#include <span>
#include <string_view>

#include "codec/net/address_policy.h"

namespace pulter::net {

/// One row of the tables of addresses that are not simply public; inside this room only.
struct SpecialRange {
  Network network;
  std::string_view name;
  std::string_view source;
  /// Inside of a refused range, but reachable: listed before it.
  bool reachable = false;
};

/// Ranges of the IANA special-purpose registries
/// (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry) and everything
/// outside of global unicast. The first that contains an address decides.
[[nodiscard]] std::span<const SpecialRange> special_ranges() noexcept;

/// Addresses under which clouds hand out credentials to whoever asks.
[[nodiscard]] std::span<const IpAddress> metadata_addresses() noexcept;

}  // namespace pulter::net
