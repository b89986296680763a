// /v1/imports: the three ways in, and what can be done with an import afterwards.

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "codec/base/ids.h"
#include "engine/limits.h"
#include "tests/support/gzip.h"
#include "world.h"

namespace pulter::control::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view csv = "last_name,age\nRodmann,44\n\"O\"\"Neil, Pat\",7\nZ\xc3\xa9,\n";

class Imports : public World {
 protected:
  std::string take(std::string_view target = "/v1/imports?batchSize=2&fileName=people.csv") {
    make_webhook();
    const Got got = post_csv(target, csv);
    EXPECT_EQ(got.status, 201) << got.body;
    return got.text("id");
  }
};

TEST_F(Imports, ACsvBodyBecomesAnImport) {
  const std::string webhook = make_webhook();
  lanes_.poked.clear();
  const Got got = post_csv(
      "/v1/imports?batchSize=2&fileName=people.csv&user=%7B%22id%22%3A%20%22u1%22%7D"
      "&metadata=%7B%22a%22:1%7D",
      csv);
  ASSERT_EQ(got.status, 201) << got.body;
  const std::string id = got.text("id");
  EXPECT_TRUE(is_id("imp_", id));
  EXPECT_EQ(got.header("location"), "/v1/imports/" + id);
  EXPECT_EQ(got.text("state"), "queued");
  EXPECT_EQ(got.text("templateId"), "default");
  EXPECT_EQ(got.text("fileName"), "people.csv");
  EXPECT_EQ(got.text("bytes"), std::to_string(csv.size()));
  EXPECT_EQ(got.text("totalRows"), "3");
  EXPECT_EQ(got.text("count"), "2");
  EXPECT_EQ(got.text("batchSize"), "2");
  EXPECT_EQ(got.text("delivered"), "0");
  EXPECT_EQ(got.text("delimiter"), ",");
  EXPECT_EQ(got.text("user"), R"({"id":"u1"})");
  EXPECT_EQ(got.text("metadata"), R"({"a":1})");
  EXPECT_EQ(got.text("error"), "null");
  EXPECT_EQ(got.text("columns"),
            R"([{"header":"last_name","key":"last_name"},{"header":"age","key":"age"}])");
  EXPECT_NE(got.text("webhooks").find(webhook), std::string::npos);
  EXPECT_EQ(lanes_.poked, std::vector<std::string>{webhook});
  EXPECT_EQ(get("/v1/imports/" + id).body, got.body);
  EXPECT_NE(get("/v1/imports").body.find(id), std::string::npos);
  EXPECT_NE(get("/v1/imports?state=queued&templateId=default").body.find(id), std::string::npos);
  EXPECT_EQ(get("/v1/imports?state=halted").body,
            R"({"data":[],"next":null,"total":0,"counts":{"queued":1}})");
  EXPECT_EQ(get("/v1/imports?state=asleep").text("field"), "state");
}

TEST_F(Imports, EveryCutOfAnUploadIsTheSame) {
  make_webhook();
  for (const std::size_t piece : {1u, 5u, 64u}) {
    const std::string head = "POST /v1/imports?batchSize=2 HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n";
    const Got whole =
        exchange(head + "Content-Length: " + std::to_string(csv.size()) + "\r\n\r\n" + std::string(csv),
                 piece, "POST");
    EXPECT_EQ(whole.status, 201);
    EXPECT_EQ(whole.text("totalRows"), "3");
    const std::string text(csv);
    const Got chunked =
        exchange(head + "Transfer-Encoding: chunked\r\n\r\n10\r\n" + text.substr(0, 16) + "\r\n1;x=y\r\n" +
                     text.substr(16, 1) + "\r\n1e\r\n" + text.substr(17) + "\r\n0\r\n\r\n",
                 piece, "POST");
    EXPECT_EQ(chunked.status, 201) << chunked.body;
    EXPECT_EQ(chunked.text("totalRows"), "3");
  }
}

TEST_F(Imports, AWebhookUrlMakesTheWebhook) {
  const Got got = post_csv("/v1/imports?webhookUrl=https%3A%2F%2Fhooks.example.com%2Fx", csv);
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_NE(get("/v1/webhooks").body.find("https://hooks.example.com/x"), std::string::npos);
  const Got refused = post_csv("/v1/imports?webhookUrl=https%3A%2F%2F10.0.0.1%2F", csv);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.text("code"), "address_refused");
  EXPECT_EQ(refused.text("field"), "webhookUrl");
}

TEST_F(Imports, WithoutAnyWebhookItIsRefused) {
  const Got got = post_csv("/v1/imports", csv);
  EXPECT_GE(got.status, 400) << got.body;
  EXPECT_NE(got.text("detail").find("webhook"), std::string::npos);
}

TEST_F(Imports, RefusalsNameTheParameter) {
  make_webhook();
  const struct {
    std::string query;
    std::string code;
    std::string field;
  } cases[] = {
      {"batchSize=0", "bad_value", "batchSize"},       {"batchSize=ten", "bad_value", "batchSize"},
      {"dataSync=yes", "bad_value", "dataSync"},       {"delimiter=%22", "bad_value", "delimiter"},
      {"delimiter=ab", "bad_value", "delimiter"},      {"delimiter=", "bad_value", "delimiter"},
      {"delimiter=%C2%A7", "bad_value", "delimiter"},  {"user=5", "bad_value", "user"},
      {"metadata=%5B%5D", "bad_value", "metadata"},    {"source=x", "unknown_field", "source"},
      {"batch_size=5", "unknown_field", "batch_size"}, {"ragged=maybe", "bad_value", "ragged"},
      {"fileName=a%0Ab", "bad_value", "fileName"},     {"webhookUrl=nonsense", "bad_url", "webhookUrl"},
  };
  for (const auto& each : cases) {
    const Got got = post_csv("/v1/imports?" + each.query, csv);
    EXPECT_EQ(got.status, 422) << each.query << got.body;
    EXPECT_EQ(got.text("code"), each.code) << each.query << got.body;
    EXPECT_EQ(got.text("field"), each.field) << each.query << got.body;
  }
  EXPECT_EQ(post_csv("/v1/imports?templateId=tpl_x", csv).status, 404);
  const Got type =
      request("POST", "/v1/imports", csv, {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(type.status, 415);
  EXPECT_NE(type.text("detail").find("text/csv"), std::string::npos);
  const Got packed =
      request("POST", "/v1/imports", csv, {{"Content-Type", "text/csv"}, {"Content-Encoding", "br"}});
  EXPECT_EQ(packed.status, 415);
  EXPECT_EQ(packed.header("accept-encoding"), "gzip, identity");
}

TEST_F(Imports, FilesAreLookedAt) {
  make_webhook();
  const Got image = post_csv("/v1/imports", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
  EXPECT_EQ(image.status, 422) << image.body;
  EXPECT_EQ(image.text("code"), "not_csv");
  const Got empty = post_csv("/v1/imports", "");
  EXPECT_EQ(empty.status, 201) << empty.body;
  EXPECT_EQ(empty.text("totalRows"), "0");
  const Got open = post_csv("/v1/imports", "a,b\n1,\"open\n");
  EXPECT_EQ(open.status, 201) << open.body;
  EXPECT_EQ(open.text("state"), "failed");
  EXPECT_NE(open.text("error").find("unclosed_quote"), std::string::npos);
  const Got many = post_csv("/v1/imports?maxRecords=2", csv);
  EXPECT_EQ(many.status, 422) << many.body;
  EXPECT_EQ(many.text("code"), "too_many_rows");
  EXPECT_NE(many.text("detail").find("3"), std::string::npos);
}

TEST_F(Imports, ABodyPackedForItsWayIsTheFileInIt) {
  make_webhook();
  const std::string packed = pulter::test::gzipped(csv);
  const std::string type = "text/csv";
  for (const std::string_view coding : {"gzip", "x-GZIP"}) {
    const Got got = request("POST", "/v1/imports?fileName=people.csv", packed,
                            {{"Content-Type", type}, {"Content-Encoding", std::string(coding)}});
    ASSERT_EQ(got.status, 201) << got.body;
    EXPECT_EQ(got.text("bytes"), std::to_string(csv.size()));
    EXPECT_EQ(got.text("totalRows"), "3");
    EXPECT_EQ(got.text("notes"), "[]");
    EXPECT_EQ(get("/v1/imports/" + got.text("id") + "/content").body, csv);
  }
  const std::string id = post("/v1/imports", "{}").text("id");
  const Got put = request("PUT", "/v1/imports/" + id + "/content", packed,
                          {{"Content-Type", type}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(put.text("totalRows"), "3") << put.body;
}

TEST_F(Imports, AGzipFileIsUnpackedAndKeptAsItCame) {
  make_webhook();
  const std::string packed = pulter::test::gzipped(csv);
  const Got got = post_csv("/v1/imports?fileName=people.csv.gz", packed);
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(got.text("bytes"), std::to_string(packed.size()));
  EXPECT_EQ(got.text("totalRows"), "3");
  EXPECT_NE(got.text("notes").find(R"("code":"unpacked")"), std::string::npos);
  const std::string path = "/v1/imports/" + got.text("id");
  EXPECT_EQ(get(path + "/content").body, packed);
  EXPECT_NE(get(path + "/rows?offset=1&limit=1").body.find("O\\\"Neil, Pat"), std::string::npos);
  // Members one after another, and another encoding inside.
  const Got two =
      post_csv("/v1/imports", pulter::test::gzipped("a,b\n1,") + pulter::test::gzipped("caf\xe9\n"));
  EXPECT_EQ(two.text("totalRows"), "1") << two.body;
  EXPECT_EQ(two.text("encoding"), "windows-1252");
  EXPECT_EQ(spool_.files(), 4u);  // each as it came, and its text; nothing between
}

TEST_F(Imports, BadGzipIsRefusedAndLeavesNothing) {
  make_webhook();
  const std::string packed = pulter::test::gzipped(csv);
  std::string flipped = packed;
  flipped[packed.size() - 6] ^= 1;
  for (const std::string& bad : {packed.substr(0, packed.size() - 1), packed + "more", flipped}) {
    const Got got = post_csv("/v1/imports", bad);
    EXPECT_EQ(got.status, 422) << got.body;
    EXPECT_EQ(got.text("code"), "bad_compression") << got.body;
    const Got on_its_way =
        request("POST", "/v1/imports", bad, {{"Content-Type", "text/csv"}, {"Content-Encoding", "gzip"}});
    EXPECT_EQ(on_its_way.text("code"), "bad_compression") << on_its_way.body;
  }
  const Got none =
      request("POST", "/v1/imports", csv, {{"Content-Type", "text/csv"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(none.text("code"), "bad_compression") << none.body;
  EXPECT_NE(none.text("detail").find("does not begin as gzip"), std::string::npos) << none.body;
  EXPECT_EQ(post_csv("/v1/imports", pulter::test::gzipped("PK\x03\x04zip")).text("code"), "not_csv");
  EXPECT_EQ(post_csv("/v1/imports", pulter::test::gzipped(packed)).text("code"), "not_csv");
  EXPECT_EQ(spool_.files(), 0u);
}

TEST_F(Imports, AGzipBombIsRefused) {
  make_webhook();
  const std::string bomb = pulter::test::gzipped(std::string(70u << 20, '\n'), 9);
  const Got got = post_csv("/v1/imports", bomb);
  EXPECT_EQ(got.text("code"), "bad_compression") << got.body;
  EXPECT_NE(got.text("detail").find("250 times its size"), std::string::npos) << got.body;
  const std::string large = pulter::test::gzipped("a\n" + std::string(5000, '1'));
  EXPECT_EQ(post_csv("/v1/imports?maxFileSize=5000", large).text("code"), "file_too_large");
  const Got packed = request("POST", "/v1/imports?maxFileSize=5000", large,
                             {{"Content-Type", "text/csv"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(packed.status, 413) << packed.body;
  EXPECT_EQ(spool_.files(), 0u);
}

TEST_F(Imports, DeclaredEncodingsAreConverted) {
  make_webhook();
  const Got got = post_csv("/v1/imports?encoding=Shift_JIS", "\x95\x5c,b\n\x83\x7c,1\n");
  ASSERT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(got.text("encoding"), "shift_jis");
  EXPECT_EQ(got.text("columns"), R"([{"header":"表","key":"表"},{"header":"b","key":"b"}])");
  const std::string path = "/v1/imports/" + got.text("id");
  EXPECT_NE(get(path + "/rows").body.find(R"({"表":"ポ","b":"1",)"), std::string::npos);
  EXPECT_EQ(get(path + "/content").body, "\x95\x5c,b\n\x83\x7c,1\n");
  EXPECT_EQ(post_csv("/v1/imports?encoding=ISO-8859-15", "a\n\xa4\n").text("encoding"), "iso-8859-15");
  const Got unknown = post_csv("/v1/imports?encoding=utf-7", "a\n1\n");
  EXPECT_EQ(unknown.text("code"), "unknown_encoding") << unknown.body;
  EXPECT_EQ(unknown.text("field"), "encoding");
  const Got bad = post_csv("/v1/imports?encoding=shift_jis", "a,b\n1,\x95\n");
  EXPECT_EQ(bad.text("state"), "failed") << bad.body;
  EXPECT_NE(bad.text("error").find("at byte 6, on line 2"), std::string::npos) << bad.body;
}

TEST_F(Imports, AByteThatIsNotOfTheEncodingIsNamedWithItsRow) {
  make_webhook();
  struct Case {
    const char* encoding;
    std::string file;
    const char* said;
  };
  const std::string many = [] {
    std::string rows = "a,b\n";
    for (int i = 0; i < 100'000; ++i) rows += "1,2\n";
    return rows;
  }();
  for (const Case& each : {Case{"shift_jis", "a,b\n1,2\n3,\xff\n", "The byte is in row 2."},
                           Case{"shift_jis", "a,b\n\"1\n1\",\xff\n", "on line 3"},
                           Case{"shift_jis", "a,b\n\"1\n1\",\xff\n", "The byte is in row 1."},
                           Case{"shift_jis", "a,\xff\n1,2\n", "The byte is in the header row."},
                           Case{"shift_jis", many + "\xff,1\n", "The byte is in row 100001."},
                           Case{"utf-8", "a,b\n1,2\n3,\"\n\xff\"\n", "The byte is in row 2."},
                           Case{"utf-16", std::string("a\0\n\0\0\xdc\n\0", 8), "The byte is in row 1."}}) {
    const Got bad = post_csv("/v1/imports?encoding=" + std::string(each.encoding), each.file);
    EXPECT_EQ(bad.text("state"), "failed") << bad.body;
    EXPECT_NE(bad.text("error").find(each.said), std::string::npos) << each.said << " in " << bad.body;
  }
}

TEST_F(Imports, ALimitThatWasAnnouncedHoldsForTheContent) {
  make_webhook();
  const Got announced = post("/v1/imports", R"({"maxFileSize":10})");
  ASSERT_EQ(announced.status, 201) << announced.body;
  const std::string path = "/v1/imports/" + announced.text("id") + "/content";
  const Got refused = request("PUT", path, csv, {{"Content-Type", "text/csv"}});
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_EQ(refused.text("code"), "file_too_large");
  EXPECT_NE(refused.text("detail").find("10"), std::string::npos) << refused.body;
  const Got packed = request("PUT", path, pulter::test::gzipped(std::string(100, 'a') + "\n1\n"),
                             {{"Content-Type", "text/csv"}});
  EXPECT_EQ(packed.status, 413) << "unpacked it is over: " << packed.body;
  const Got taken = request("PUT", path, "a,b\n1,2\n", {{"Content-Type", "text/csv"}});
  EXPECT_EQ(taken.status, 200) << "it is still receiving: " << taken.body;
}

TEST_F(Imports, SizeLimitsAreSaidBeforeTheFileIsRead) {
  make_webhook();
  const Got declared = post_csv("/v1/imports?maxFileSize=10", csv);
  EXPECT_EQ(declared.status, 413);
  EXPECT_EQ(declared.text("code"), "file_too_large");
  EXPECT_NE(declared.text("detail").find(std::to_string(csv.size())), std::string::npos);
  config_.max_file_bytes = 20;
  const Got found = exchange(
      "POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nTransfer-Encoding: "
      "chunked\r\n\r\n20\r\n" +
          std::string(csv.substr(0, 32)) + "\r\n0\r\n\r\n",
      0, "POST");
  EXPECT_EQ(found.status, 413) << found.body;
  EXPECT_EQ(get("/v1/imports").body, R"({"data":[],"next":null,"total":0})");
}

TEST_F(Imports, TheSameKeyGivesTheFirstImport) {
  make_webhook();
  const Headers headers{{"Content-Type", "text/csv"}, {"Idempotency-Key", "k1"}};
  const Got first = request("POST", "/v1/imports", csv, headers);
  ASSERT_EQ(first.status, 201) << first.body;
  const Got again = request("POST", "/v1/imports", "other\n1\n", headers);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.text("id"), first.text("id"));
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  const Got json =
      request("POST", "/v1/imports", "{}", {{"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}});
  EXPECT_EQ(json.text("id"), first.text("id"));
  const Got long_key = request("POST", "/v1/imports", csv,
                               {{"Content-Type", "text/csv"}, {"Idempotency-Key", std::string(256, 'k')}});
  EXPECT_EQ(long_key.status, 422);
}

TEST_F(Imports, AFileMayComeAheadOfItsImport) {
  make_webhook();
  const Headers headers{{"Content-Type", "text/csv"}, {"Idempotency-Key", "u1"}};
  const Got upload = request("POST", "/v1/uploads", csv, headers);
  ASSERT_EQ(upload.status, 201) << upload.body;
  EXPECT_EQ(upload.text("bytes"), std::to_string(csv.size()));
  const Got again = request("POST", "/v1/uploads", csv, headers);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.text("id"), upload.text("id"));
  const std::string settings = R"({"fileName":"a.csv","source":{"upload":")" + upload.text("id") + "\"}}";
  const Got made = post("/v1/imports", settings);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(get("/v1/imports/" + made.text("id") + "/content").body, csv);
  const Got twice = post("/v1/imports", settings);
  EXPECT_EQ(twice.status, 404) << "an upload becomes one import";
  EXPECT_EQ(twice.text("field"), "source");
  EXPECT_EQ(post("/v1/imports", R"({"source":{"upload":1}})").text("field"), "source");
  EXPECT_EQ(get("/v1/uploads").status, 405);

  const Got large = request("POST", "/v1/uploads", csv, {{"Content-Type", "text/csv"}});
  const Got refused =
      post("/v1/imports", R"({"maxFileSize":3,"source":{"upload":")" + large.text("id") + "\"}}");
  EXPECT_EQ(refused.status, 413) << refused.body;
}

TEST_F(Imports, UploadsAreBoundedInNumberAndTime) {
  const auto upload = [this] { return request("POST", "/v1/uploads", csv, {{"Content-Type", "text/csv"}}); };
  for (std::size_t i = 0; i < limits::uploads_max; ++i) ASSERT_EQ(upload().status, 201);
  EXPECT_EQ(upload().status, 503);
  pass(std::chrono::minutes(61));
  EXPECT_EQ(upload().status, 201);
  EXPECT_EQ(spool_.files(), 1u) << "what nobody used is gone";
}

TEST_F(Imports, AnnouncedFirstAndFilledAfterwards) {
  make_webhook();
  const Got announced = post("/v1/imports", R"({"batchSize":2,"fileName":"later.csv"})");
  ASSERT_EQ(announced.status, 201) << announced.body;
  EXPECT_EQ(announced.text("state"), "receiving");
  const std::string id = announced.text("id");
  EXPECT_EQ(get("/v1/imports/" + id + "/content").status, 409);
  EXPECT_EQ(get("/v1/imports/" + id + "/rows").status, 409);
  lanes_.poked.clear();
  const Got filled = request("PUT", "/v1/imports/" + id + "/content", csv);
  EXPECT_EQ(filled.status, 200) << filled.body;
  EXPECT_EQ(filled.text("state"), "queued");
  EXPECT_EQ(filled.text("count"), "2");
  EXPECT_FALSE(lanes_.poked.empty());
  const Got twice = request("PUT", "/v1/imports/" + id + "/content", csv);
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(request("PUT", "/v1/imports/imp_x/content", csv).status, 404);
}

TEST_F(Imports, AFileOfThisMachineIsTakenByPath) {
  make_webhook();
  const std::string path = testing::TempDir() + "pulter_import_test.csv";
  std::ofstream(path) << csv;
  const Got got = post("/v1/imports", R"({"source":{"path":")" + path + R"("},"batchSize":1})");
  EXPECT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(got.text("fileName"), "pulter_import_test.csv");
  EXPECT_EQ(got.text("count"), "3");
  std::remove(path.c_str());
  const Got missing = post("/v1/imports", R"({"source":{"path":")" + path + R"("}})");
  EXPECT_EQ(missing.status, 404) << missing.body;
  EXPECT_EQ(missing.text("field"), "source");
  EXPECT_EQ(post("/v1/imports", R"({"source":{"path":"people.csv"}})").text("field"), "source");
  EXPECT_EQ(post("/v1/imports", R"({"source":{"path":"/a","fd":true}})").text("field"), "source");
  EXPECT_EQ(post("/v1/imports", R"({"source":"x"})").text("field"), "source");
  EXPECT_EQ(post("/v1/imports", R"({"source":{"fd":true}})").text("field"), "source");
}

TEST_F(Imports, TheOriginalComesBackByteForByte) {
  const std::string id = take();
  const Got got = get("/v1/imports/" + id + "/content");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, csv);
  EXPECT_EQ(got.header("content-disposition"),
            "attachment; filename=\"people.csv\"; filename*=UTF-8''people.csv");
  EXPECT_EQ(got.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(got.header("content-security-policy"), "sandbox; default-src 'none'");
  EXPECT_EQ(request("HEAD", "/v1/imports/" + id + "/content").header("content-length"),
            std::to_string(csv.size()));
}

TEST_F(Imports, LargeContentIsStreamed) {
  make_webhook();
  std::string big = "a,b\n";
  for (int i = 0; big.size() < 1'000'000; ++i) big += std::to_string(i) + ",some text that fills the line\n";
  const Got made = post_csv("/v1/imports", big);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(get("/v1/imports/" + made.text("id") + "/content").body, big);
}

TEST_F(Imports, RowsArePaged) {
  const std::string id = take();
  const Got all = get("/v1/imports/" + id + "/rows");
  ASSERT_EQ(all.status, 200) << all.body;
  const json::Value value = all.json();
  ASSERT_EQ(value.find("data")->items.size(), 3u) << all.body;
  EXPECT_EQ(value.find("data")->items[1].find("last_name")->text, "O\"Neil, Pat");
  EXPECT_EQ(value.find("data")->items[2].find("age")->text, "");
  EXPECT_EQ(value.find("data")->items[2].members.back().key, "__index");
  EXPECT_EQ(all.text("next"), "null");
  const Got page = get("/v1/imports/" + id + "/rows?offset=1&limit=1");
  EXPECT_EQ(page.json().find("data")->items.size(), 1u);
  EXPECT_EQ(page.text("next"), "2");
  EXPECT_EQ(get("/v1/imports/" + id + "/rows?offset=3").body, R"({"data":[],"next":null})");
  EXPECT_EQ(get("/v1/imports/" + id + "/rows?limit=1001").text("field"), "limit");
  EXPECT_EQ(get("/v1/imports/imp_x/rows").status, 404);
}

TEST_F(Imports, ManyRowsAreStreamed) {
  make_webhook();
  std::string big = "a,b\n";
  for (int i = 0; i < 2000; ++i) big += std::to_string(i) + "," + std::string(200, 'x') + "\n";
  const Got made = post_csv("/v1/imports", big);
  ASSERT_EQ(made.status, 201);
  const Got rows = get("/v1/imports/" + made.text("id") + "/rows?limit=1000&offset=500");
  EXPECT_EQ(rows.json().find("data")->items.size(), 1000u);
  EXPECT_EQ(rows.text("next"), "1500");
}

TEST_F(Imports, PauseResumeCancel) {
  const std::string id = take();
  lanes_.poked.clear();
  const Got paused = post("/v1/imports/" + id + "/pause", "");
  EXPECT_EQ(paused.status, 200) << paused.body;
  EXPECT_EQ(paused.text("state"), "paused");
  EXPECT_FALSE(lanes_.poked.empty());
  EXPECT_EQ(post("/v1/imports/" + id + "/resume", "").text("state"), "queued");
  EXPECT_EQ(post("/v1/imports/" + id + "/cancel", "").text("state"), "cancelled");
  const Got late = post("/v1/imports/" + id + "/resume", "");
  EXPECT_EQ(late.status, 409) << late.body;
  EXPECT_EQ(post("/v1/imports/imp_x/cancel", "").status, 404);
}

TEST_F(Imports, AnUploadThatBreaksOffLeavesNothing) {
  make_webhook();
  const auto talk = [](World&, io::SimIo& io, io::Scope& scope) -> io::Task<> {
    auto fd = io.open_unix();
    co_await io::connect_unix(scope, *fd, "/run/pulter.sock", io.now() + 5s);
    co_await io::send_all(scope, *fd,
                          "POST /v1/imports HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
                          "Content-Length: 1000\r\n\r\na,b\n1,2\n");
    io.shutdown(*fd);
    io.close(*fd);
  };
  io::Scope scope(io_);
  scope.spawn(talk(*this, io_, scope));
  pass(5s);
  EXPECT_EQ(get("/v1/imports").body, R"({"data":[],"next":null,"total":0})");
}

}  // namespace
}  // namespace pulter::control::test
