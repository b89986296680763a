// Who may come in.

#include <gtest/gtest.h>

#include "codec/net/ip_text.h"
#include "engine/control/auth.h"
#include "engine/control/router.h"

namespace pulter::control {
namespace {

TEST(Door, ATcpListenerIsRefusedAsLongAsNothingGuardsIt) {
  config::Config config;
  EXPECT_TRUE(check_listeners(config));
  config.listen = *net::parse_endpoint("127.0.0.1:8080");
  const auto refused = check_listeners(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "listen");
  EXPECT_NE(refused.error().detail.find("127.0.0.1:8080"), std::string::npos);
  EXPECT_NE(refused.error().detail.find(config.socket), std::string::npos);
}

TEST(Routes, FixedPathsAndIds) {
  EXPECT_EQ(find_route("GET", "/v1/events/evt_1").id, "evt_1");
  EXPECT_EQ(find_route("POST", "/v1/events/resend").route->path, "/v1/events/resend");
  EXPECT_EQ(find_route("POST", "/v1/events/resend/resend").id, "resend");
  EXPECT_EQ(find_route("GET", "/v1/imports/a%2Fb").id, "a/b");
  EXPECT_EQ(find_route("GET", "/v1/imports/a%00").route, nullptr);
  EXPECT_EQ(find_route("HEAD", "/healthz").route->method, "GET");
  EXPECT_EQ(find_route("GET", "/v1/imports//content").route, nullptr);
  EXPECT_EQ(find_route("PUT", "/healthz").allow, "GET, HEAD");
  EXPECT_EQ(find_route("get", "/healthz").route, nullptr);
}

}  // namespace
}  // namespace pulter::control
