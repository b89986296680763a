#include "tests/sim/names.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace pulter::sim {
namespace {

net::IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  net::IpAddress address;
  address.bytes = {a, b, c, d};
  return address;
}

}  // namespace

std::vector<net::IpAddress> forbidden_addresses() {
  return {ipv4(10, 0, 0, 7), ipv4(169, 254, 169, 254)};
}

io::Task<Result<std::vector<net::IpAddress>>> Names::resolve(io::Scope& scope, std::string_view name,
                                                             io::Instant deadline) {
  const std::string asked(name);
  const bool fails = chance_.hits(faults_.name_fails);
  const bool slow = chance_.hits(faults_.name_slow);
  std::vector<net::IpAddress> addresses;
  if (chance_.hits(faults_.name_private)) {
    const std::vector<net::IpAddress> forbidden = forbidden_addresses();
    addresses.push_back(forbidden[chance_.below(forbidden.size())]);
    if (chance_.hits(500)) addresses.insert(addresses.begin(), ipv4(127, 0, 0, 1));
  } else {
    addresses.push_back(ipv4(127, 0, 0, 1));
  }
  const io::Duration delay =
      slow ? std::chrono::milliseconds(chance_.below(8000)) : std::chrono::microseconds(300);
  const io::Instant due = io_.now() + delay;
  const std::int32_t slept = co_await io::sleep_until(scope, std::min(due, deadline));
  if (slept < 0) co_return fail(ErrorCode::cancelled, "Looking a name up was stopped.");
  if (due > deadline)
    co_return fail(ErrorCode::timed_out, "The name " + asked + " could not be looked up in time.");
  if (fails)
    co_return fail(ErrorCode::name_lookup_failed, "The name servers do not answer for " + asked + ".");
  co_return addresses;
}

}  // namespace pulter::sim
