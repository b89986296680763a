#include "codec/net/ip_text.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::net {
namespace {

std::string again(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? to_string(*address) : "!";
}

TEST(IpText, Ipv4) {
  for (const std::string_view text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "1.20.100.9"})
    EXPECT_EQ(again(text), text);
  for (const std::string_view text :
       {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3",
        "1.2.3.4 ", "+1.2.3.4", "0x7f.0.0.1", "1.2.3.4/8", "1.2.3.-4", "1.2.3.a"}) {
    EXPECT_EQ(again(text), "!") << text;
  }
}

TEST(IpText, Ipv6CanonicalFormsOfRfc5952) {
  EXPECT_EQ(again("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(again("2001:0db8::0001"), "2001:db8::1");
  EXPECT_EQ(again("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(again("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
  EXPECT_EQ(again("2001:DB8::AbCd"), "2001:db8::abcd");
  EXPECT_EQ(again("::"), "::");
  EXPECT_EQ(again("::1"), "::1");
  EXPECT_EQ(again("1::"), "1::");
  EXPECT_EQ(again("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(again("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
  EXPECT_EQ(again("::ffff:7f00:1"), "::ffff:127.0.0.1");
  EXPECT_EQ(again("::ffff:127.0.0.1"), "::ffff:127.0.0.1");
  EXPECT_EQ(again("64:ff9b::169.254.169.254"), "64:ff9b::a9fe:a9fe");
  EXPECT_EQ(again("1:2:3:4:5:6:1.2.3.4"), "1:2:3:4:5:6:102:304");
}

TEST(IpText, Ipv6Refusals) {
  for (const std::string_view text : {":",
                                      ":::",
                                      "1",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1::2::3",
                                      "12345::",
                                      "g::",
                                      "::1%lo",
                                      "[::1]",
                                      "1:2:3:4:5:6:7:8::",
                                      "::1:2:3:4:5:6:7:8",
                                      ":1::",
                                      "1:",
                                      "1:2:3:4:5:6:7:",
                                      "::1.2.3",
                                      "::1.2.3.04",
                                      "1.2.3.4::",
                                      "::1.2.3.4:5",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "::1 ",
                                      " ::1",
                                      "::-1",
                                      "::+1",
                                      "::0x1"}) {
    EXPECT_EQ(again(text), "!") << text;
  }
}

TEST(IpText, Endpoints) {
  const auto text = [](std::string_view from) {
    const auto endpoint = parse_endpoint(from);
    return endpoint ? to_string(*endpoint) : "!";
  };
  EXPECT_EQ(text("127.0.0.1:9000"), "127.0.0.1:9000");
  EXPECT_EQ(text("[::1]:443"), "[::1]:443");
  EXPECT_EQ(text("0.0.0.0:0"), "0.0.0.0:0");
  for (const std::string_view bad :
       {"", "127.0.0.1", ":9000", "127.0.0.1:", "127.0.0.1:65536", "::1:9000", "[::1]", "[::1]9000",
        "[127.0.0.1]:80", "[]:80", "localhost:80", "127.0.0.1:+80", "127.0.0.1:080000", "[::1:80"}) {
    EXPECT_EQ(text(bad), "!") << bad;
  }
}

}  // namespace
}  // namespace pulter::net
