// /v1/events, resends, row errors, the live stream and explain.

#include <cerrno>

#include "codec/base/digest.h"
#include "engine/limits.h"
#include "world.h"

namespace pulter::control::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view csv = "name,age\nAda,36\n\"O\"\"Neil, Pat\",7\nshort\nlong,1,extra\n";

/// Plays the lane: opens the event at the cursor and records one attempt for it.
class Events : public World {
 protected:
  struct Lane {
    std::string webhook_id;
    std::string import_id;
    std::string event_id;
  };

  io::Task<> play(Lane& lane, model::RowError error, store::Disposition disposition) {
    store::AcquireShard acquire{model::store_shard_of(lane.webhook_id)};
    auto epoch = co_await client_->call(std::move(acquire));
    const store::LaneKey key{lane.webhook_id, *epoch.value};
    store::NextWork next{key};
    auto work = co_await client_->call(std::move(next));
    EXPECT_TRUE(work.done());
    const model::Delivery& delivery = work.value->import.deliveries.front();
    store::OpenEvent open{key, delivery.cursor, {}};
    open.event.id = lane.event_id;
    open.event.import_id = lane.import_id;
    open.event.webhook_id = lane.webhook_id;
    open.event.index = 1;
    open.event.first_row = 1;
    open.event.rows = 4;
    open.event.body_bytes = body_bytes_;
    open.event.body_digest = "xxh3:0";
    auto opened = co_await client_->call(std::move(open));
    EXPECT_TRUE(opened.done()) << opened.detail;
    store::Record record;
    record.lane = key;
    record.import_id = lane.import_id;
    record.cursor = delivery.cursor;
    record.disposition = disposition;
    record.next_cursor = disposition == store::Disposition::delivered ? delivery.cursor + 1 : delivery.cursor;
    record.attempt.id = "att_01HZY3ABCDEFGHJKMNPQRSTVWX";
    record.attempt.event_id = lane.event_id;
    record.attempt.number = 1;
    record.attempt.started_at_ms = 1767225600123;
    record.attempt.duration_us = 1500;
    record.attempt.phases.wait_us = 1000;
    record.attempt.remote_address = "192.0.2.1:443";
    record.attempt.request_headers = "Host: a\r\nwebhook-id: evt_1";
    record.attempt.status = disposition == store::Disposition::delivered ? 200 : 400;
    record.attempt.response_headers = "Set-Cookie: a\r\nSet-Cookie:  b\r\nX: \xff";
    record.attempt.response_body = "<b>\xff</b>";
    record.attempt.outcome =
        disposition == store::Disposition::delivered ? model::Outcome::delivered : model::Outcome::refused;
    if (!error.message.empty()) record.row_errors.push_back(std::move(error));
    auto recorded = co_await client_->call(std::move(record));
    EXPECT_TRUE(recorded.done()) << recorded.detail;
  }

  Lane deliver(model::RowError error = {}, store::Disposition disposition = store::Disposition::delivered) {
    Lane lane;
    lane.webhook_id = make_webhook();
    const Got made = post_csv("/v1/imports?fileName=p.csv", csv);
    EXPECT_EQ(made.status, 201) << made.body;
    lane.import_id = made.text("id");
    lane.event_id = "evt_01HZY3ABCDEFGHJKMNPQRSTVWX";
    run(play(lane, std::move(error), disposition));
    return lane;
  }

  std::uint64_t body_bytes_ = 0;
};

TEST_F(Events, AreListedAndShown) {
  const Lane lane = deliver();
  const Got shown = get("/v1/events/" + lane.event_id);
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.text("importId"), lane.import_id);
  EXPECT_EQ(shown.text("webhookId"), lane.webhook_id);
  EXPECT_EQ(shown.text("name"), "all");
  EXPECT_EQ(shown.text("index"), "1");
  EXPECT_EQ(shown.text("state"), "delivered");
  EXPECT_EQ(shown.text("attempts"), "1");
  EXPECT_EQ(shown.text("lastStatus"), "200");
  EXPECT_EQ(shown.text("nextAttemptAt"), "null");
  EXPECT_EQ(shown.text("deliveredAt").substr(0, 4), "2026");
  for (const std::string& query : {"importId=" + lane.import_id, "webhookId=" + lane.webhook_id,
                                   std::string("state=delivered"), std::string("name=all")}) {
    EXPECT_NE(get("/v1/events?" + query).body.find(lane.event_id), std::string::npos) << query;
  }
  EXPECT_EQ(get("/v1/events?state=halted").body, R"({"data":[],"next":null,"total":0})");
  EXPECT_EQ(get("/v1/events?state=lost").text("field"), "state");
  EXPECT_EQ(get("/v1/events?importid=x").text("field"), "importid");
  EXPECT_EQ(get("/v1/events/evt_x").status, 404);
  EXPECT_EQ(get("/v1/events/evt_01HZY3ABCDEFGHJKMNPQRSTVWY").status, 404);
}

TEST_F(Events, AttemptsAreTheResponseLog) {
  const Lane lane = deliver();
  const Got got = get("/v1/events/" + lane.event_id + "/attempts");
  ASSERT_EQ(got.status, 200) << got.body;
  const json::Value attempt = got.json().find("data")->items.at(0);
  const auto text = [&attempt](std::string_view name) { return json::to_text(*attempt.find(name)); };
  EXPECT_EQ(text("number"), "1");
  EXPECT_EQ(text("trigger"), R"("delivery")");
  EXPECT_EQ(text("startedAt"), R"("2026-01-01T00:00:00.123Z")");
  EXPECT_EQ(text("durationMs"), "1.5");
  EXPECT_EQ(text("phases"),
            R"({"dnsMs":null,"connectMs":null,"tlsMs":null,"sendMs":null,"waitMs":1,"receiveMs":null})");
  EXPECT_EQ(text("requestHeaders"), R"({"Host":"a","webhook-id":"evt_1"})");
  EXPECT_EQ(text("responseHeaders"), "{\"Set-Cookie\":\"a, b\",\"X\":\"\xef\xbf\xbd\"}");
  EXPECT_EQ(text("responseBody"), "\"PGI+/zwvYj4=\"") << "bytes that are no UTF-8 stay what they are";
  EXPECT_EQ(text("responseBodyEncoding"), R"("base64")");
  EXPECT_EQ(text("status"), "200");
  EXPECT_EQ(text("outcome"), R"("delivered")");
  EXPECT_EQ(text("error"), "null");
  EXPECT_EQ(get("/v1/events/evt_01HZY3ABCDEFGHJKMNPQRSTVWY/attempts").status, 404);
}

TEST_F(Events, TheBodyIsTheBytesThatWereSent) {
  const Lane lane = deliver();
  const Got got = get("/v1/events/" + lane.event_id + "/body");
  ASSERT_EQ(got.status, 200);
  EXPECT_EQ(got.text("id"), lane.import_id);
  EXPECT_EQ(got.text("index"), "1");
  EXPECT_EQ(got.json().find("data")->items.size(), 4u);
  EXPECT_EQ(got.header("content-security-policy"), "sandbox; default-src 'none'");
  EXPECT_EQ(got.header("content-disposition").substr(0, 10), "attachment");
}

TEST_F(Events, ABodyIsGoneOnlyWhereTheStoreSaysSo) {
  const Lane lane = deliver();
  const std::string path = "/v1/events/" + lane.event_id;
  // As a lock or a failing disk would have it: the import can be read, its plan cannot.
  ASSERT_TRUE(core_->database().execute("ALTER TABLE plans RENAME TO away"));
  for (const Got& got : {get(path + "/body"), post(path + "/resend", "{}")}) {
    EXPECT_EQ(got.status, 503) << got.body;
    EXPECT_EQ(got.text("code"), "store_unavailable") << got.body;
  }
  ASSERT_TRUE(core_->database().execute("ALTER TABLE away RENAME TO plans"));
  EXPECT_EQ(get(path + "/body").status, 200);
  ASSERT_TRUE(core_->database().execute("DELETE FROM plans"));
  EXPECT_EQ(get(path + "/body").text("code"), "gone");
}

TEST_F(Events, ThePartsOfABodyAreItsBytes) {
  Lane lane = deliver();
  const std::string whole = get("/v1/events/" + lane.event_id + "/body").body;
  // The length is known from the event: one that was sent.
  core_->database().query("UPDATE events SET body_bytes = ?").with(whole.size()).run();
  const auto part = [&](const std::string& range, Headers more = {}) {
    more.emplace_back("Range", range);
    return request("GET", "/v1/events/" + lane.event_id + "/body", {}, more);
  };
  std::string joined;
  for (std::size_t from = 0; from < whole.size(); from += 7) {
    const std::size_t to = std::min(from + 6, whole.size() - 1);
    const Got got = part("bytes=" + std::to_string(from) + "-" + std::to_string(from + 6));
    ASSERT_EQ(got.status, 206) << got.body;
    EXPECT_EQ(got.header("content-range"), "bytes " + std::to_string(from) + "-" + std::to_string(to) + "/" +
                                               std::to_string(whole.size()));
    EXPECT_EQ(got.header("content-length"), std::to_string(to - from + 1));
    joined += got.body;
  }
  EXPECT_EQ(joined, whole);
  EXPECT_EQ(part("bytes=-5").body, whole.substr(whole.size() - 5));
  EXPECT_EQ(part("bytes=10-").body, whole.substr(10));
  const Got behind = part("bytes=" + std::to_string(whole.size()) + "-");
  EXPECT_EQ(behind.status, 416);
  EXPECT_EQ(behind.header("content-range"), "bytes */" + std::to_string(whole.size()));
  EXPECT_EQ(part("bytes=0-1,4-5").body, whole);
  EXPECT_EQ(part("bytes=0-1", {{"If-Range", "\"x\""}}).status, 200);
  EXPECT_EQ(get("/v1/events/" + lane.event_id + "/body").header("accept-ranges"), "bytes");
}

TEST_F(Events, AreShownWithTheirFileAndTheirAnswer) {
  const Lane lane = deliver({.row = 2, .field = "age", .message = "no"});
  const Got shown = get("/v1/events/" + lane.event_id);
  EXPECT_EQ(shown.text("fileName"), "p.csv");
  EXPECT_EQ(shown.text("count"), "1");
  EXPECT_EQ(shown.text("rowErrors"), "1");
  EXPECT_EQ(shown.text("lastDurationMs"), "1.5");
  const json::Value listed = get("/v1/events").json().find("data")->items.at(0);
  EXPECT_EQ(listed.find("fileName")->text, "p.csv");
  const Got test = post("/v1/webhooks/" + lane.webhook_id + "/test", "");
  ASSERT_EQ(test.status, 202) << test.body;
  EXPECT_EQ(test.text("fileName"), "null");
  EXPECT_EQ(test.text("count"), "null");
  EXPECT_EQ(test.text("lastDurationMs"), "null");
}

TEST_F(Events, AnImportThatRunsTellsItsRateAndAHaltIsMarked) {
  const Lane lane = deliver({}, store::Disposition::halted);
  const std::string path = "/v1/imports/" + lane.import_id;
  EXPECT_EQ(get(path).text("rowsPerSecond"), "null") << "it stands still";
  EXPECT_EQ(get(path).text("nextAttemptAt"), "null");
  post(path + "/resume", "");
  EXPECT_EQ(get(path).text("rowsPerSecond"), "0");
  const json::Value timeline = get(path + "/timeline").json();
  const auto& marks = timeline.find("marks")->items;
  ASSERT_EQ(marks.size(), 2u);
  EXPECT_EQ(marks[0].find("kind")->text, "halted");
  EXPECT_EQ(marks[1].find("kind")->text, "resumed");
}

TEST_F(Events, AResendTakesItsTurnInTheLane) {
  const Lane lane = deliver();
  lanes_.poked.clear();
  const Got got = post("/v1/events/" + lane.event_id + "/resend", "");
  EXPECT_EQ(got.status, 202) << got.body;
  EXPECT_EQ(got.text("id"), lane.event_id);
  EXPECT_EQ(lanes_.poked, std::vector<std::string>{lane.webhook_id});
  EXPECT_EQ(post("/v1/events/evt_x/resend", "").status, 404);
}

TEST_F(Events, ManyAreCountedFirstAndThenSent) {
  const Lane lane = deliver();
  const std::string filter = R"({"filter":{"importId":")" + lane.import_id + R"("})";
  const Got plan = post("/v1/events/resend", filter + R"(,"dryRun":true})");
  ASSERT_EQ(plan.status, 200) << plan.body;
  EXPECT_EQ(plan.text("count"), "1");
  EXPECT_EQ(plan.text("rows"), "4");
  EXPECT_EQ(plan.text("delivered"), "1");
  EXPECT_EQ(plan.text("webhooks"),
            R"([{"webhookId":")" + lane.webhook_id + R"(","count":1,"queue":0,"p50Ms":1.5}])");
  lanes_.poked.clear();
  const Got job = post("/v1/events/resend", filter + R"(,"asOf":")" + plan.text("asOf") + "\"}");
  ASSERT_EQ(job.status, 202) << job.body;
  pass(1s);
  const Got done = get("/v1/resends/" + job.text("id"));
  EXPECT_EQ(done.text("state"), "done");
  EXPECT_EQ(done.text("done"), "1");
  EXPECT_EQ(lanes_.poked, std::vector<std::string>{lane.webhook_id});
  // What came after the count is left out.
  const Got before = post("/v1/events/resend", filter + R"(,"dryRun":true,"asOf":"2025-01-01T00:00:00Z"})");
  EXPECT_EQ(before.text("count"), "0");

  EXPECT_EQ(post("/v1/events/resend", "{}").text("field"), "filter");
  EXPECT_EQ(post("/v1/events/resend", R"({"filter":{}})").text("field"), "filter");
  EXPECT_EQ(post("/v1/events/resend", R"({"filter":{"status":"x"}})").text("field"), "status");
  EXPECT_EQ(post("/v1/events/resend", R"({"filter":{"since":"yesterday"}})").text("field"), "since");
  EXPECT_EQ(get("/v1/resends/job_x").status, 404);
  EXPECT_EQ(post("/v1/resends/job_x/stop", "").status, 404);
}

TEST_F(Events, RowErrorsAreListedAndDownloaded) {
  const Lane lane = deliver({.row = 2, .field = "age", .message = "too \"young\""});
  const Got list = get("/v1/imports/" + lane.import_id + "/row-errors");
  EXPECT_EQ(list.status, 200) << list.body;
  EXPECT_NE(list.body.find(R"("row":2,"field":"age","message":"too \"young\"","webhookId":")" +
                           lane.webhook_id + R"(","index":1})"),
            std::string::npos)
      << list.body;
  const Got file = get("/v1/imports/" + lane.import_id + "/errors.csv");
  ASSERT_EQ(file.status, 200);
  EXPECT_EQ(file.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(file.body,
            "name,age,_error\r\n"
            "\"O\"\"Neil, Pat\",7,\"age: too \"\"young\"\"\"\r\n");
}

TEST_F(Events, ErrorsOfShortLongAndUnknownRowsStayInTheirColumn) {
  EXPECT_EQ(
      get("/v1/imports/" + deliver({.row = 3, .field = "", .message = "=1+1"}).import_id + "/errors.csv")
          .body,
      "name,age,_error\r\nshort,,'=1+1\r\n");
}

TEST_F(Events, ErrorsOfLongRowsKeepTheExtraCells) {
  EXPECT_EQ(
      get("/v1/imports/" + deliver({.row = 4, .field = "", .message = "m"}).import_id + "/errors.csv").body,
      "name,age,_error\r\nlong,1,m,extra\r\n");
}

TEST_F(Events, ErrorsOfUnknownRowsHaveEmptyCells) {
  EXPECT_EQ(
      get("/v1/imports/" + deliver({.row = 0, .field = "", .message = "m"}).import_id + "/errors.csv").body,
      "name,age,_error\r\n,,m\r\n");
}

class Explain : public World {};

TEST_F(Explain, SaysWhereARequestWouldGo) {
  const Got literal = get("/v1/explain?url=https%3A%2F%2F127.0.0.1%2Fhook");
  EXPECT_EQ(literal.status, 200);
  EXPECT_EQ(literal.text("allowed"), "false");
  EXPECT_EQ(literal.text("code"), "address_refused");
  EXPECT_EQ(literal.text("address"), "127.0.0.1");
  EXPECT_EQ(literal.text("final"), "true");
  const Got name = get("/v1/explain?url=https%3A%2F%2Fhooks.example.com%2F");
  EXPECT_EQ(name.text("allowed"), "true");
  EXPECT_EQ(name.text("final"), "false");
  EXPECT_EQ(name.text("url"), "https://hooks.example.com/");
  const Got plain = get("/v1/explain?url=http%3A%2F%2Fhooks.example.com%2F");
  EXPECT_EQ(plain.text("allowed"), "false");
  EXPECT_NE(plain.text("rule").find("--allow-http"), std::string::npos);
  const Got bad = get("/v1/explain?url=nonsense");
  EXPECT_EQ(bad.text("allowed"), "false");
  EXPECT_EQ(bad.text("code"), "bad_url");
  EXPECT_EQ(get("/v1/explain").text("field"), "url");
  config_.allow_http = true;
  config_.allow_networks.push_back(*net::parse_network("127.0.0.0/8"));
  EXPECT_EQ(get("/v1/explain?url=http%3A%2F%2F127.0.0.1%3A9000%2F").text("allowed"), "true");
  EXPECT_EQ(get("/v1/explain?url=http%3A%2F%2F169.254.169.254%2F").text("allowed"), "false");
}

class Stream : public World {
 protected:
  /// Listens for `time` and gives what came, without the chunks' frame.
  std::string listen(io::Duration time, const std::string& last_id = {}) {
    std::string received;
    io::Scope scope(io_);
    const std::string bytes = "GET /v1/stream HTTP/1.1\r\nHost: a\r\n" +
                              (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n";
    scope.spawn(client(scope, io_, bytes, &received));
    pass(time);
    scope.cancel();
    pass(1s);
    EXPECT_EQ(scope.running(), 0u);
    return received;
  }
  static io::Task<> client(io::Scope& scope, io::SimIo& io, std::string bytes, std::string* received) {
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
  io::Task<> publish_later(io::Scope& scope) {
    co_await io::sleep_until(scope, io_.now() + 1s);
    hub_.publish("import", R"({"id":"imp_1"})");
    hub_.publish("event", R"({"id":"evt_1"})");
  }
};

TEST_F(Stream, TellsWhatChangesAsItChanges) {
  io::Scope scope(io_);
  scope.spawn(publish_later(scope));
  const std::string received = listen(3s);
  EXPECT_NE(received.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(received.find("retry: 2000\n\n"), std::string::npos);
  EXPECT_NE(received.find("id: run-1\nevent: import\ndata: {\"id\":\"imp_1\"}\n\n"
                          "id: run-2\nevent: event\ndata: {\"id\":\"evt_1\"}\n\n"),
            std::string::npos)
      << received;
  EXPECT_EQ(received.find("event: reset"), std::string::npos);
}

TEST_F(Stream, ABeatShowsThatItLives) {
  const std::string received = listen(25s);
  EXPECT_NE(received.find(":\n\n"), std::string::npos);
}

TEST_F(Stream, WhoComesBackGetsWhatWasMissed) {
  listen(1s);
  for (int i = 0; i < 3; ++i) hub_.publish("import", std::to_string(i));
  const std::string received = listen(1s, "run-1");
  EXPECT_EQ(received.find("id: run-1\n"), std::string::npos);
  EXPECT_NE(received.find("id: run-2\n"), std::string::npos);
  EXPECT_NE(received.find("id: run-3\n"), std::string::npos);
}

TEST_F(Stream, WhoWasAwayTooLongIsToldToLookAgain) {
  listen(1s);
  for (const char* last : {"other-1", "run-99", "run-x", "nonsense"}) {
    EXPECT_NE(listen(1s, last).find("event: reset\ndata: {}\n\n"), std::string::npos) << last;
  }
  hub_.publish("import", "{}");
  EXPECT_EQ(listen(1s, "run-1").find("event: reset"), std::string::npos);
  pass(15s);  // the server notices at its next beat that nobody listens
  for (std::size_t i = 0; i < limits::stream_history_messages + 10; ++i) hub_.publish("import", "{}");
  EXPECT_FALSE(hub_.has_listeners());
  EXPECT_NE(listen(1s, "run-1").find("event: reset"), std::string::npos);
}

TEST_F(Stream, LossIsSaid) {
  listen(1s);
  hub_.publish("import", "{}");
  hub_.lose();
  const std::string received = listen(1s, "run-1");
  EXPECT_NE(received.find("event: reset"), std::string::npos);
}

TEST_F(Stream, LargeMessagesAreCutIntoPiecesAndStayWhole) {
  listen(1s);
  hub_.publish("import", "{}");
  hub_.publish("import", "\"" + std::string(300'000, 'x') + "\"");
  const std::string received = listen(5s, "run-1");
  EXPECT_GT(received.size(), 300'000u);
}

TEST_F(Stream, ListenersAreLimited) {
  io::Scope scope(io_);
  std::string ignored;
  for (std::size_t i = 0; i < limits::stream_listeners_max; ++i) {
    scope.spawn(client(scope, io_, "GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n", &ignored));
  }
  pass(1s);
  EXPECT_EQ(get("/v1/stream").status, 503);
  scope.cancel();
  pass(30s);
  EXPECT_EQ(hub_.listeners(), 0u);
}

}  // namespace
}  // namespace pulter::control::test
