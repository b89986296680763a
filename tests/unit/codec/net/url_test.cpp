// URLs of security lists and of web-platform-tests url/resources/urltestdata.json (subjects of its cases for
// http and https, written down again; ours refuses more than the standard where it says so).

#include "codec/net/url.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/net/address_policy.h"

namespace pulter::net {
namespace {

// The canonical form, or "!".
std::string canonical(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->text() : "!";
}

struct Case {
  std::string_view input;
  std::string_view expected;
};

TEST(Url, Parts) {
  const auto url = parse_url("HTTPS://Example.COM:8443/Hook/a?x=1&y=%20");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, Scheme::https);
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->literal, std::nullopt);
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/Hook/a?x=1&y=%20");
  EXPECT_EQ(url->authority, "example.com:8443");

  const auto literal = parse_url("http://[0:0::1]:80");
  ASSERT_TRUE(literal);
  EXPECT_EQ(literal->host, "::1");
  EXPECT_TRUE(literal->literal.has_value());
  EXPECT_EQ(literal->port, 80);
  EXPECT_EQ(literal->target, "/");
  EXPECT_EQ(literal->authority, "[::1]");
}

TEST(Url, Accepted) {
  for (const Case& c : std::vector<Case>{
           {"http://example.com", "http://example.com/"},
           {"http://example.com/", "http://example.com/"},
           {"http://example.com:80/", "http://example.com/"},
           {"https://example.com:443/", "https://example.com/"},
           {"http://example.com:443/", "http://example.com:443/"},
           {"https://example.com:00000000000080/", "https://example.com:80/"},
           {"http://example.com./x", "http://example.com/x"},
           {"http://example.com?q", "http://example.com/?q"},
           {"http://example.com/?", "http://example.com/?"},
           {"http://example.com/foo%2Ehtml", "http://example.com/foo%2Ehtml"},
           {"http://example.com/foo/./bar/../baz", "http://example.com/foo/baz"},
           {"http://example.com/foo/bar/..", "http://example.com/foo/"},
           {"http://example.com/foo/bar/../..", "http://example.com/"},
           {"http://example.com/foo/../../../ton", "http://example.com/ton"},
           {"http://example.com/././foo", "http://example.com/foo"},
           {"http://example.com/foo/.", "http://example.com/foo/"},
           {"http://example.com/foo/%2e", "http://example.com/foo/"},
           {"http://example.com/foo/%2e%2E/bar", "http://example.com/bar"},
           {"http://example.com/foo/.%2e/bar", "http://example.com/bar"},
           {"http://example.com/foo/%2e%2", "http://example.com/foo/%2e%2"},
           {"http://example.com/....", "http://example.com/...."},
           {"http://example.com//a//b", "http://example.com//a//b"},
           {"http://example.com/a;b@c:d", "http://example.com/a;b@c:d"},
           {"http://example.com/é€", "http://example.com/%C3%A9%E2%82%AC"},
           {"http://example.com/?q=é'\"", "http://example.com/?q=%C3%A9%27%22"},
           {"http://example.com/\"<>^`{}|", "http://example.com/%22%3C%3E%5E%60%7B%7D|"},
           {"http://example.com/%zz", "http://example.com/%zz"},
           {"http://example.com/?a=b?c=/d@e", "http://example.com/?a=b?c=/d@e"},
           {"http://xn--fsqu00a.xn--0zwm56d/", "http://xn--fsqu00a.xn--0zwm56d/"},
           {"http://%65xample.com/", "http://example.com/"},
           {"http://foo_bar.example-1.com/", "http://foo_bar.example-1.com/"},
           {"http://1.2.3.4.example/", "http://1.2.3.4.example/"},
           {"http://0x7f.1.example/", "http://0x7f.1.example/"},
           {"http://a/", "http://a/"},
           {"http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"},
           {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]/"},
           {"http://[1:2:0:0:5:0:0:0]/", "http://[1:2:0:0:5::]/"},
       }) {
    EXPECT_EQ(canonical(c.input), c.expected) << c.input;
  }
}

TEST(Url, EverySpellingOfAnIpv4Address) {
  for (const Case& c : std::vector<Case>{
           {"http://2130706433/", "http://127.0.0.1/"},
           {"http://0x7f000001/", "http://127.0.0.1/"},
           {"http://0X7F000001/", "http://127.0.0.1/"},
           {"http://017700000001/", "http://127.0.0.1/"},
           {"http://0177.0.0.1/", "http://127.0.0.1/"},
           {"http://0000000000000000000177.0.0.1/", "http://127.0.0.1/"},
           {"http://127.1/", "http://127.0.0.1/"},
           {"http://127.0.1/", "http://127.0.0.1/"},
           {"http://0x7f.1/", "http://127.0.0.1/"},
           {"http://0/", "http://0.0.0.0/"},
           {"http://0x/", "http://0.0.0.0/"},
           {"http://00/", "http://0.0.0.0/"},
           {"http://0x.0x.0/", "http://0.0.0.0/"},
           {"http://192.168.257/", "http://192.168.1.1/"},
           {"http://192.168.257./", "http://192.168.1.1/"},
           {"http://192.168.257.com/", "http://192.168.257.com/"},
           {"http://127.0.0.1./", "http://127.0.0.1/"},
           {"http://4294967295/", "http://255.255.255.255/"},
           {"http://256/", "http://0.0.1.0/"},
           {"http://1.16777215/", "http://1.255.255.255/"},
           {"http://0xa9.254.0251.0376/", "http://169.254.169.254/"},
           {"http://%30%78%63%30%2e%30%32%35%30.01/", "http://192.168.0.1/"},
           {"http://%31%32%37.0.0.1/", "http://127.0.0.1/"},
           {"http://127%2e0%2e0%2e1/", "http://127.0.0.1/"},
       }) {
    EXPECT_EQ(canonical(c.input), c.expected) << c.input;
    EXPECT_EQ(parse_url(c.input)->literal.has_value(), !c.expected.contains("com")) << c.input;
  }
}

TEST(Url, NotQuiteAnIpv4Address) {
  for (const std::string_view text : {"http://4294967296/",
                                      "http://0x100000000/",
                                      "http://256.256.256.256/",
                                      "http://1.2.3.256/",
                                      "http://1.2.3.4.5/",
                                      "http://1.2.3.08/",
                                      "http://1.2.3.09/",
                                      "http://foo.0x4/",
                                      "http://foo.09/",
                                      "http://09.2.3.4/",
                                      "http://0x7f.1x.0.1/",
                                      "http://1..0/",
                                      "http://.1/",
                                      "http://1.16777216/",
                                      "http://18446744073709551617/",
                                      "http://0x10000000000000001.1/",
                                      "http://192.168.0.257/",
                                      "http://a.1/",
                                      "http://1.2.3.4../",
                                      "http://99999999999999999999999999999999/"}) {
    EXPECT_EQ(canonical(text), "!") << text;
  }
}

TEST(Url, UserinfoAndDelimiterConfusion) {
  for (const std::string_view text : {"http://good@127.0.0.1/",
                                      "http://user:pass@example.com/",
                                      "http://@example.com/",
                                      "http://:@example.com/",
                                      "http://127.1.1.1:80\\@127.2.2.2:80/",
                                      "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
                                      "http:127.0.0.1/",
                                      "http:/127.0.0.1/",
                                      "http:\\\\127.0.0.1\\",
                                      "//127.0.0.1/",
                                      "http:///127.0.0.1/",
                                      "http:////x/",
                                      "http://[127.0.0.1]/",
                                      "http://[::1%25lo]/",
                                      "http://[::1%lo]/",
                                      "http://[::1",
                                      "http://::1]/",
                                      "http://[::1]x/",
                                      "http://x[::1]/",
                                      "http://[]/",
                                      "http://[::1]:/",
                                      "http://[:::]/",
                                      "http://[1::2::3]/",
                                      "http://[::1.2.3]/",
                                      "http://[::1.2.3.04]/",
                                      "http://[v1.x]/",
                                      "http://a@b@c/",
                                      "http://a:b:c/",
                                      "http://example.com#@evil/",
                                      "http://example.com/#frag",
                                      "http://example.com%40evil/",
                                      "http://example.com%2f/",
                                      "http://example.com%23/",
                                      "http://example.com%3a80/",
                                      "http://example.com%00/",
                                      "http://%00/",
                                      "http://a%0d%0ab/",
                                      "http://a%20b/",
                                      "http://%5b::1%5d/",
                                      "http://a%5cb/",
                                      "http://a<b/",
                                      "http://a>b/",
                                      "http://a^b/",
                                      "http://a|b/",
                                      "http://a%b/",
                                      "http://a%/",
                                      "http://a%2/",
                                      "http://%zz/",
                                      "http://a*b/",
                                      "http://a,b/",
                                      "http://a!b/",
                                      "http://a$b/"}) {
    EXPECT_EQ(canonical(text), "!") << text;
  }
}

TEST(Url, SpacesAndControls) {
  for (int c = 0; c <= 0x20; ++c) {
    for (const std::string_view around :
         {"http://exa_mple.com/", "http://example.com/a_b", "http://example.com/?a_b", "_http://a/",
          "http://a/_", "ht_tp://a/", "http://a:8_0/"}) {
      std::string text(around);
      text[text.find('_')] = static_cast<char>(c);
      EXPECT_EQ(canonical(text), "!") << text;
    }
  }
  EXPECT_EQ(canonical("http://example.com/\x7f"), "!");
  EXPECT_EQ(canonical("http://example.com/\xff"), "!");
  EXPECT_EQ(canonical("http://example.com/\xed\xa0\x80"), "!");
}

TEST(Url, SchemesAndPorts) {
  for (const std::string_view text : {"",
                                      "example.com",
                                      "file:///etc/passwd",
                                      "gopher://a/",
                                      "dict://a:11211/",
                                      "jar:http://a!/",
                                      "ftp://a/",
                                      "ws://a/",
                                      "javascript:alert(1)",
                                      "data:,x",
                                      "http",
                                      "http:",
                                      "http://",
                                      "https://",
                                      "httpx://a/",
                                      "http//a/",
                                      "http://:80/",
                                      "http://a:0/",
                                      "http://a:00/",
                                      "http://a:65536/",
                                      "http://a:99999999999/",
                                      "http://a:-1/",
                                      "http://a:+80/",
                                      "http://a:0x50/",
                                      "http://a:80a/",
                                      "http://a:/",
                                      "http://a: 80/",
                                      "http://?x",
                                      "http:///",
                                      "https:a"}) {
    EXPECT_EQ(canonical(text), "!") << text;
  }
  EXPECT_EQ(canonical("http://a:65535/"), "http://a:65535/");
  EXPECT_EQ(canonical("hTTp://a/"), "http://a/");
}

TEST(Url, HostsOutsideOfAsciiAreRefusedWithAdvice) {
  for (const std::string_view text : {"http://０Ｘｃ０．０２５０．０１/", "http://ⓛocalhost/",
                                      "http://１２７.0.0.1/", "http://127。0。0。1/", "http://exämple.com/",
                                      "http://%EF%BC%90/", "http://a%C2%ADb.com/", "http://xn--é/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_NE(url.error().detail.find("xn--"), std::string::npos) << text;
  }
}

TEST(Url, Lengths) {
  const std::string label(63, 'a');
  EXPECT_NE(canonical("http://" + label + "/"), "!");
  EXPECT_EQ(canonical("http://" + label + "a/"), "!");
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_NE(canonical("http://" + name + "/"), "!");
  EXPECT_NE(canonical("http://" + name + "./"), "!");
  EXPECT_EQ(canonical("http://" + name + "b/"), "!");
  EXPECT_EQ(canonical("http://a..b/"), "!");
  EXPECT_EQ(canonical("http://.a/"), "!");
  EXPECT_EQ(canonical("http://a../"), "!");
  EXPECT_EQ(canonical("http://./"), "!");
  EXPECT_NE(canonical("http://a/" + std::string(url_bytes_max - 9, 'x')), "!");
  EXPECT_EQ(canonical("http://a/" + std::string(url_bytes_max - 8, 'x')), "!");
  // One byte becomes three: only the whole canonical form is over the limit, the target alone is not.
  EXPECT_EQ(canonical("http://a/" + std::string(url_bytes_max - 11, 'x') + "<"), "!");
  std::string wide;
  for (int i = 0; i < 1'500; ++i) wide += "é";
  EXPECT_EQ(canonical("http://a/" + wide), "!");
}

TEST(Url, ErrorsDoNotRepeatPasswords) {
  const auto url = parse_url("https://user:hunter2@example.com/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, ErrorCode::bad_url);
  EXPECT_EQ(url.error().detail.find("hunter2"), std::string::npos);
  EXPECT_EQ(parse_url("http://example.com/a b").error().at, 20);
}

TEST(Url, CanonicalFormReadsBackAsItself) {
  for (const std::string_view text :
       {"http://2130706433/a/../b?c", "https://Example.com.:444/é", "http://[0::1]:80/\"", "http://a?"}) {
    const std::string once = canonical(text);
    EXPECT_EQ(canonical(once), once) << text;
  }
}

// Row 1 to 4 of the lists: whatever way an internal address is spelled, the policy sees it.
TEST(Url, OddSpellingsDoNotPassThePolicy) {
  for (const std::string_view text : {"http://2130706433/",
                                      "http://0x7f000001/",
                                      "http://0177.0.0.1/",
                                      "http://127.1/",
                                      "http://0/",
                                      "http://192.168.257/",
                                      "http://0x.0x.0/",
                                      "http://127.0.0.1./",
                                      "http://[::ffff:7f00:1]/",
                                      "http://[::7f00:1]/",
                                      "http://[::ffff:0:7f00:1]/",
                                      "http://[::5efe:7f00:1]/",
                                      "http://[64:ff9b::a9fe:a9fe]/",
                                      "http://[64:ff9b:1::1]/",
                                      "http://[2002:7f00:1::]/",
                                      "http://[2001:0::1]/",
                                      "http://[fd00:ec2::254]/",
                                      "http://[::]/",
                                      "http://[::1]/",
                                      "http://2852039166/"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url && url->literal) << text;
    EXPECT_FALSE(judge(*url->literal, {}).allowed) << text;
  }
}

}  // namespace
}  // namespace pulter::net
