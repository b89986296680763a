// Section 1 of the project's list of attacks: requests must not go where they may not. Names are looked up in
// a simulation whose answers change, mix and lie; what is dialled is what the simulated network saw.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "codec/net/ip_text.h"
#include "engine/delivery/explain.h"
#include "tests/security/exchange.h"

namespace pulter::security {
namespace {

using std::chrono::seconds;

net::IpAddress ip(std::string_view text) {
  const auto address = net::parse_ip(text);
  PULTER_CHECK(address);
  return *address;
}

std::vector<net::IpAddress> ips(std::initializer_list<std::string_view> texts) {
  std::vector<net::IpAddress> out;
  for (const std::string_view text : texts) out.push_back(ip(text));
  return out;
}

io::Task<> ok_each_time(Peer& peer) {
  while (true) {
    const bool got = co_await peer.read_request();
    if (!got) co_return;
    co_await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }
}

constexpr std::string_view public_v4 = "93.184.215.14";
constexpr std::string_view public_v6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c";

/// A world where everything answers on port 80 and 443, so that only our own rules keep a request from going
/// somewhere.
class WhereRequestsGo : public testing::Test {
 protected:
  WhereRequestsGo() {
    exchange.config().allow_networks.clear();
    exchange.listen({net::IpAddress{}, 80});
    exchange.serve(ok_each_time);
  }

  Ended post(const std::string& url) {
    exchange.webhook().url = url;
    return exchange.post();
  }

  static io::Task<> explain_into(io::Scope& scope, Exchange& world, std::string url,
                                 delivery::Explanation* out) {
    *out = co_await delivery::explain(scope, world.resolver(), url, world.config());
  }
  delivery::Explanation explain(const std::string& url) {
    delivery::Explanation out;
    io::Scope scope(exchange.io());
    scope.spawn(explain_into(scope, exchange, url, &out));
    while (scope.running() > 0) exchange.io().run_once(io::never);
    return out;
  }

  void expect_refused(const std::string& url) {
    const delivery::Explanation told = explain(url);
    EXPECT_FALSE(told.route.allowed) << url << " reads as " << told.reads_as;
    EXPECT_FALSE(told.route.rule.empty()) << url;
    if (told.reads_as.empty()) return;
    const Ended ended = post(url);
    EXPECT_EQ(ended.code(), "address_refused") << url << ": " << ended.verdict.error;
    EXPECT_EQ(ended.verdict.outcome, model::Outcome::unreachable);
    EXPECT_EQ(exchange.connections(), 0U) << url << " was dialled";
  }

  Exchange exchange;
};

TEST_F(WhereRequestsGo, APublicAddressIsDialled) {
  const Ended ended = post("http://" + std::string(public_v4) + "/hook");
  EXPECT_EQ(ended.verdict.outcome, model::Outcome::delivered) << ended.verdict.error;
  EXPECT_EQ(ended.attempt.remote_address, std::string(public_v4) + ":80");
  EXPECT_EQ(ended.attempt.phases.dns_us, -1) << "nothing to look up";
  EXPECT_GE(ended.attempt.phases.connect_us, 0);
}

TEST_F(WhereRequestsGo, Rows1To6LiteralAddresses) {
  for (const char* host :
       {// 1: odd spellings of IPv4
        "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "192.168.257", "0x.0x.0", "00000000177.0.0.1",
        "0x7f.1", "127.0.0.1.", "017700000001", "0xA9FEA9FE",
        // 2: spellings that a mapping would turn into an address
        "%30%78%37%66.1", "%31%32%37.0.0.1",
        // 3: IPv4 inside IPv6
        "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[::7f00:1]", "[::127.0.0.1]", "[::ffff:0:7f00:1]",
        "[::5efe:7f00:1]", "[2001:db8::5efe:7f00:1]",
        // 4: tunnels and translation
        "[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001::1]",
        // 5: metadata
        "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16",
        // 6: special ranges, both edges
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
        "127.0.0.0", "127.255.255.255", "169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255",
        "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.0", "192.88.99.255", "192.168.0.0",
        "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0",
        "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255", "[::]", "[::1]",
        "[100::]", "[100::ffff:ffff:ffff:ffff]", "[2001:0::]", "[2001:1ff:ffff::]", "[2001:db8::]",
        "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]", "[3fff::]", "[3fff:fff:ffff::1]", "[5f00::1]", "[fc00::]",
        "[fdff:ffff::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[feff::1]", "[ff00::]", "[ffff::1]"}) {
    expect_refused("http://" + std::string(host) + "/");
  }
}

TEST_F(WhereRequestsGo, Row5MetadataStaysRefusedInsideAnAllowedNetwork) {
  exchange.config().allow_networks = {*net::parse_network("169.254.0.0/16"), *net::parse_network("fd00::/8")};
  expect_refused("http://169.254.169.254/");
  expect_refused("http://[fd00:ec2::254]/");
  expect_refused("http://metadata.google.internal/");
  exchange.config().allow_networks.push_back(*net::parse_network("169.254.169.254/32"));
  EXPECT_TRUE(explain("http://169.254.169.254/").route.allowed) << "named exactly";
}

TEST_F(WhereRequestsGo, Rows2And11And12WhatIsNoUrlOfOurs) {
  for (const char* url : {"http://０Ｘｃ０．０２５０．０１/",
                          "http://ⓛocalhost/",
                          "http://good@127.0.0.1/",
                          "http://a:b@93.184.215.14/",
                          "http://127.1.1.1:80\\@127.2.2.2:80/",
                          "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
                          "http:127.0.0.1/",
                          "http://[127.0.0.1]/",
                          "http://[::1%25lo]/",
                          "http://[::1%lo]/",
                          "http://a\tb/",
                          "http://a\rb/",
                          "http://a\nb/",
                          "http://93.184.215.14/#fragment",
                          "http://a%0d%0aHost:b/",
                          "http://a%00b/",
                          "file:///etc/passwd",
                          "gopher://93.184.215.14/",
                          "dict://93.184.215.14/",
                          "jar:http://93.184.215.14/!/",
                          "http://93.184.215.14:0/",
                          "http://93.184.215.14:65536/",
                          "http://",
                          "http:///",
                          "//93.184.215.14/",
                          "",
                          "javascript:alert(1)"}) {
    const delivery::Explanation told = explain(url);
    EXPECT_FALSE(told.route.allowed) << url;
    EXPECT_EQ(told.route.code, ErrorCode::bad_url) << url << ": " << told.route.rule;
  }
}

TEST_F(WhereRequestsGo, Row12PortsOfOtherProtocols) {
  for (const int port : {22, 25, 110, 143, 3306, 5432, 6379, 9200, 11211, 27017}) {
    expect_refused("http://93.184.215.14:" + std::to_string(port) + "/");
  }
  exchange.config().allowed_ports = {6379};
  EXPECT_TRUE(explain("http://93.184.215.14:6379/").route.allowed);
}

TEST_F(WhereRequestsGo, HttpNeedsToBeAllowed) {
  exchange.config().allow_http = false;
  expect_refused("http://93.184.215.14/");
  EXPECT_TRUE(explain("https://93.184.215.14/").route.allowed);
}

TEST_F(WhereRequestsGo, Row7TheMachinesOwnAddress) {
  Exchange home({.own_ipv4 = ip(public_v4)});
  home.listen({net::IpAddress{}, 80});
  home.serve(ok_each_time);
  home.webhook().url = "http://" + std::string(public_v4) + "/";
  const Ended ended = home.post();
  EXPECT_EQ(ended.code(), "address_refused") << ended.verdict.error;
  EXPECT_EQ(home.received(), "") << "not one byte";
  home.config().allow_networks = {*net::parse_network(std::string(public_v4) + "/32")};
  EXPECT_EQ(home.post().verdict.outcome, model::Outcome::delivered);
}

TEST_F(WhereRequestsGo, Row8RebindingBetweenLookupAndConnect) {
  exchange.resolver().set("flips.example",
                          {{.addresses = ips({public_v4})}, {.addresses = ips({"127.0.0.1"})}});
  const Ended first = post("http://flips.example/");
  EXPECT_EQ(first.verdict.outcome, model::Outcome::delivered);
  EXPECT_EQ(first.attempt.remote_address, std::string(public_v4) + ":80")
      << "what was judged is what was dialled";
  EXPECT_EQ(exchange.resolver().lookups(), 1U) << "there is no second look-up";
}

TEST_F(WhereRequestsGo, Row8ANameThatTurnsPrivate) {
  exchange.resolver().set("turns.example",
                          {{.addresses = ips({public_v4})}, {.addresses = ips({"10.0.0.1"})}});
  exchange.serve([](Peer& peer) -> io::Task<> {
    co_await peer.read_request();
    co_await peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  EXPECT_EQ(post("http://turns.example/").verdict.outcome, model::Outcome::delivered);
  const Ended second = exchange.post();
  EXPECT_EQ(second.code(), "address_refused");
  EXPECT_EQ(exchange.connections(), 1U);
}

TEST_F(WhereRequestsGo, Row8MixedAnswersAreRefusedWhole) {
  const std::vector<std::vector<net::IpAddress>> mixed{
      ips({public_v4, "127.0.0.1"}),
      ips({"127.0.0.1", public_v4}),
      ips({public_v6, "10.0.0.1"}),
      ips({"::1", public_v4}),
      ips({public_v4, public_v6, "169.254.169.254"}),
  };
  for (const auto& addresses : mixed) {
    exchange.resolver().set("mixed.example", {{.addresses = addresses}});
    expect_refused("http://mixed.example/");
    EXPECT_NE(explain("http://mixed.example/").route.rule.find("a mixed answer is refused whole"),
              std::string::npos);
  }
}

TEST_F(WhereRequestsGo, Row8AddressesBehindNames) {
  // What an alias leads to is what the answer holds: the chain itself does not matter.
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"}) {
    exchange.resolver().set("inside.example", {{.addresses = ips({address})}});
    expect_refused("http://inside.example/");
  }
}

TEST_F(WhereRequestsGo, Row9NamesOfThisMachine) {
  for (const char* host : {"localhost", "LOCALHOST", "localhost.", "www.localhost"}) {
    expect_refused("http://" + std::string(host) + "/");
  }
  EXPECT_EQ(exchange.resolver().lookups(), 0U);
  EXPECT_NE(explain("http://localhost/").route.rule.find("write 127.0.0.1"), std::string::npos);
}

TEST_F(WhereRequestsGo, Row14ProxiesOfTheEnvironmentAreIgnored) {
  for (const char* name :
       {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, "http://127.0.0.1:3128", 1);
  }
  const Ended ended = post("http://" + std::string(public_v4) + "/hook");
  EXPECT_EQ(ended.attempt.remote_address, std::string(public_v4) + ":80");
  EXPECT_EQ(exchange.received().substr(0, 21), "POST /hook HTTP/1.1\r\n");
}

TEST_F(WhereRequestsGo, Row16OneTextForAllThatANameMayLeadTo) {
  std::string said;
  for (const char* address : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1"}) {
    exchange.resolver().set("probe.example", {{.addresses = ips({address})}});
    const Ended ended = post("http://probe.example/");
    if (said.empty()) said = ended.verdict.error;
    EXPECT_EQ(ended.verdict.error, said) << address;
    EXPECT_EQ(said.find(address), std::string::npos) << said;
    EXPECT_EQ(ended.attempt.remote_address, "");
    EXPECT_EQ(explain("http://probe.example/").route.addresses, ips({address})) << "the operator is told";
  }
}

TEST_F(WhereRequestsGo, Row17SlowNameServersEndAtTheirLimit) {
  exchange.resolver().set("slow.example", {{.addresses = ips({public_v4}), .delay = seconds(60)}});
  const Ended ended = post("http://slow.example/");
  EXPECT_EQ(ended.code(), "timed_out");
  EXPECT_EQ(ended.verdict.outcome, model::Outcome::unreachable);
  EXPECT_EQ(ended.took / seconds(1), 5);
  EXPECT_EQ(ended.attempt.phases.dns_us / 1000, 5000);
}

TEST_F(WhereRequestsGo, NamesThatCannotBeLookedUpAreTriedAgain) {
  exchange.resolver().set("broken.example", {{.addresses = {}, .error = ErrorCode::name_lookup_failed}});
  EXPECT_EQ(post("http://broken.example/").code(), "name_lookup_failed");
  const Ended missing = post("http://missing.example/");
  EXPECT_EQ(missing.code(), "name_not_found");
  EXPECT_EQ(missing.verdict.disposition, store::Disposition::retry);
}

TEST_F(WhereRequestsGo, TheSecondAddressIsTriedWhenTheFirstIsSilent) {
  exchange.io().drop_packets_to(ip(public_v6));
  exchange.resolver().set("both.example", {{.addresses = ips({public_v6, public_v4})}});
  const Ended ended = post("http://both.example/");
  EXPECT_EQ(ended.verdict.outcome, model::Outcome::delivered);
  EXPECT_EQ(ended.attempt.remote_address, std::string(public_v4) + ":80");
}

}  // namespace
}  // namespace pulter::security
