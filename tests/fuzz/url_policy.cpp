// A URL and what the name servers say: nothing is dialled that an independent list of addresses forbids, and
// a URL that was read once reads the same again.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/delivery/route.h"
#include "io/sim/sim_io.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

/// The first `bits` of an address, as bytes in the order of the network.
struct Range {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
};

// "Globally reachable: False" in the IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771), and
// the relay anycast of 6to4, which was taken back (RFC 7526). Written from the registries, without a look at
// the code under test.
constexpr std::array forbidden_ipv4 = {
    Range{{0}, 8}, Range{{10}, 8}, Range{{100, 64}, 10}, Range{{127}, 8}, Range{{169, 254}, 16},
    Range{{172, 16}, 12}, Range{{192, 0, 0}, 24}, Range{{192, 0, 2}, 24}, Range{{192, 88, 99}, 24},
    Range{{192, 168}, 16}, Range{{198, 18}, 15}, Range{{198, 51, 100}, 24}, Range{{203, 0, 113}, 24},
    Range{{224}, 4}, Range{{240}, 4}, Range{{168, 63, 129, 16}, 32},
    // Where clouds hand out credentials, for the day on which their range is thought to be reachable.
    Range{{100, 100, 100, 200}, 32}, Range{{169, 254, 169, 254}, 32}, Range{{192, 0, 0, 192}, 32}};

// The same of the IPv6 registry, inside of global unicast, which is 2000::/3: all else is forbidden anyway.
constexpr std::array forbidden_ipv6 = {Range{{0x20, 0x01, 0x00}, 23}, Range{{0x20, 0x01, 0x0d, 0xb8}, 32},
                                       Range{{0x20, 0x02}, 16}, Range{{0x3f, 0xff, 0x00}, 20}};

// Inside of 2001::/23, and "Globally reachable: True": anycast for PCP, TURN and DNS-SD, AMT, AS112,
// ORCHIDv2, drone identification.
constexpr std::array reachable_ipv6 = {Range{{0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
                                       Range{{0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 128},
                                       Range{{0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3}, 128},
                                       Range{{0x20, 0x01, 0, 3}, 32},
                                       Range{{0x20, 0x01, 0, 4, 0x01, 0x12}, 48},
                                       Range{{0x20, 0x01, 0, 0x20}, 28},
                                       Range{{0x20, 0x01, 0, 0x30}, 28}};

bool is_in(const Range& range, const std::uint8_t* address) {
  for (unsigned bit = 0; bit < range.bits; ++bit) {
    const unsigned differing = static_cast<unsigned>(range.bytes[bit / 8] ^ address[bit / 8]);
    if (((differing >> (7U - bit % 8U)) & 1U) != 0) return false;
  }
  return true;
}

bool is_in_any(std::span<const Range> ranges, const std::uint8_t* address) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return is_in(range, address); });
}

bool is_forbidden(const net::IpAddress& address) {
  const std::uint8_t* a = address.bytes.data();
  if (address.family == net::Family::ipv4) return is_in_any(forbidden_ipv4, a);
  // By NAT64 (64:ff9b::/96, RFC 6052) the IPv4 address inside is reached.
  if (is_in({{0, 0x64, 0xff, 0x9b}, 96}, a)) return is_in_any(forbidden_ipv4, a + 12);
  if (!is_in({{0x20}, 3}, a)) return true;
  // ISATAP (RFC 5214): the last half begins with 0:5efe, with or without the bit that says "global".
  const bool is_isatap = (a[8] == 0 || a[8] == 2) && a[9] == 0 && a[10] == 0x5e && a[11] == 0xfe;
  return is_isatap || (is_in_any(forbidden_ipv6, a) && !is_in_any(reachable_ipv6, a));
}

class FakeNames final : public io::Resolver {
 public:
  explicit FakeNames(std::vector<net::IpAddress> addresses) : addresses_(std::move(addresses)) {}
  io::Task<Result<std::vector<net::IpAddress>>> resolve(io::Scope&, std::string_view, io::Instant) override {
    if (addresses_.empty()) co_return fail(ErrorCode::name_not_found, "There is no such name.");
    co_return addresses_;
  }

 private:
  std::vector<net::IpAddress> addresses_;
};

io::Task<> find(io::Scope& scope, io::Resolver& resolver, const net::Url& url, const config::Config& config,
                delivery::Route& route) {
  const io::Instant deadline = scope.io().now() + std::chrono::seconds(5);
  route = co_await delivery::find_route(scope, resolver, url, config, deadline);
}

std::vector<net::IpAddress> draw_addresses(Input& input) {
  std::vector<net::IpAddress> addresses;
  const std::size_t count = input.byte() % 4U;
  for (std::size_t i = 0; i < count; ++i) {
    net::IpAddress address;
    address.family = (input.byte() & 1U) != 0 ? net::Family::ipv6 : net::Family::ipv4;
    const std::string_view bytes = input.take(address.family == net::Family::ipv6 ? 16 : 4);
    std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  config::Config config;
  config.allow_http = (input.byte() & 1U) != 0;
  fuzz::FakeNames names(fuzz::draw_addresses(input));
  const auto url = net::parse_url(input.rest());
  if (!url) {
    fuzz::require(!url.error().detail.empty(), "a refusal has a reason");
    return 0;
  }
  fuzz::require(url->port != 0, "a port is not 0");
  for (const char c : url->target + url->authority + url->host) {
    fuzz::require(c > ' ' && c != 0x7f && c != '\\', "nothing of a URL can break a request's lines");
  }
  const auto again = net::parse_url(url->text());
  fuzz::require(again.has_value() && again->text() == url->text() && again->literal == url->literal,
                "a URL in canonical form reads the same again: " + url->text());
  io::SimIo io;
  io::Scope scope(io);
  delivery::Route route;
  scope.spawn(fuzz::find(scope, names, *url, config, route));
  io.run_until_idle();
  fuzz::require(scope.running() == 0, "finding a route ends");
  if (!route.allowed) return 0;
  fuzz::require(!route.addresses.empty(), "an allowed route leads somewhere");
  fuzz::require(url->scheme == net::Scheme::https || config.allow_http, "http only where it is allowed");
  for (const net::IpAddress& address : route.addresses) {
    fuzz::require(!fuzz::is_forbidden(address), net::to_string(address) + " would be dialled");
  }
  return 0;
}
