// POST /v1/check, and the figures of views.

#include "tests/support/gzip.h"
#include "world.h"

namespace pulter::control::test {
namespace {

class Views : public World {};

TEST_F(Views, ACheckTellsWhatAnImportWouldMakeOfTheFile) {
  const Got got = post_csv("/v1/check?fileName=a.csv", "name;city\r\nAda;London\r\nBob;\"Bonn; Rhein\"\r\n");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.text("delimiter"), ";");
  EXPECT_EQ(got.text("delimiterSniffed"), "true");
  EXPECT_EQ(got.text("encoding"), "utf-8");
  EXPECT_EQ(got.text("lineEnds"), "CRLF");
  EXPECT_EQ(got.text("endsWithLineEnd"), "true");
  EXPECT_EQ(got.text("columns"), R"([{"header":"name","key":"name"},{"header":"city","key":"city"}])");
  EXPECT_EQ(got.text("rows"), "2");
  EXPECT_EQ(got.text("rowsExact"), "true");
  EXPECT_EQ(got.text("firstRows"), R"([{"name":"Ada","city":"London"},{"name":"Bob","city":"Bonn; Rhein"}])");
  EXPECT_EQ(get("/v1/imports").json().find("data")->items.size(), 0u);
}

TEST_F(Views, ACheckOfAPartLeavesTheCutRowOut) {
  const Got got = post_csv("/v1/check?totalBytes=1000", "a,b\n1,2\n3,\"x");
  EXPECT_EQ(got.text("firstRows"), R"([{"a":"1","b":"2"}])") << got.body;
  EXPECT_EQ(got.text("rowsExact"), "false");
  EXPECT_EQ(got.text("endsWithLineEnd"), "null");
  // The cut lies behind a line end that stands inside a quoted cell.
  EXPECT_EQ(post_csv("/v1/check?totalBytes=1000", "a,b\n1,2\n3,\"x\ny").text("firstRows"),
            R"([{"a":"1","b":"2"}])");
}

TEST_F(Views, ACheckRefusesWhatIsNoCsv) {
  EXPECT_EQ(post_csv("/v1/check", "PK\x03\x04zip").status, 422);
  EXPECT_EQ(post_csv("/v1/check", "a,b\n\"1,2\n").text("code"), "unclosed_quote");
  EXPECT_EQ(post_csv("/v1/check?nothing=1", "a\n1\n").text("code"), "unknown_field");
  EXPECT_EQ(post_csv("/v1/check", std::string((8u << 20) + 1, 'a')).status, 413);
}

TEST_F(Views, ACheckLooksIntoGzip) {
  const std::string text = "a,b\n1,2\n3,4\n";
  const Got file = post_csv("/v1/check", pulter::test::gzipped(text));
  EXPECT_EQ(file.text("rows"), "2") << file.body;
  EXPECT_EQ(file.text("rowsExact"), "true");
  EXPECT_NE(file.text("notes").find("unpacked"), std::string::npos);
  const Got packed = request("POST", "/v1/check", pulter::test::gzipped(text),
                             {{"Content-Type", "text/csv"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(packed.text("rows"), "2") << packed.body;
  EXPECT_EQ(packed.text("notes"), "[]");
  EXPECT_EQ(request("POST", "/v1/check", text, {{"Content-Encoding", "br"}}).status, 415);
  EXPECT_EQ(post_csv("/v1/check", pulter::test::gzipped(text).substr(0, 20)).text("code"), "bad_compression");
}

TEST_F(Views, ACheckOfAPartOfGzipIsAGuess) {
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i)
    text += std::to_string(i * 7919 % 10007) + "," + std::to_string(i * i) + "\n";
  const std::string packed = pulter::test::gzipped(text);
  const Got got =
      post_csv("/v1/check?totalBytes=" + std::to_string(packed.size()), packed.substr(0, packed.size() / 2));
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.text("rowsExact"), "false");
  EXPECT_NEAR(std::stod(got.text("rows")), 20'000, 1'000);
  // What was sent is all, and holds more than is looked at.
  const Got long_one =
      post_csv("/v1/check", pulter::test::gzipped("a,b\n" + std::string(10u << 20, 'x') + "\n1,2\n"));
  EXPECT_EQ(long_one.text("rowsExact"), "false") << long_one.body;
}

TEST_F(Views, FiguresOfNothing) {
  EXPECT_EQ(get("/v1/stats").text("lanes"), "[]");
  EXPECT_EQ(get("/v1/stats?window=1w").text("field"), "window");
  EXPECT_EQ(get("/v1/imports/imp_none/batches").status, 404);
  EXPECT_EQ(get("/v1/imports?since=yesterday").text("field"), "since");
  EXPECT_EQ(get("/v1/imports?order=up").text("field"), "order");
}

TEST_F(Views, FiguresOfAnImport) {
  const std::string webhook = make_webhook();
  const std::string id = post_csv("/v1/imports?batchSize=1&fileName=Some.csv", "a\n1\n2\n3\n").text("id");
  EXPECT_EQ(get("/v1/imports/" + id + "/batches?webhookId=" + webhook).body, "...");
  EXPECT_EQ(get("/v1/imports/" + id + "/batches").header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(get("/v1/imports/" + id + "/timeline").body, R"({"points":[],"marks":[]})");
  EXPECT_EQ(get("/v1/imports?q=some").text("total"), "1");
  EXPECT_EQ(get("/v1/imports?q=other").text("total"), "0");
  EXPECT_EQ(get("/v1/imports?until=2001-01-01T00:00:00Z").text("total"), "0");
  const Got stats = get("/v1/stats");
  EXPECT_EQ(stats.text("imports"), R"({"queued":1})");
  EXPECT_EQ(stats.json().find("lanes")->items.at(0).find("queue")->text, "0");
}

}  // namespace
}  // namespace pulter::control::test
