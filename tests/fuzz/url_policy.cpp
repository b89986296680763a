// A URL and what the name servers say: nothing is dialled that an independent list of addresses forbids, and
// a URL that was read once reads the same again.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/delivery/route.h"
#include "io/sim/sim_io.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

bool is_forbidden_ipv4(const std::uint8_t* a) {
  if (a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224) return true;
  if (a[0] == 100 && (a[1] & 0xc0U) == 64) return true;
  if (a[0] == 169 && a[1] == 254) return true;
  if (a[0] == 172 && (a[1] & 0xf0U) == 16) return true;
  if (a[0] == 192 && a[1] == 168) return true;
  if (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) return true;
  if (a[0] == 198 && (a[1] == 18 || a[1] == 19)) return true;
  return (a[0] == 198 && a[1] == 51 && a[2] == 100) || (a[0] == 203 && a[1] == 0 && a[2] == 113) ||
         (a[0] == 168 && a[1] == 63 && a[2] == 129 && a[3] == 16);
}

/// Written from the registries of special addresses, without a look at the code under test.
bool is_forbidden(const net::IpAddress& address) {
  const std::uint8_t* a = address.bytes.data();
  if (address.family == net::Family::ipv4) return is_forbidden_ipv4(a);
  const std::array<std::uint8_t, 12> nat64 = {0, 0x64, 0xff, 0x9b};
  if (std::memcmp(a, nat64.data(), nat64.size()) == 0) return is_forbidden_ipv4(a + 12);
  // Global unicast is 2000::/3; of that 6to4, Teredo and documentation are not for anybody.
  if ((a[0] & 0xe0U) != 0x20) return true;
  if (a[0] == 0x20 && a[1] == 0x02) return true;
  return a[0] == 0x20 && a[1] == 0x01 && ((a[2] == 0x0d && a[3] == 0xb8) || (a[2] == 0 && a[3] == 0));
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
