#include "codec/net/address_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "codec/base/check.h"
#include "codec/net/ip_text.h"
#include "codec/net/special_ranges.h"

namespace pulter::net {

namespace {

constexpr Network ipv4_mapped = {
    {.family = Family::ipv6, .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96};
constexpr Network nat64 = {{.family = Family::ipv6, .bytes = {0, 0x64, 0xff, 0x9b}}, 96};

constexpr std::array<std::string_view, 6> metadata_names = {
    "metadata",      "metadata.google.internal",   "metadata.goog",
    "instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com"};

// WHATWG Fetch's "bad ports" (https://fetch.spec.whatwg.org/#port-blocking), and servers that would take a
// POST for commands: databases, caches, queues, container and cluster control.
constexpr auto refused_ports = std::to_array<std::uint16_t>(
    {1,    7,    9,    11,   13,   15,   17,   19,   20,   21,     22,     23,     25,     37,    42,   43,
     53,   69,   77,   79,   87,   95,   101,  102,  103,  104,    109,    110,    111,    113,   115,  117,
     119,  123,  135,  137,  139,  143,  161,  179,  389,  427,    445,    465,    512,    513,   514,  515,
     526,  530,  531,  532,  540,  548,  554,  556,  563,  587,    601,    636,    873,    989,   990,  993,
     995,  1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376,   2379,   2380,   3306,   3389,  3659, 4045,
     4190, 5060, 5061, 5432, 5672, 5900, 5984, 6000, 6379, 6443,   6566,   6665,   6666,   6667,  6668, 6669,
     6679, 6697, 7199, 8125, 9042, 9092, 9160, 9200, 9300, 10'080, 10'250, 11'211, 26'257, 27'017});

template <class Range, class Value>
bool holds(const Range& range, const Value& value) noexcept {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

std::uint8_t address_bits(const IpAddress& address) noexcept {
  return address.family == Family::ipv4 ? 32 : 128;
}

// The address with all bits after the prefix cleared.
IpAddress masked(IpAddress address, unsigned prefix_bits) noexcept {
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::clamp(prefix_bits, 8 * i, 8 * i + 8) - 8 * i;
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xff00U >> kept));
  }
  return address;
}

std::optional<IpAddress> embedded_ipv4(const Network& form, const IpAddress& address) noexcept {
  if (!contains(form, address)) return std::nullopt;
  IpAddress inner;
  std::copy_n(address.bytes.begin() + 12, 4, inner.bytes.begin());
  return inner;
}

// The IPv4 address in the last bytes of an ISATAP interface id (RFC 5214, 6.1): a tunnel into a private
// network.
bool is_isatap(const IpAddress& address) noexcept {
  return address.family == Family::ipv6 && (address.bytes[8] & 0xfd) == 0 && address.bytes[9] == 0 &&
         address.bytes[10] == 0x5e && address.bytes[11] == 0xfe;
}

const Network* find_network(std::span<const Network> networks, const IpAddress& address) noexcept {
  const auto at = std::ranges::find_if(networks, [&](const Network& n) { return contains(n, address); });
  return at == networks.end() ? nullptr : &*at;
}

bool is_named_exactly(std::span<const Network> networks, const IpAddress& address) noexcept {
  return holds(networks, Network{address, address_bits(address)});
}

bool is_metadata(const IpAddress& address) noexcept {
  return holds(metadata_addresses(), address);
}

std::string rule_text(const SpecialRange& range) {
  return std::string(range.name) + " (" + to_string(range.network) + ", " + std::string(range.source) + ")";
}

// `inner` is the IPv4 address that `address` carries, or `address` itself.
Verdict judge_metadata(const IpAddress& address, const IpAddress& inner, std::span<const Network> allowed) {
  const std::string rule = "metadata service (" + to_string(inner) + ")";
  if (is_named_exactly(allowed, address) || is_named_exactly(allowed, inner)) {
    return {true, rule + ", named exactly in allow_networks"};
  }
  return {false, rule};
}

// `rule` refuses, unless a network was opened for the address, or for the IPv4 address inside of it.
Verdict judge_refused(std::string rule, const IpAddress& address, const IpAddress& inner,
                      std::span<const Network> allowed) {
  const Network* opened = find_network(allowed, address);
  if (opened == nullptr) opened = find_network(allowed, inner);
  if (opened == nullptr) return {false, std::move(rule)};
  return {true, rule + ", opened by allow_networks " + to_string(*opened)};
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = parse_ip(text.substr(0, slash));
  const std::string advice = "; write it like 127.0.0.0/8, 10.0.0.7 or fd00::/8.";
  if (!base)
    return fail(ErrorCode::bad_value,
                "\"" + std::string(text.substr(0, 80)) + "\" is not a network" + advice);
  unsigned prefix = address_bits(*base);
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    const bool plain = error == std::errc{} && end == digits.data() + digits.size() && digits.size() <= 3 &&
                       (digits.size() == 1 || digits.front() != '0');
    if (!plain || prefix > address_bits(*base)) {
      return fail(ErrorCode::bad_value,
                  "\"" + std::string(text.substr(0, 80)) + "\" has no valid prefix length" + advice);
    }
  }
  const Network network{masked(*base, prefix), static_cast<std::uint8_t>(prefix)};
  if (network.base != *base) {
    return fail(ErrorCode::bad_value,
                "\"" + std::string(text) + "\" has bits beyond its prefix; the network is " +
                    to_string(network) + ", the one address is " + to_string(*base) + ".");
  }
  return network;
}

std::string to_string(const Network& network) {
  return to_string(network.base) + "/" + std::to_string(network.prefix_bits);
}

bool contains(const Network& network, const IpAddress& address) noexcept {
  return network.base.family == address.family && masked(address, network.prefix_bits) == network.base;
}

Verdict judge(const IpAddress& address, std::span<const Network> allowed) {
  if (const auto inner = embedded_ipv4(nat64, address)) {
    // Hosts without IPv4 reach all of it through these, so the verdict is that of the address inside.
    if (find_network(allowed, address) != nullptr && !is_metadata(*inner)) {
      return judge_refused("NAT64 of " + to_string(*inner), address, *inner, allowed);
    }
    Verdict verdict = judge(*inner, allowed);
    if (is_metadata(*inner)) verdict = judge_metadata(address, *inner, allowed);
    verdict.rule = "NAT64 of " + to_string(*inner) + ": " + verdict.rule;
    return verdict;
  }
  const IpAddress inner = embedded_ipv4(ipv4_mapped, address).value_or(address);
  if (is_metadata(inner)) return judge_metadata(address, inner, allowed);
  if (is_isatap(address)) return judge_refused("ISATAP tunnel (RFC 5214)", address, address, allowed);
  for (const SpecialRange& range : special_ranges()) {
    if (!contains(range.network, address)) continue;
    if (range.reachable) return {true, "public: " + rule_text(range)};
    return judge_refused(rule_text(range), address, inner, allowed);
  }
  PULTER_CHECK(address.family == Family::ipv4);
  return {true, "public IPv4 address"};
}

Verdict judge_name(std::string_view host) {
  if (holds(metadata_names, host)) {
    return {false, "name of a metadata service (" + std::string(host) + ")"};
  }
  return {true, "no rule for this name; each of its addresses is judged"};
}

Verdict judge_port(std::uint16_t port, std::span<const std::uint16_t> allowed) {
  static_assert(std::ranges::is_sorted(refused_ports));
  if (!std::ranges::binary_search(refused_ports, port))
    return {true, "no rule for port " + std::to_string(port)};
  const std::string rule = "port " + std::to_string(port) + " belongs to another protocol";
  if (holds(allowed, port)) return {true, rule + ", opened by allow_ports"};
  return {false, rule};
}

}  // namespace pulter::net
