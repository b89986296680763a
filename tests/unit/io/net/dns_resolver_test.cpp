// The resolver over a real ring, against a name server of the test's own.
#include "io/net/dns_resolver.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "io/uring/uring_io.h"
#include "tests/unit/io/net/dns_server.h"

namespace pulter::io::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Addresses = std::vector<net::IpAddress>;

net::IpAddress v4(std::uint8_t last) {
  net::IpAddress out;
  out.bytes = {203, 0, 113, last};
  return out;
}

net::IpAddress v6(std::uint8_t last) {
  net::IpAddress out;
  out.family = net::Family::ipv6;
  out.bytes = {0x20, 0x01, 0x0d, 0xb8};
  out.bytes[15] = last;
  return out;
}

class DnsResolverTest : public testing::Test {
 protected:
  DnsResolverTest() {
    auto made = UringIo::create({.entries = 64, .tcp_congestion = {}});
    PULTER_CHECK(made);
    io = std::move(*made);
    scope = std::make_unique<Scope>(*io);
    resolver = std::make_unique<DnsResolver>(*scope, DnsSettings{{server.endpoint()}});
  }
  ~DnsResolverTest() override {
    scope->cancel();
    turn();
    resolver.reset();
  }

  void turn() {
    const Instant end = io->now() + seconds(20);
    while (scope->running() > 0 && io->now() < end) io->run_once(end);
    ASSERT_EQ(scope->running(), 0U) << "a flow hangs";
  }

  Task<> ask(std::string name, Duration limit, Result<Addresses>* out) {
    *out = co_await resolver->resolve(*scope, name, io->now() + limit);
  }

  Result<Addresses> resolve(const std::string& name, Duration limit = seconds(5)) {
    Result<Addresses> out;
    scope->spawn(ask(name, limit, &out));
    turn();
    return out;
  }

  DnsServer server;
  std::unique_ptr<UringIo> io;
  std::unique_ptr<Scope> scope;
  std::unique_ptr<DnsResolver> resolver;
};

TEST_F(DnsResolverTest, FindsTheAddressesOfBothFamilies) {
  server.set("both.example", {.a = {"203.0.113.1", "203.0.113.2"}, .aaaa = {"2001:db8::1"}});
  const auto found = resolve("both.example");
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(*found, (Addresses{v6(1), v4(1), v4(2)}));
}

TEST_F(DnsResolverTest, OneFamilyIsEnough) {
  server.set("four.example", {.a = {"203.0.113.1"}});
  server.set("six.example", {.aaaa = {"2001:db8::1"}});
  EXPECT_EQ(*resolve("four.example"), Addresses{v4(1)});
  EXPECT_EQ(*resolve("six.example"), Addresses{v6(1)});
}

TEST_F(DnsResolverTest, FollowsAnAlias) {
  server.set("alias.example", {.a = {"203.0.113.9"}, .alias = "real.example"});
  EXPECT_EQ(*resolve("alias.example"), Addresses{v4(9)});
}

TEST_F(DnsResolverTest, TellsWhatDoesNotExistFromWhatHasNoAddress) {
  const auto missing = resolve("missing.example");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::name_not_found);
  EXPECT_NE(missing.error().detail.find("missing.example does not exist"), std::string::npos);
  server.set("empty.example", Zone{});
  const auto empty = resolve("empty.example");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::name_not_found);
  EXPECT_NE(empty.error().detail.find("has no address"), std::string::npos);
}

TEST_F(DnsResolverTest, ServerFailureIsNotAMissingName) {
  server.set("broken.example", {.rcode = 2});
  const auto broken = resolve("broken.example");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::name_lookup_failed);
}

TEST_F(DnsResolverTest, AsksAbsoluteNamesOnly) {
  // A search domain of the machine would make questions for localhost.<domain>; the hosts file would answer
  // at once.
  const auto local = resolve("localhost");
  ASSERT_FALSE(local);
  EXPECT_EQ(server.questions("localhost"), 2);
}

TEST_F(DnsResolverTest, CachesByTtl) {
  server.set("kept.example", {.a = {"203.0.113.1"}, .ttl = 60});
  server.set("fresh.example", {.a = {"203.0.113.1"}, .ttl = 0});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(resolve("kept.example"));
    EXPECT_TRUE(resolve("fresh.example"));
    EXPECT_FALSE(resolve("gone.example"));
  }
  EXPECT_EQ(server.questions("kept.example"), 2);
  EXPECT_EQ(server.questions("fresh.example"), 6) << "TTL 0 is asked each time";
  EXPECT_EQ(server.questions("gone.example"), 2) << "a missing name is remembered shortly";
}

TEST_F(DnsResolverTest, ManyWhoAskAtOnceAreOneQuestion) {
  server.set("shared.example", {.a = {"203.0.113.1"}, .ttl = 0});
  std::vector<Result<Addresses>> out(50);
  for (auto& each : out) scope->spawn(ask("shared.example", seconds(5), &each));
  turn();
  for (const auto& each : out) EXPECT_TRUE(each);
  EXPECT_EQ(server.questions("shared.example"), 2);
}

TEST_F(DnsResolverTest, MoreNamesThanAtOnceWaitTheirTurn) {
  constexpr std::size_t count = DnsResolver::lookups_max + 100;
  std::vector<Result<Addresses>> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    server.set(name, {.a = {"203.0.113.1"}});
    scope->spawn(ask(name, seconds(10), &out[i]));
  }
  turn();
  for (const auto& each : out) EXPECT_TRUE(each) << each.error().detail;
}

TEST_F(DnsResolverTest, OneSlowFamilyDoesNotHoldTheOther) {
  server.set("slow6.example", {.a = {"203.0.113.1"}, .aaaa = {"2001:db8::1"}, .silent_aaaa = true});
  const Instant began = io->now();
  EXPECT_EQ(*resolve("slow6.example"), Addresses{v4(1)});
  EXPECT_LT(io->now() - began, seconds(1));
}

TEST_F(DnsResolverTest, EndsAtItsDeadline) {
  server.set("dead.example", {.silent_a = true, .silent_aaaa = true});
  const Instant began = io->now();
  const auto dead = resolve("dead.example", milliseconds(300));
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().code, ErrorCode::timed_out);
  EXPECT_LT(io->now() - began, seconds(2));
}

TEST_F(DnsResolverTest, TakesLongAnswersOverTcpAndCapsThem) {
  Zone zone{.truncates = true};
  for (int i = 0; i < 100; ++i) zone.a.push_back("203.0.113." + std::to_string(i));
  server.set("many.example", zone);
  const auto many = resolve("many.example");
  ASSERT_TRUE(many) << many.error().detail;
  EXPECT_EQ(many->size(), resolved_addresses_max);
  EXPECT_GT(server.tcp_connections(), 0);
}

TEST_F(DnsResolverTest, CancelledWhileAsking) {
  server.set("dead.example", {.silent_a = true, .silent_aaaa = true});
  Result<Addresses> out;
  scope->spawn(ask("dead.example", seconds(5), &out));
  const Instant soon = io->now() + milliseconds(50);
  while (io->now() < soon) io->run_once(soon);
  scope->cancel();
  turn();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::cancelled);
}

TEST_F(DnsResolverTest, NobodyAnswersAtAll) {
  // A closed port: the kernel says so at once.
  net::Endpoint nobody = server.endpoint();
  nobody.port = 1;
  resolver = std::make_unique<DnsResolver>(*scope, DnsSettings{{nobody}});
  const auto out = resolve("any.example");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::name_lookup_failed);
}

}  // namespace
}  // namespace pulter::io::test
