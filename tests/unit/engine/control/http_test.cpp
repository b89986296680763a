// The server itself: framing, limits, keep-alive, refusals.

#include <string>

#include "engine/limits.h"
#include "world.h"

namespace pulter::control::test {
namespace {

using namespace std::chrono_literals;

class Http : public World {};

TEST_F(Http, HealthIsServedAndSaysJson) {
  const Got got = get("/healthz");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("content-type"), "application/json");
  EXPECT_EQ(got.header("cache-control"), "no-store");
  EXPECT_EQ(got.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(got.text("status"), "ok");
  EXPECT_FALSE(got.closed);
}

TEST_F(Http, ReadinessFollowsTheEngine) {
  EXPECT_EQ(get("/readyz").status, 200);
  readiness_ = {false, "disk full"};
  const Got got = get("/readyz");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.text("reason"), "disk full");
}

TEST_F(Http, MetricsAreText) {
  const Got got = get("/metrics");
  EXPECT_EQ(got.status, 200);
  EXPECT_NE(got.body.find("pulter_ready 1\n"), std::string::npos);
}

TEST_F(Http, UnknownPathsAndMethodsAreProblems) {
  for (const char* path :
       {"/", "/v1", "/v1/", "/v1/nothing", "/v1/imports/", "/v1/imports/a/b/c", "/healthz/"}) {
    const Got got = get(path);
    EXPECT_EQ(got.status, 404) << path;
    EXPECT_EQ(got.header("content-type"), "application/problem+json");
    EXPECT_EQ(got.text("code"), "not_found");
    EXPECT_EQ(got.text("status"), "404");
    EXPECT_EQ(got.text("type"), "about:blank");
    EXPECT_EQ(got.text("title"), "Not Found");
  }
  const Got got = request("DELETE", "/v1/imports");
  EXPECT_EQ(got.status, 405);
  EXPECT_EQ(got.header("allow"), "POST, GET, HEAD");
  EXPECT_EQ(got.text("code"), "method_not_allowed");
}

TEST_F(Http, HeadHasTheHeadersOfGetAndNoBody) {
  const Got got = request("HEAD", "/healthz");
  const Got whole = get("/healthz");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "");
  EXPECT_EQ(got.header("content-length"), std::to_string(whole.body.size()));
}

TEST_F(Http, EveryCutOfARequestIsTheSame) {
  const std::string body = R"({"url":"https://hooks.example.com/a","description":"cut"})";
  const std::string bytes =
      "POST /v1/webhooks HTTP/1.1\r\nHost: pulter\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 50u, 100u}) {
    const Got got = exchange(bytes, piece, "POST");
    EXPECT_EQ(got.status, 201) << piece;
    EXPECT_EQ(got.text("description"), "cut") << piece;
  }
}

TEST_F(Http, ChunkedBodiesAreRead) {
  const Got got = exchange(
      "POST /v1/webhooks HTTP/1.1\r\nHost: pulter\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\n{\"url\r\n1f\r\n\":\"https://hooks.example.com/a\"\r\n1\r\n}\r\n0\r\n\r\n",
      0, "POST");
  EXPECT_EQ(got.status, 201) << got.body;
}

TEST_F(Http, ContinueIsSaidOnlyWhenTheBodyIsWanted) {
  const std::string body = R"({"url":"https://hooks.example.com/a"})";
  const std::string head =
      " HTTP/1.1\r\nHost: pulter\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  EXPECT_EQ(exchange("POST /v1/webhooks" + head + body, 0, "POST").status, 201);
  const Got refused = exchange("POST /v1/nothing" + head, 0, "POST");
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.header("connection"), "close");
  EXPECT_TRUE(refused.closed);
}

TEST_F(Http, BrokenRequestsAreAnsweredAndClosed) {
  const struct {
    std::string bytes;
    int status;
  } cases[] = {
      {"GET\r\n\r\n", 405},
      {"GET / HTTP/1.1\r\n\r\n", 400},  // no Host
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\nHost: a\n\n", 400},  // bare LF
      {"POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", 431},
      {"\x16\x03\x01\x02", 400},  // TLS to a plain socket
  };
  for (const auto& each : cases) {
    const Got got = exchange(each.bytes);
    EXPECT_EQ(got.status, each.status) << each.bytes.substr(0, 80) << "\n" << got.body;
    EXPECT_TRUE(got.closed) << each.bytes.substr(0, 80);
  }
}

TEST_F(Http, ABodyThatBreaksInTheMiddleIsAProblem) {
  const Got got = exchange(
      "POST /v1/webhooks HTTP/1.1\r\nHost: pulter\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"url\r\nzz\r\n",
      0, "POST");
  EXPECT_EQ(got.status, 400) << got.body;
  EXPECT_TRUE(got.closed);
}

TEST_F(Http, BadQueriesNameTheProblem) {
  EXPECT_EQ(get("/v1/imports?limit=%zz").status, 400);
  const Got got = get("/v1/imports?limit=0");
  EXPECT_EQ(got.status, 422);
  EXPECT_EQ(got.text("field"), "limit");
  EXPECT_EQ(get("/v1/imports?limit=201").text("detail"), "\"limit\" must be a whole number, at most 200.");
  const Got unknown = get("/v1/imports?stat=halted");
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(unknown.text("code"), "unknown_field");
  EXPECT_EQ(unknown.text("field"), "stat");
}

TEST_F(Http, JsonBodiesHaveALimit) {
  const std::string big = R"({"url":")" + std::string(limits::json_body_bytes_max, 'x') + "\"}";
  const Got got = post("/v1/webhooks", big);
  EXPECT_EQ(got.status, 413);
  EXPECT_EQ(got.text("code"), "payload_too_large");
  const Got array = post("/v1/webhooks", "[1]");
  EXPECT_EQ(array.status, 422);
  const Got broken = post("/v1/webhooks", "{\"url\":");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.text("code"), "bad_json");
}

io::Task<> silent_client(io::Scope& scope, io::SimIo& io, std::string_view bytes, std::string* received) {
  auto fd = io.open_unix();
  co_await io::connect_unix(scope, *fd, "/run/pulter.sock", io.now() + 5s);
  co_await io::send_all(scope, *fd, bytes);
  std::vector<char> buffer(4096);
  while (true) {
    const std::int32_t got = co_await io::receive(scope, *fd, buffer);
    if (got <= 0) break;
    received->append(buffer.data(), static_cast<std::size_t>(got));
  }
  io.close(*fd);
}

TEST_F(Http, AHeadThatDoesNotEndIsCutOff) {
  std::string received;
  io::Scope scope(io_);
  scope.spawn(silent_client(scope, io_, "GET /healthz HTT", &received));
  pass(9s);
  EXPECT_EQ(received, "");
  pass(3s);
  EXPECT_EQ(parse_answer(received, "GET").status, 408);
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Http, AnIdleConnectionIsClosedWithoutAWord) {
  std::string received;
  io::Scope scope(io_);
  scope.spawn(silent_client(scope, io_, "", &received));
  pass(74s);
  EXPECT_EQ(scope.running(), 1u);
  pass(3s);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_EQ(received, "");
}

TEST_F(Http, ABodyThatStopsIsCutOff) {
  std::string received;
  io::Scope scope(io_);
  scope.spawn(silent_client(
      scope, io_, "POST /v1/webhooks HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{", &received));
  pass(70s);
  EXPECT_EQ(parse_answer(received, "POST").status, 408);
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Http, ManyRequestsOnOneConnection) {
  std::string received;
  io::Scope scope(io_);
  scope.spawn([](io::Scope& own, io::SimIo& io, std::string* out) -> io::Task<> {
    auto fd = io.open_unix();
    co_await io::connect_unix(own, *fd, "/run/pulter.sock", io.now() + 5s);
    std::vector<char> buffer(4096);
    for (int i = 0; i < 3; ++i) {
      co_await io::send_all(own, *fd, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      const std::int32_t got = co_await io::receive(own, *fd, buffer);
      if (got > 0) out->append(buffer.data(), static_cast<std::size_t>(got));
    }
    co_await io::send_all(own, *fd, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    while (true) {
      const std::int32_t got = co_await io::receive(own, *fd, buffer);
      if (got <= 0) break;
      out->append(buffer.data(), static_cast<std::size_t>(got));
    }
    io.close(*fd);
  }(scope, io_, &received));
  pass(5s);
  EXPECT_EQ(scope.running(), 0u);
  std::size_t answers = 0;
  for (std::size_t at = 0; (at = received.find("HTTP/1.1 200 OK", at)) != std::string::npos; ++at) ++answers;
  EXPECT_EQ(answers, 4u);
}

TEST_F(Http, PipelinedRequestsAreNotServed) {
  std::string received;
  io::Scope scope(io_);
  scope.spawn(silent_client(
      scope, io_, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
      &received));
  pass(5s);
  EXPECT_EQ(scope.running(), 0u);
  EXPECT_EQ(received.rfind("HTTP/1.1 200"), 0u) << received;
}

TEST_F(Http, TooManyConnectionsAreTurnedAway) {
  std::string ignored;
  io::Scope scope(io_);
  for (std::size_t i = 0; i < limits::control_connections_max; ++i) {
    scope.spawn(silent_client(scope, io_, "", &ignored));
  }
  pass(1s);
  EXPECT_EQ(server_->counters().connections, limits::control_connections_max);
  const Got got = get("/healthz");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.text("code"), "limit_reached");
  scope.cancel();
  pass(1s);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Http, ADescriptorThatNobodyAskedForIsClosed) {
  const auto [kept, passed] = io_.open_pair();
  const std::size_t open = io_.open_descriptors();
  const Got got = exchange("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 0, "GET", passed);
  EXPECT_EQ(got.status, 200);
  pass(1s);
  EXPECT_LT(io_.open_descriptors(), open);
  io_.close(kept);
}

io::Task<> stop(HttpServer& server, io::Scope& scope, bool* finished) {
  co_await server.finish(scope, 2s);
  *finished = true;
}

TEST_F(Http, AStopAnswersWhatIsUnderWay) {
  std::string idle;
  std::string half;
  io::Scope scope(io_);
  scope.spawn(silent_client(scope, io_, "", &idle));
  scope.spawn(silent_client(scope, io_, "GET /healthz HTTP/1.1\r\nHo", &half));
  scope.spawn(silent_client(scope, io_, "GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n", &idle));
  pass(1s);
  // This one's body is on its way when the stop comes.
  std::string answered;
  scope.spawn([](io::Scope& own, io::SimIo& io, std::string* out) -> io::Task<> {
    auto fd = io.open_unix();
    co_await io::connect_unix(own, *fd, "/run/pulter.sock", io.now() + 5s);
    co_await io::send_all(own, *fd, "POST /v1/importers HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{");
    co_await io::sleep_until(own, io.now() + 1s);
    co_await io::send_all(own, *fd, "}");
    std::vector<char> buffer(4096);
    while (true) {
      const std::int32_t got = co_await io::receive(own, *fd, buffer);
      if (got <= 0) break;
      out->append(buffer.data(), static_cast<std::size_t>(got));
    }
    io.close(*fd);
  }(scope, io_, &answered));
  pass(500ms);
  bool finished = false;
  scope.spawn(stop(*server_, scope, &finished));
  pass(100ms);
  EXPECT_FALSE(finished);
  EXPECT_EQ(server_->counters().connections, 1u);
  pass(1500ms);
  EXPECT_TRUE(finished);
  const Got got = parse_answer(answered, "POST");
  EXPECT_EQ(got.status, 201) << answered;
  EXPECT_EQ(got.header("connection"), "close");
  EXPECT_EQ(server_->counters().connections, 0u);
  scope.cancel();
  pass(1s);
  EXPECT_EQ(scope.running(), 0u);
}

TEST_F(Http, AStopDoesNotWaitForEver) {
  std::string ignored;
  io::Scope scope(io_);
  scope.spawn(silent_client(
      scope, io_, "POST /v1/importers HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{", &ignored));
  pass(1s);
  bool finished = false;
  scope.spawn(stop(*server_, scope, &finished));
  pass(1900ms);
  EXPECT_FALSE(finished);
  pass(200ms);
  EXPECT_TRUE(finished);
  scope_->cancel();
  scope.cancel();
  pass(1s);
  EXPECT_EQ(scope.running(), 0u);
}

}  // namespace
}  // namespace pulter::control::test
