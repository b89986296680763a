// The dashboard's files over the TCP listener.

#include <array>

#include "world.h"

namespace pulter::control::test {
namespace {

constexpr std::array<std::uint8_t, 4> index_bytes{'p', 'a', 'g', 'e'};
constexpr std::array<std::uint8_t, 2> script_bytes{'j', 's'};
constexpr std::array files{
    PageFile{"/assets/app-1.js", "text/javascript; charset=utf-8", "\"b\"", script_bytes, true},
    PageFile{"/index.html", "text/html; charset=utf-8", "\"a\"", index_bytes, false}};

class PagesTest : public World {
 protected:
  PagesTest() { services_->pages = Pages{files, "default-src 'none'; script-src 'self'"}; }
};

TEST_F(PagesTest, EveryPageAddressIsThePage) {
  for (const char* path : {"/", "/imports", "/imports/imp_1", "/events", "/events/evt_1?tab=body",
                           "/webhooks/new", "/importers", "/upload", "/signin?next=%2F", "/index.html"}) {
    const Got got = over_tcp("GET", path);
    EXPECT_EQ(got.status, 200) << path;
    EXPECT_EQ(got.body, "page") << path;
    EXPECT_EQ(got.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(got.header("cache-control"), "no-cache");
    EXPECT_EQ(got.header("content-security-policy"), "default-src 'none'; script-src 'self'");
    EXPECT_EQ(got.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(got.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(got.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(got.header("cross-origin-resource-policy"), "same-origin");
  }
  EXPECT_EQ(over_tcp("HEAD", "/").header("content-length"), "4");
}

TEST_F(PagesTest, FilesAreKeptAndAskedAgain) {
  const Got script = over_tcp("GET", "/assets/app-1.js");
  EXPECT_EQ(script.body, "js");
  EXPECT_EQ(script.header("cache-control"), "public, max-age=31536000, immutable");
  const Got same = over_tcp("GET", "/", {}, {{"If-None-Match", "\"a\""}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(over_tcp("GET", "/", {}, {{"If-None-Match", "\"x\""}}).status, 200);
}

TEST_F(PagesTest, NothingElseIsServed) {
  for (const char* path : {"/assets/", "/assets/../index.html", "/assets/%2e%2e/index.html", "/etc/passwd",
                           "/importsx", "//index.html", "/v1/imports", "/metrics"})
    EXPECT_EQ(over_tcp("GET", path).status, 401) << path;
  EXPECT_EQ(over_tcp("POST", "/imports").status, 405);
  EXPECT_EQ(over_tcp("GET", "/", {}, {{"Host", "evil.example"}}).status, 403);
  EXPECT_EQ(get("/").status, 404) << "the Unix socket has the API alone";
}

TEST_F(PagesTest, BuiltWithoutItSaysSo) {
  services_->pages = Pages{};
  const Got got = over_tcp("GET", "/imports");
  EXPECT_EQ(got.status, 404);
  EXPECT_NE(got.body.find("built without its dashboard"), std::string::npos);
}

}  // namespace
}  // namespace pulter::control::test
