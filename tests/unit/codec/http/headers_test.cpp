#include "codec/http/headers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pulter::http {
namespace {

TEST(Headers, GoodOnesPass) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer abc.def"},
                                                        {"X-Api-Key", "k"},
                                                        {"x", ""},
                                                        {"Cookie", "a=b; c=d"},
                                                        {"X-Webhook-Source", "a\tb  c"},
                                                        {"!#$%&'*+-.^_`|~09azAZ", "~ !"}}) {
    EXPECT_TRUE(check_custom_header(name, value)) << name;
  }
}

TEST(Headers, ReservedNamesInAnyCase) {
  for (const std::string_view name : {"Host",
                                      "host",
                                      "HOST",
                                      "Content-Length",
                                      "content-type",
                                      "Transfer-Encoding",
                                      "TE",
                                      "Trailer",
                                      "Upgrade",
                                      "Expect",
                                      "Connection",
                                      "Keep-Alive",
                                      "User-Agent",
                                      "Accept-Encoding",
                                      "Proxy-Authorization",
                                      "proxy-connection",
                                      "proxy-",
                                      "webhook-id",
                                      "Webhook-Timestamp",
                                      "webhook-signature",
                                      "webhook-anything",
                                      "Pulter-Attempt",
                                      "PULTER-x",
                                      "Content-Encoding",
                                      "HTTP2-Settings"}) {
    EXPECT_TRUE(is_reserved_header(name)) << name;
    const auto refused = check_custom_header(name, "x");
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().detail.find(name), std::string::npos);
  }
  for (const std::string_view name : {"Hos", "Hosts", "X-Host", "proxy", "webhook", "X-webhook-id", ""}) {
    EXPECT_FALSE(is_reserved_header(name)) << name;
  }
}

TEST(Headers, InjectionIsRefused) {
  for (const std::string& name :
       {std::string("X\r\nY"), std::string("X Y"), std::string("X:"), std::string(), std::string("X\0", 2),
        std::string("X\xe9"), std::string("(X)"), std::string("X\x7f"), std::string("\"X\"")}) {
    EXPECT_FALSE(check_custom_header(name, "v")) << name;
  }
  for (const std::string& value :
       {std::string("a\r\nb"), std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3),
        std::string("\x1b[2J"), std::string("caf\xc3\xa9"), std::string("\x80"), std::string("a\x7f"),
        std::string(" a"), std::string("a "), std::string("\ta"), std::string("a\t")}) {
    const auto refused = check_custom_header("X-Name", value);
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, ErrorCode::bad_value);
  }
}

TEST(Headers, SetsAreBounded) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= custom_headers_max; ++i) names.push_back("X-" + std::to_string(i));
  std::vector<HeaderField> fields;
  for (std::size_t i = 0; i < custom_headers_max; ++i) fields.push_back({names[i], "v"});
  EXPECT_TRUE(check_custom_headers(fields));
  fields.push_back({names.back(), "v"});
  EXPECT_FALSE(check_custom_headers(fields));

  const std::string large(custom_header_bytes_max, 'v');
  EXPECT_FALSE(check_custom_headers(std::vector<HeaderField>{{"X", large}}));
  EXPECT_FALSE(check_custom_headers(std::vector<HeaderField>{{"X", "1"}, {"x", "2"}}));
  EXPECT_TRUE(check_custom_headers({}));
}

}  // namespace
}  // namespace pulter::http
