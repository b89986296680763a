#include "codec/net/special_ranges.h"

#include <array>

namespace pulter::net {

namespace {

using Groups = std::array<std::uint16_t, 8>;

constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {.family = Family::ipv4, .bytes = {a, b, c, d}};
}

constexpr IpAddress v6(const Groups& groups) {
  IpAddress address{.family = Family::ipv6, .bytes = {}};
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  return address;
}

constexpr std::array ranges = {
    SpecialRange{{v4(255, 255, 255, 255), 32}, "limited broadcast", "RFC 919"},
    SpecialRange{{v4(0, 0, 0, 0), 8}, "this network", "RFC 791"},
    SpecialRange{{v4(10, 0, 0, 0), 8}, "private use", "RFC 1918"},
    SpecialRange{{v4(100, 64, 0, 0), 10}, "shared address space", "RFC 6598"},
    SpecialRange{{v4(127, 0, 0, 0), 8}, "loopback", "RFC 1122"},
    SpecialRange{{v4(169, 254, 0, 0), 16}, "link-local", "RFC 3927"},
    SpecialRange{{v4(172, 16, 0, 0), 12}, "private use", "RFC 1918"},
    SpecialRange{{v4(192, 0, 0, 0), 24}, "IETF protocol assignments", "RFC 6890"},
    SpecialRange{{v4(192, 0, 2, 0), 24}, "documentation", "RFC 5737"},
    SpecialRange{{v4(192, 88, 99, 0), 24}, "6to4 relay anycast", "RFC 7526"},
    SpecialRange{{v4(192, 168, 0, 0), 16}, "private use", "RFC 1918"},
    SpecialRange{{v4(198, 18, 0, 0), 15}, "benchmarking", "RFC 2544"},
    SpecialRange{{v4(198, 51, 100, 0), 24}, "documentation", "RFC 5737"},
    SpecialRange{{v4(203, 0, 113, 0), 24}, "documentation", "RFC 5737"},
    SpecialRange{{v4(224, 0, 0, 0), 4}, "multicast", "RFC 5771"},
    SpecialRange{{v4(240, 0, 0, 0), 4}, "reserved", "RFC 1112"},

    SpecialRange{{v6({}), 128}, "unspecified address", "RFC 4291"},
    SpecialRange{{v6({0, 0, 0, 0, 0, 0, 0, 1}), 128}, "loopback", "RFC 4291"},
    SpecialRange{{v6({0, 0, 0, 0, 0, 0xffff}), 96}, "IPv4-mapped", "RFC 4291"},
    SpecialRange{{v6({0x64, 0xff9b, 1}), 48}, "local-use NAT64", "RFC 8215"},
    SpecialRange{{v6({}), 8}, "embedded and reserved addresses", "RFC 4291"},
    SpecialRange{{v6({0x100}), 64}, "discard-only", "RFC 6666"},
    SpecialRange{{v6({0x2001}), 32}, "Teredo", "RFC 4380"},
    SpecialRange{{v6({0x2001, 1, 0, 0, 0, 0, 0, 1}), 128}, "PCP anycast", "RFC 7723", true},
    SpecialRange{{v6({0x2001, 1, 0, 0, 0, 0, 0, 2}), 128}, "TURN anycast", "RFC 8155", true},
    SpecialRange{{v6({0x2001, 3}), 32}, "AMT", "RFC 7450", true},
    SpecialRange{{v6({0x2001, 4, 0x112}), 48}, "AS112", "RFC 7535", true},
    SpecialRange{{v6({0x2001, 0x20}), 28}, "ORCHIDv2", "RFC 7343", true},
    SpecialRange{{v6({0x2001, 0x30}), 28}, "drone remote identification", "RFC 9374", true},
    SpecialRange{{v6({0x2001}), 23}, "IETF protocol assignments", "RFC 2928"},
    SpecialRange{{v6({0x2001, 0xdb8}), 32}, "documentation", "RFC 3849"},
    SpecialRange{{v6({0x2002}), 16}, "6to4", "RFC 3056"},
    SpecialRange{{v6({0x3fff}), 20}, "documentation", "RFC 9637"},
    SpecialRange{{v6({0x5f00}), 16}, "segment routing", "RFC 9602"},
    SpecialRange{{v6({0xfc00}), 7}, "unique local", "RFC 4193"},
    SpecialRange{{v6({0xfe80}), 10}, "link-local", "RFC 4291"},
    SpecialRange{{v6({0xfec0}), 10}, "site-local", "RFC 3879"},
    SpecialRange{{v6({0xff00}), 8}, "multicast", "RFC 4291"},
    SpecialRange{{v6({0x2000}), 3}, "global unicast", "RFC 4291", true},
    SpecialRange{{v6({}), 0}, "outside of global unicast", "RFC 4291"},
};

// Amazon (instance, task, pod), Alibaba, Azure, Oracle; then Amazon and Google over IPv6.
constexpr std::array metadata = {
    v4(169, 254, 169, 254),
    v4(169, 254, 170, 2),
    v4(169, 254, 170, 23),
    v4(100, 100, 100, 200),
    v4(168, 63, 129, 16),
    v4(192, 0, 0, 192),
    v6({0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254}),
    v6({0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23}),
    v6({0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254}),
};

}  // namespace

std::span<const SpecialRange> special_ranges() noexcept {
  return ranges;
}

std::span<const IpAddress> metadata_addresses() noexcept {
  return metadata;
}

}  // namespace pulter::net
