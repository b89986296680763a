#include "io/net/dns_cache.h"

#include <gtest/gtest.h>

namespace pulter::io {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant start{hours(1)};

net::IpAddress address(std::uint8_t last) {
  net::IpAddress out;
  out.bytes = {192, 0, 2, last};
  return out;
}

TEST(DnsCache, KeepsAnAnswerForItsLifeAndNoLonger) {
  DnsCache cache;
  cache.put("a.example", {address(1)}, seconds(60), start);
  ASSERT_NE(cache.find("a.example", start + seconds(59)), nullptr);
  EXPECT_EQ(cache.find("a.example", start + seconds(59))->addresses.front(), address(1));
  EXPECT_EQ(cache.find("a.example", start + seconds(60)), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(DnsCache, CutsLongLivesAndKeepsNothingOfAZeroLife) {
  DnsCache cache;
  cache.put("long.example", {address(1)}, hours(24), start);
  EXPECT_NE(cache.find("long.example", start + minutes(5) - seconds(1)), nullptr);
  EXPECT_EQ(cache.find("long.example", start + minutes(5)), nullptr);
  cache.put("zero.example", {address(1)}, seconds(0), start);
  EXPECT_EQ(cache.find("zero.example", start), nullptr);
}

TEST(DnsCache, KeepsFailuresShortly) {
  DnsCache cache;
  cache.put_failure("no.example", Error{ErrorCode::name_not_found, -1, "no"}, start);
  ASSERT_NE(cache.find("no.example", start + seconds(4)), nullptr);
  EXPECT_EQ(cache.find("no.example", start + seconds(4))->error->code, ErrorCode::name_not_found);
  EXPECT_EQ(cache.find("no.example", start + seconds(5)), nullptr);
}

TEST(DnsCache, StaysWithinItsBound) {
  DnsCache cache;
  for (std::size_t i = 0; i < DnsCache::entries_max + 100; ++i) {
    const Duration life = seconds(60) + std::chrono::milliseconds(i);
    cache.put("name" + std::to_string(i) + ".example", {address(1)}, life, start);
  }
  EXPECT_EQ(cache.size(), DnsCache::entries_max);
  EXPECT_EQ(cache.find("name0.example", start), nullptr) << "what ends first goes first";
  EXPECT_NE(cache.find("name4195.example", start), nullptr);
}

}  // namespace
}  // namespace pulter::io
