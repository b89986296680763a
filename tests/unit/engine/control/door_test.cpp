// Who may come in.

#include <gtest/gtest.h>

#include "codec/net/ip_text.h"
#include "engine/control/auth.h"
#include "engine/control/router.h"

namespace pulter::control {
namespace {

TEST(Door, OnlyHostsThatNoNameServerDecides) {
  config::Config config;
  config.allowed_hosts = {"pulter.example.com", "other.example.com:8443"};
  for (const char* good :
       {"127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "10.0.0.5:80", "localhost", "LocalHost:8080",
        "pulter.example.com", "Pulter.Example.com:1", "other.example.com:8443"})
    EXPECT_TRUE(is_known_host(good, config)) << good;
  for (const char* bad :
       {"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "[::1",
        "pulter", "other.example.com", "2130706433", "0x7f.1"})
    EXPECT_FALSE(is_known_host(bad, config)) << bad;
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
