#include "codec/net/address_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "codec/net/ip_text.h"

namespace pulter::net {
namespace {

IpAddress ip(std::string_view text) {
  return parse_ip(text).value();
}

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
  std::vector<Network> list;
  for (const std::string_view text : texts) list.push_back(parse_network(text).value());
  return list;
}

bool allowed(std::string_view address, std::initializer_list<std::string_view> opened = {}) {
  return judge(ip(address), networks(opened)).allowed;
}

// The neighbour above or below, with carry; the same address where there is none.
IpAddress step(IpAddress address, int direction) {
  const IpAddress start = address;
  for (std::size_t i = address.family == Family::ipv4 ? 4 : 16; i-- > 0;) {
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] + direction);
    if (address.bytes[i] != (direction > 0 ? 0 : 255)) return address;
  }
  return start;
}

struct Range {
  std::string_view first;
  std::string_view last;
};

// First and last address of each refused range, as the IANA registries list them.
constexpr std::array refused = {
    Range{"0.0.0.0", "0.255.255.255"},
    Range{"10.0.0.0", "10.255.255.255"},
    Range{"100.64.0.0", "100.127.255.255"},
    Range{"127.0.0.0", "127.255.255.255"},
    Range{"169.254.0.0", "169.254.255.255"},
    Range{"172.16.0.0", "172.31.255.255"},
    Range{"192.0.0.0", "192.0.0.255"},
    Range{"192.0.2.0", "192.0.2.255"},
    Range{"192.88.99.0", "192.88.99.255"},
    Range{"192.168.0.0", "192.168.255.255"},
    Range{"198.18.0.0", "198.19.255.255"},
    Range{"198.51.100.0", "198.51.100.255"},
    Range{"203.0.113.0", "203.0.113.255"},
    Range{"224.0.0.0", "239.255.255.255"},
    Range{"240.0.0.0", "255.255.255.255"},
    Range{"::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"64:ff9b::1:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"2001::", "2001:1::"},
    Range{"2001:1::3", "2001:2:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"2001:4::", "2001:4:111:ffff:ffff:ffff:ffff:ffff"},
    Range{"2001:4:113::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"2001:40::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"},
    Range{"4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
};

bool in_refused(const IpAddress& address) {
  return std::ranges::any_of(refused, [&](const Range& range) {
    const IpAddress first = ip(range.first);
    return first.family == address.family && first.bytes <= address.bytes &&
           address.bytes <= ip(range.last).bytes;
  });
}

TEST(AddressPolicy, BothEdgesOfEveryRange) {
  for (const Range& range : refused) {
    for (const std::string_view edge : {range.first, range.last}) {
      EXPECT_FALSE(judge(ip(edge), {}).allowed) << edge;
      for (const int direction : {-1, 1}) {
        const IpAddress neighbour = step(ip(edge), direction);
        // 64:ff9b::/96 begins and ends with addresses that stand for 0.0.0.0 and 255.255.255.255.
        const bool nat64 = to_string(neighbour).starts_with("64:ff9b::");
        EXPECT_EQ(judge(neighbour, {}).allowed, !in_refused(neighbour) && !nat64) << to_string(neighbour);
      }
    }
  }
}

TEST(AddressPolicy, EveryRangeOfTheListNamesItsRule) {
  for (const auto& [address, rule] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"127.0.0.1", "loopback (127.0.0.0/8, RFC 1122)"},
           {"10.1.2.3", "private use (10.0.0.0/8, RFC 1918)"},
           {"255.255.255.255", "limited broadcast (255.255.255.255/32, RFC 919)"},
           {"::1", "loopback (::1/128, RFC 4291)"},
           {"::", "unspecified address (::/128, RFC 4291)"},
           {"100::1", "discard-only (100::/64, RFC 6666)"},
           {"fe80::1", "link-local (fe80::/10, RFC 4291)"},
           {"fec0::1", "site-local (fec0::/10, RFC 3879)"},
           {"fd12::1", "unique local (fc00::/7, RFC 4193)"},
           {"ff02::1", "multicast (ff00::/8, RFC 4291)"},
           {"5f00::1", "segment routing (5f00::/16, RFC 9602)"},
           {"2001::1", "Teredo (2001::/32, RFC 4380)"},
           {"2002:7f00:1::", "6to4 (2002::/16, RFC 3056)"},
           {"::ffff:127.0.0.1", "IPv4-mapped (::ffff:0.0.0.0/96, RFC 4291)"},
           {"169.254.169.254", "metadata service (169.254.169.254)"},
           {"8.8.8.8", "public IPv4 address"},
           {"2606:4700::1", "public: global unicast (2000::/3, RFC 4291)"}}) {
    EXPECT_EQ(judge(ip(address), {}).rule, rule) << address;
  }
}

TEST(AddressPolicy, PublicAddressesPass) {
  for (const std::string_view address : {"1.1.1.1",
                                         "8.8.8.8",
                                         "9.255.255.255",
                                         "11.0.0.0",
                                         "126.255.255.255",
                                         "128.0.0.0",
                                         "223.255.255.255",
                                         "192.0.1.1",
                                         "172.15.255.255",
                                         "172.32.0.0",
                                         "2606:4700:4700::1111",
                                         "2a00:1450::1",
                                         "2001:200::1",
                                         "2001:4860:4860::8888",
                                         "2001:4:112::1",
                                         "2001:1::1",
                                         "2001:1::2",
                                         "2001:3::1",
                                         "2001:20::1",
                                         "2001:30::1",
                                         "64:ff9b::8.8.8.8",
                                         "3fff:1000::"}) {
    EXPECT_TRUE(allowed(address)) << address << ": " << judge(ip(address), {}).rule;
  }
}

TEST(AddressPolicy, EmbeddedIpv4Forms) {
  for (const std::string_view address :
       {"::ffff:7f00:1", "::7f00:1", "::ffff:0:7f00:1", "::5efe:7f00:1", "::ffff:8.8.8.8",
        "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::", "2001:0::1", "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"}) {
    EXPECT_FALSE(allowed(address)) << address;
  }
  EXPECT_EQ(judge(ip("64:ff9b::10.0.0.1"), {}).rule, "NAT64 of 10.0.0.1: private use (10.0.0.0/8, RFC 1918)");
  EXPECT_TRUE(allowed("64:ff9b::10.0.0.1", {"10.0.0.0/8"}));
  EXPECT_TRUE(allowed("64:ff9b::10.0.0.1", {"64:ff9b::/96"}));
  EXPECT_TRUE(allowed("::ffff:127.0.0.1", {"127.0.0.0/8"}));
  EXPECT_TRUE(allowed("::ffff:127.0.0.1", {"::ffff:0:0/96"}));
  EXPECT_FALSE(allowed("::7f00:1", {"127.0.0.0/8"}));
}

TEST(AddressPolicy, AllowNetworksOpenRanges) {
  EXPECT_TRUE(allowed("127.0.0.1", {"127.0.0.0/8"}));
  EXPECT_TRUE(allowed("127.0.0.1", {"10.0.0.0/8", "127.0.0.1"}));
  EXPECT_FALSE(allowed("127.0.0.2", {"127.0.0.1"}));
  EXPECT_FALSE(allowed("::1", {"127.0.0.0/8"}));
  EXPECT_TRUE(allowed("::1", {"::1"}));
  EXPECT_TRUE(allowed("10.0.0.1", {"0.0.0.0/0"}));
  EXPECT_FALSE(allowed("fd00::1", {"0.0.0.0/0"}));
  EXPECT_EQ(judge(ip("127.0.0.1"), networks({"127.0.0.0/8"})).rule,
            "loopback (127.0.0.0/8, RFC 1122), opened by allow_networks 127.0.0.0/8");
}

TEST(AddressPolicy, MetadataOnlyWhenNamedExactly) {
  for (const std::string_view address : {"169.254.169.254", "169.254.170.2", "100.100.100.200",
                                         "168.63.129.16", "fd00:ec2::254", "192.0.0.192"}) {
    EXPECT_FALSE(allowed(address)) << address;
    EXPECT_FALSE(allowed(address, {"0.0.0.0/0", "::/0", "169.254.0.0/16", "169.254.169.254/31", "fd00::/8"}))
        << address;
    EXPECT_TRUE(allowed(address, {address})) << address;
  }
  for (const std::string_view form : {"::ffff:169.254.169.254", "64:ff9b::169.254.169.254"}) {
    EXPECT_FALSE(allowed(form)) << form;
    EXPECT_FALSE(allowed(form, {"::/0", "0.0.0.0/0", "64:ff9b::/96", "::ffff:0:0/96"})) << form;
    EXPECT_TRUE(allowed(form, {form})) << form;
    EXPECT_TRUE(allowed(form, {"169.254.169.254"})) << form;
  }
  EXPECT_TRUE(allowed("169.254.169.253", {"169.254.0.0/16"}));
}

TEST(AddressPolicy, Names) {
  EXPECT_FALSE(judge_name("metadata.google.internal").allowed);
  EXPECT_FALSE(judge_name("instance-data").allowed);
  EXPECT_TRUE(judge_name("example.com").allowed);
  EXPECT_TRUE(judge_name("localhost").allowed);
}

TEST(AddressPolicy, Ports) {
  for (const int port : {1, 22, 25, 110, 465, 587, 3306, 5432, 6379, 6667, 10'080, 11'211, 27'017}) {
    EXPECT_FALSE(judge_port(static_cast<std::uint16_t>(port), {}).allowed) << port;
  }
  for (const int port : {80, 443, 3000, 5000, 7000, 8000, 8080, 8443, 9000, 65'535}) {
    EXPECT_TRUE(judge_port(static_cast<std::uint16_t>(port), {}).allowed) << port;
  }
  const std::array<std::uint16_t, 1> opened = {6379};
  EXPECT_TRUE(judge_port(6379, opened).allowed);
}

TEST(Network, ReadsAndWrites) {
  for (const std::string_view text : {"127.0.0.0/8", "0.0.0.0/0", "10.0.0.7/32", "fd00::/8", "::/0",
                                      "::1/128", "192.168.4.0/22", "2001:db8::/33"}) {
    EXPECT_EQ(to_string(parse_network(text).value()), text);
  }
  EXPECT_EQ(to_string(parse_network("10.0.0.7").value()), "10.0.0.7/32");
  EXPECT_EQ(to_string(parse_network("::1").value()), "::1/128");
}

TEST(Network, Refusals) {
  for (const std::string_view text : {"", "/8", "127.0.0.0/", "127.0.0.0/33", "127.0.0.0/-1", "127.0.0.0/08",
                                      "127.0.0.0/8 ", "127.0.0.0/+8", "::/129", "127.1/8", "localhost",
                                      "127.0.0.0/255.0.0.0", "10.0.0.0/8/8", "10.0.0.0/1e1", "::1%lo"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
  const auto loose = parse_network("127.0.0.1/8");
  ASSERT_FALSE(loose);
  EXPECT_NE(loose.error().detail.find("127.0.0.0/8"), std::string::npos);
  EXPECT_FALSE(parse_network("fd00::1/8"));
  EXPECT_FALSE(parse_network("128.0.0.0/0"));
}

TEST(Network, ContainsByBits) {
  const Network network = parse_network("192.168.4.0/22").value();
  EXPECT_TRUE(contains(network, ip("192.168.4.0")));
  EXPECT_TRUE(contains(network, ip("192.168.7.255")));
  EXPECT_FALSE(contains(network, ip("192.168.8.0")));
  EXPECT_FALSE(contains(network, ip("192.168.3.255")));
  EXPECT_FALSE(contains(network, ip("::ffff:192.168.4.1")));
}

}  // namespace
}  // namespace pulter::net
