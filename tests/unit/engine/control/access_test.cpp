// Who may do what over the TCP listener: every route with every kind of token.

#include <algorithm>
#include <array>

#include "engine/control/router.h"
#include "world.h"

namespace pulter::control::test {
namespace {

using namespace std::chrono_literals;

struct Key {
  std::string_view name;
  Headers headers;
};

class Access : public World {
 protected:
  Access() {
    importer_ =
        post("/v1/importers", R"({"name":"a","allowedWebhookHosts":["hooks.example.com"]})").text("id");
    other_ = post("/v1/importers", R"({"name":"b"})").text("id");
    admin_ = make_token("admin");
    read_ = make_token("read");
    upload_ = make_token("upload:" + importer_);
    upload_other_ = make_token("upload:" + other_);
  }
  std::string make_token(const std::string& scope) {
    const Got got = post("/v1/tokens", R"({"name":"n","scope":")" + scope + "\"}");
    EXPECT_EQ(got.status, 201) << got.body;
    token_id_ = got.text("id");
    return got.text("token");
  }
  static Headers bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
  /// Signs in; the headers of a page with its cookie.
  Headers sign_in(const std::string& token, bool with_csrf) {
    const Got got = over_tcp("POST", "/v1/session", R"({"token":")" + token + "\"}", json_type);
    EXPECT_EQ(got.status, 200) << got.body;
    const std::string cookie = got.header("set-cookie");
    Headers headers{{"Cookie", "theme=dark; " + cookie.substr(0, cookie.find(';')) + "; x=y"}};
    if (with_csrf) headers.emplace_back("X-CSRF-Token", got.text("csrfToken"));
    return headers;
  }
  static std::string path_of(const Route& route) {
    std::string path(route.path);
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "none");
    return path;
  }
  /// 401, 403 "forbidden" or "csrf", or "in": the door let it pass, whatever came then.
  std::string try_route(const Route& route, Headers headers) {
    headers.emplace_back("Content-Type", "application/json");
    const Got got = over_tcp(route.method, path_of(route), route.method == "GET" ? "" : "{}", headers);
    if (got.status == 401) return "401";
    return got.status == 403 ? got.text("code") : "in";
  }

  const Headers json_type{{"Content-Type", "application/json"}};
  std::string importer_, other_, admin_, read_, upload_, upload_other_, token_id_;
};

TEST_F(Access, EveryRouteWithEveryKindOfToken) {
  // POST, PATCH, PUT and DELETE with an empty object change nothing that a later line needs; the stream would
  // not end, so it is asked for with a parameter that it refuses.
  for (const Route& listed : all_routes()) {
    Route route = listed;
    const bool stream = route.path == "/v1/stream";
    if (stream) route.path = "/v1/stream?x=1";
    if (route.path == "/v1/session") continue;  // below: it ends what this test needs
    const bool reads = route.method == "GET";
    const bool open = route.need == Need::nothing;
    const bool local = route.need == Need::local_socket;
    const bool upload = route.need == Need::upload;
    const bool admin_only = route.need == Need::admin;
    const auto expected = [&](bool may) -> std::string {
      return open || (may && !local) ? "in" : "forbidden";
    };
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.path));
    EXPECT_EQ(try_route(route, {}), open ? "in" : "401") << "none";
    EXPECT_EQ(try_route(route, bearer("plt_wrong")), open ? "in" : "401") << "wrong";
    EXPECT_EQ(try_route(route, {{"Authorization", "Basic " + admin_}}), open ? "in" : "401") << "basic";
    EXPECT_EQ(try_route(route, {{"Cookie", "pulter_session=wrong"}}), open ? "in" : "401") << "wrong cookie";
    EXPECT_EQ(try_route(route, bearer(admin_)), expected(true)) << "admin";
    EXPECT_EQ(try_route(route, bearer(read_)), expected(reads && !admin_only)) << "read";
    if (!upload || route.method == "PUT") {
      EXPECT_EQ(try_route(route, bearer(upload_)), expected(upload)) << "upload";
    }
    const std::string with_cookie = try_route(route, sign_in(admin_, true));
    EXPECT_EQ(with_cookie, expected(true)) << "cookie with CSRF";
    const std::string without = try_route(route, sign_in(admin_, false));
    EXPECT_EQ(without, open ? "in" : local ? "forbidden" : reads ? "in" : "csrf") << "cookie without CSRF";
    EXPECT_EQ(try_route(route, sign_in(read_, true)), expected(reads && !admin_only)) << "cookie of read";
    Headers rebound = bearer(admin_);
    rebound.emplace_back("Host", "evil.example:8080");
    EXPECT_EQ(try_route(route, rebound), "forbidden") << "Host";
  }
}

TEST_F(Access, TheReasonIsGivenAndNoTokenIsRepeated) {
  const Got none = over_tcp("GET", "/v1/imports");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.text("code"), "unauthorized");
  EXPECT_TRUE(none.header("www-authenticate").starts_with("Bearer"));
  const Got wrong = over_tcp("GET", "/v1/imports", {}, bearer("plt_secretlike"));
  EXPECT_EQ(wrong.body.find("secretlike"), std::string::npos);
  EXPECT_EQ(over_tcp("GET", "/v1/nothing").status, 401) << "what there is, is not told to strangers";
  EXPECT_EQ(over_tcp("GET", "/v1/nothing", {}, bearer(admin_)).status, 404);
  EXPECT_EQ(over_tcp("GET", "/healthz").status, 200);
}

TEST_F(Access, AnUploadTokenMakesImportsOfItsImporterAndNothingElse) {
  make_webhook();
  Headers headers = bearer(upload_);
  headers.emplace_back("Content-Type", "text/csv");
  const std::string mine = "/v1/imports?templateId=" + importer_;
  EXPECT_EQ(over_tcp("POST", mine, "a,b\n1,2\n", headers).status, 201);
  EXPECT_EQ(over_tcp("POST", "/v1/imports?templateId=" + other_, "a,b\n1,2\n", headers).text("field"),
            "templateId");
  EXPECT_EQ(over_tcp("POST", "/v1/imports", "a,b\n1,2\n", headers).status, 403);
  EXPECT_EQ(over_tcp("POST", mine + "&webhookUrl=https://hooks.example.com/x", "a,b\n1,2\n", headers).status,
            201);
  const Got elsewhere =
      over_tcp("POST", mine + "&webhookUrl=https://other.example.com/x", "a,b\n1,2\n", headers);
  EXPECT_EQ(elsewhere.status, 403);
  EXPECT_EQ(elsewhere.text("field"), "webhookUrl");

  Headers json = bearer(upload_);
  json.emplace_back("Content-Type", "application/json");
  json.emplace_back("Idempotency-Key", "k1");
  const Got announced = over_tcp("POST", "/v1/imports", R"({"templateId":")" + importer_ + "\"}", json);
  EXPECT_EQ(announced.status, 201) << announced.body;
  const std::string content = "/v1/imports/" + announced.text("id") + "/content";
  Headers stranger = bearer(upload_other_);
  EXPECT_EQ(over_tcp("PUT", content, "a\n1\n", stranger).status, 403);
  EXPECT_EQ(over_tcp("GET", content, {}, bearer(upload_)).status, 403);
  EXPECT_EQ(over_tcp("PUT", content, "a\n1\n", bearer(upload_)).status, 200);
  // A key that somebody else used tells nothing about his import.
  Headers guess = stranger;
  guess.emplace_back("Content-Type", "application/json");
  guess.emplace_back("Idempotency-Key", "k1");
  EXPECT_EQ(over_tcp("POST", "/v1/imports", R"({"templateId":")" + other_ + "\"}", guess).status, 403);
  EXPECT_EQ(over_tcp("POST", "/v1/imports",
                     R"({"templateId":")" + importer_ + R"(","source":{"path":"/etc/passwd"}})",
                     {{"Authorization", "Bearer " + upload_}, {"Content-Type", "application/json"}})
                .status,
            403);
}

TEST_F(Access, ASessionIsACookieThatNoScriptReads) {
  const Got refused = over_tcp("POST", "/v1/session", R"({"token":"plt_wrong"})", json_type);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.text("code"), "unauthorized");
  EXPECT_EQ(
      over_tcp("POST", "/v1/session", R"({"token":")" + admin_ + "\"}", {{"Content-Type", "text/plain"}})
          .status,
      415);
  const Got got = over_tcp("POST", "/v1/session", R"({"token":")" + admin_ + "\"}", json_type);
  const std::string cookie = got.header("set-cookie");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Strict"), std::string::npos) << cookie;
  EXPECT_EQ(cookie.find("plt_"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos);
  EXPECT_EQ(got.text("name"), "n");
  EXPECT_EQ(got.text("scope"), "admin");
  const Headers page = sign_in(admin_, true);
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, page).text("csrfToken"), page[1].second);
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, bearer(read_)).text("scope"), "read");
  EXPECT_EQ(over_tcp("GET", "/v1/session").status, 401);
  EXPECT_EQ(over_tcp("DELETE", "/v1/session", {}, {page[0]}).text("code"), "csrf");
  const Got out = over_tcp("DELETE", "/v1/session", {}, page);
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.header("set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, page).status, 401);
}

TEST_F(Access, SessionsEndWithTimeAndWithTheirToken) {
  const Headers page = sign_in(read_, true);
  pass(std::chrono::hours(11));
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, page).status, 200);
  pass(std::chrono::hours(2));
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, page).status, 401);
  const std::string token = make_token("admin");
  const Headers other = sign_in(token, true);
  EXPECT_EQ(request("DELETE", "/v1/tokens/" + token_id_).status, 204);
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, other).status, 401);
  EXPECT_EQ(over_tcp("GET", "/v1/session", {}, bearer(token)).status, 401);
}

/// Listens to the stream as a page or a program; `ended` once the daemon ended it.
struct Listening {
  std::string bytes;
  std::string received;
  bool ended = false;
};
io::Task<> listen(io::Scope& scope, io::SimIo& io, Listening& listening) {
  auto fd = io.open_tcp(net::Family::ipv4);
  co_await io::connect(scope, *fd, tcp_address, io.now() + 5s);
  co_await io::send_all(scope, *fd, listening.bytes);
  std::vector<char> buffer(4096);
  while (true) {
    const std::int32_t got = co_await io::receive(scope, *fd, buffer);
    if (got <= 0) break;
    listening.received.append(buffer.data(), static_cast<std::size_t>(got));
    listening.ended = listening.received.ends_with("\r\n0\r\n\r\n");  // the last chunk
  }
  io.close(*fd);
}

TEST_F(Access, AnOpenStreamEndsWithItsSessionOrToken) {
  const Headers page = sign_in(admin_, true);
  const Headers other_page = sign_in(admin_, true);
  const std::string token = make_token("read");
  const std::string token_id = token_id_;
  const auto ask = [](const Headers& headers) {
    std::string bytes = "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n";
    for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
    return bytes + "\r\n";
  };
  std::array<Listening, 3> each{Listening{ask(page), {}, false}, Listening{ask(other_page), {}, false},
                                Listening{ask(bearer(token)), {}, false}};
  io::Scope scope(io_);
  for (Listening& listening : each) scope.spawn(listen(scope, io_, listening));
  pass(1s);
  EXPECT_EQ(hub_.listeners(), 3u);
  EXPECT_EQ(over_tcp("DELETE", "/v1/session", {}, page).status, 204);
  hub_.publish("import", R"({"id":"imp_secret"})");
  pass(100ms);
  EXPECT_TRUE(each[0].ended);
  EXPECT_EQ(each[0].received.find("imp_secret"), std::string::npos);
  EXPECT_FALSE(each[1].ended) << "another sign-in with the same token";
  EXPECT_FALSE(each[2].ended);
  EXPECT_NE(each[1].received.find("imp_secret"), std::string::npos);
  EXPECT_EQ(request("DELETE", "/v1/tokens/" + token_id).status, 204);
  pass(100ms);
  EXPECT_TRUE(each[2].ended);
  EXPECT_FALSE(each[1].ended);
  pass(std::chrono::hours(13));
  EXPECT_TRUE(each[1].ended) << "a session ends with time";
  scope.cancel();
  pass(1s);
}

TEST_F(Access, PagesOfOthersMayUploadWhereTheSettingsSaySo) {
  make_webhook();
  const std::string target = "/v1/imports?templateId=" + importer_;
  const auto preflight = [&](const std::string& path, const std::string& origin, const std::string& method) {
    return over_tcp("OPTIONS", path, {},
                    {{"Origin", origin},
                     {"Access-Control-Request-Method", method},
                     {"Access-Control-Request-Headers", "authorization,content-type"}});
  };
  const std::string app = "https://app.example.com";
  EXPECT_EQ(preflight(target, app, "POST").status, 403) << "nobody, unless the settings say so";
  config_.allowed_origins = {app};
  const Got allowed = preflight(target, app, "POST");
  EXPECT_EQ(allowed.status, 204) << allowed.body;
  EXPECT_EQ(allowed.header("access-control-allow-origin"), app);
  EXPECT_EQ(allowed.header("access-control-allow-methods"), "POST");
  EXPECT_NE(allowed.header("access-control-allow-headers").find("Authorization"), std::string::npos);
  EXPECT_EQ(allowed.header("access-control-allow-credentials"), "") << "a cookie is no key of another page";
  EXPECT_EQ(allowed.header("vary"), "Origin");
  EXPECT_EQ(preflight("/v1/imports/imp_x/content", app, "PUT").status, 204);
  for (const char* origin : {"https://evil.example", "null", "https://app.example.com.evil.example",
                             "http://app.example.com", "https://app.example.com:8443"}) {
    const Got got = preflight(target, origin, "POST");
    EXPECT_EQ(got.status, 403) << origin;
    EXPECT_EQ(got.header("access-control-allow-origin"), "") << origin;
  }
  // No other route is for other pages, whatever its answer to their key would be.
  for (const Route& route : all_routes()) {
    const Got got = preflight(path_of(route), app, std::string(route.method));
    EXPECT_EQ(got.status, route.need == Need::upload ? 204 : 403) << route.method << " " << route.path;
    if (route.need == Need::upload || route.path == "/v1/stream") continue;
    Headers headers = bearer(upload_);
    headers.emplace_back("Origin", app);
    EXPECT_EQ(over_tcp(route.method, path_of(route), {}, headers).header("access-control-allow-origin"), "")
        << route.method << " " << route.path;
  }
  Headers upload = bearer(upload_);
  upload.emplace_back("Content-Type", "text/csv");
  upload.emplace_back("Origin", app);
  const Got made = over_tcp("POST", target, "a,b\n1,2\n", upload);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("access-control-allow-origin"), app);
  // A refusal too is for the page to read.
  const Got refused = over_tcp("POST", target + "&webhookUrl=https://other.example.com/", "a\n1\n", upload);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("field"), "webhookUrl");
  EXPECT_EQ(refused.header("access-control-allow-origin"), app);
  EXPECT_EQ(over_tcp("POST", target, "a\n1\n", {{"Origin", app}, {"Content-Type", "text/csv"}})
                .header("access-control-allow-origin"),
            app);
  config_.allowed_origins = {"*"};
  EXPECT_EQ(preflight(target, "https://any.example", "POST").status, 204);
  EXPECT_EQ(preflight(target, "null", "POST").status, 403);
}

TEST_F(Access, AnAllowListIsOfWholeHosts) {
  make_webhook();
  Headers headers = bearer(upload_);
  headers.emplace_back("Content-Type", "text/csv");
  const std::string mine = "/v1/imports?templateId=" + importer_ + "&webhookUrl=";
  const auto status = [&](const std::string& url) {
    return over_tcp("POST", mine + url, "a,b\n1,2\n", headers).status;
  };
  EXPECT_EQ(status("https://HOOKS.example.com/x"), 201) << "names have no case";
  EXPECT_EQ(status("https://hooks.example.com./x"), 201) << "the same name, written out";
  for (const char* url :
       {"https://hooks.example.com.evil.example/", "https://evil.example/hooks.example.com",
        "https://evil.example/?hooks.example.com", "https://a.hooks.example.com/", "https://example.com/"}) {
    EXPECT_NE(status(url), 201) << url;
  }
}

TEST_F(Access, SessionsAreBounded) {
  for (int i = 0; i < 300; ++i) sign_in(read_, false);
  EXPECT_EQ(services_->sessions.count(), 256u);
}

TEST_F(Access, TokensAreListedWithoutThemselves) {
  const Got list = get("/v1/tokens");
  EXPECT_EQ(list.json().find("data")->items.size(), 4u);
  EXPECT_EQ(list.body.find("plt_"), std::string::npos);
  EXPECT_TRUE(admin_.starts_with("plt_"));
  EXPECT_EQ(admin_.size(), 47u);
  EXPECT_EQ(post("/v1/tokens", R"({"scope":"root"})").text("field"), "scope");
  EXPECT_EQ(post("/v1/tokens", R"({"scope":"upload:tpl_none"})").text("field"), "scope");
  EXPECT_EQ(request("DELETE", "/v1/tokens/tok_none").status, 404);
  EXPECT_NE(admin_, read_);
}

}  // namespace
}  // namespace pulter::control::test
