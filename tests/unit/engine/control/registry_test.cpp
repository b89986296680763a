// /v1/importers and /v1/webhooks.

#include "codec/base/ids.h"
#include "tests/unit/io/net/certificates.h"
#include "world.h"

namespace pulter::control::test {
namespace {

class Importers : public World {};
class Webhooks : public World {};

TEST_F(Importers, AreMadeShownChangedListedAndDeleted) {
  const Got made = post("/v1/importers",
                        R"({"name":"Contacts","webhookUrl":"https://hooks.example.com/a","batchSize":100,)"
                        R"("dataSync":false,"columns":{"First Name":"first_name"},"dropUnmapped":true,)"
                        R"("allowedWebhookHosts":["hooks.example.com"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.text("id");
  EXPECT_TRUE(is_id("tpl_", id)) << id;
  EXPECT_EQ(made.header("location"), "/v1/importers/" + id);
  EXPECT_EQ(made.text("name"), "Contacts");
  EXPECT_EQ(made.text("webhookUrl"), "https://hooks.example.com/a");
  EXPECT_EQ(made.text("batchSize"), "100");
  EXPECT_EQ(made.text("dataSync"), "false");
  EXPECT_EQ(made.text("columns"), R"({"First Name":"first_name"})");
  EXPECT_EQ(made.text("dropUnmapped"), "true");
  EXPECT_EQ(made.text("allowedWebhookHosts"), R"(["hooks.example.com"])");
  EXPECT_EQ(made.text("createdAt").size(), 24u);

  EXPECT_EQ(get("/v1/importers/" + id).body, made.body);
  const Got changed = request("PATCH", "/v1/importers/" + id, R"({"batchSize":7,"webhookUrl":null})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.text("batchSize"), "7");
  EXPECT_EQ(changed.text("webhookUrl"), "null");
  EXPECT_EQ(changed.text("name"), "Contacts");
  EXPECT_NE(get("/v1/importers").body.find(id), std::string::npos);
  EXPECT_EQ(request("DELETE", "/v1/importers/" + id).status, 204);
  EXPECT_EQ(get("/v1/importers/" + id).status, 404);
  EXPECT_EQ(request("DELETE", "/v1/importers/" + id).status, 404);
}

TEST_F(Importers, AnOwnWebhookIsMadeWithTheUrl) {
  const Got made = post("/v1/importers", R"({"webhookUrl":"https://hooks.example.com/a"})");
  ASSERT_EQ(made.status, 201);
  const Got list = get("/v1/webhooks?templateId=" + made.text("id"));
  EXPECT_NE(list.body.find("https://hooks.example.com/a"), std::string::npos);
  EXPECT_EQ(list.body.find("whsec_"), std::string::npos);
}

TEST_F(Importers, RefusalsNameTheField) {
  const struct {
    std::string body;
    std::string code;
    std::string field;
  } cases[] = {
      {R"({"batchsize":1})", "unknown_field", "batchsize"},
      {R"({"batchSize":0})", "bad_value", "batchSize"},
      {R"({"batchSize":1000001})", "bad_value", "batchSize"},
      {R"({"batchSize":"5"})", "bad_value", "batchSize"},
      {R"({"dataSync":1})", "bad_value", "dataSync"},
      {R"({"columns":{"a":1}})", "bad_value", "columns"},
      {R"({"name":"a\u0000b"})", "bad_value", "name"},
      {R"({"webhookUrl":"ftp://x/"})", "bad_url", "webhookUrl"},
      {R"({"webhookUrl":"http://hooks.example.com/"})", "address_refused", "webhookUrl"},
      {R"({"webhookUrl":"https://127.0.0.1/"})", "address_refused", "webhookUrl"},
      {R"({"allowedWebhookHosts":["HTTPS://x"]})", "bad_value", "allowedWebhookHosts"},
      {R"({"name":"a","name":"b"})", "bad_request", "name"},
  };
  for (const auto& each : cases) {
    const Got got = post("/v1/importers", each.body);
    EXPECT_GE(got.status, 400) << each.body;
    EXPECT_EQ(got.text("code"), each.code) << each.body << got.body;
    EXPECT_EQ(got.text("field"), each.field) << each.body << got.body;
  }
}

TEST_F(Importers, DefaultIsBuiltIn) {
  EXPECT_EQ(get("/v1/importers/default").status, 200);
  EXPECT_EQ(request("DELETE", "/v1/importers/default").status, 409);
  EXPECT_EQ(get("/v1/importers/tpl_nonsense").status, 404);
}

TEST_F(Importers, ListsGoOnByCursor) {
  for (int i = 0; i < 5; ++i) post("/v1/importers", "{}");
  std::string next;
  std::size_t seen = 0;
  for (int page = 0; page < 10; ++page) {
    const Got got = get("/v1/importers?limit=2" + (next.empty() ? "" : "&cursor=" + next));
    ASSERT_EQ(got.status, 200) << got.body;
    seen += got.json().find("data")->items.size();
    next = got.text("next");
    if (next == "null") break;
  }
  EXPECT_GE(seen, 5u);
  EXPECT_LE(seen, 6u);  // with the built-in one
}

TEST_F(Webhooks, TheSecretIsShownOnCreationAndOnRequestOnly) {
  const Got made = post("/v1/webhooks", R"({"url":"https://hooks.example.com/a"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.text("id");
  EXPECT_TRUE(is_id("wh_", id));
  const std::string secret = made.text("secret");
  EXPECT_EQ(secret.rfind("whsec_", 0), 0u);
  EXPECT_EQ(secret.size(), 6u + 44u);
  EXPECT_EQ(made.text("events"), R"(["all"])");
  EXPECT_EQ(made.text("templateId"), "null");
  EXPECT_EQ(made.text("enabled"), "true");
  EXPECT_EQ(made.text("disabledReason"), "null");
  EXPECT_EQ(made.text("timeoutMs"), "600000");
  EXPECT_EQ(made.text("retrySchedule"), "[0,5,30,120,600,3600,10800,28800]");
  EXPECT_EQ(made.text("retryOn4xx"), "false");
  EXPECT_EQ(made.text("onHalt"), "next");
  EXPECT_EQ(get("/v1/webhooks/" + id).text("secret"), "(absent)");
  EXPECT_EQ(get("/v1/webhooks").body.find("whsec_"), std::string::npos);
  EXPECT_EQ(get("/v1/webhooks/" + id + "/secret").text("secret"), secret);
}

TEST_F(Webhooks, EveryFieldIsKeptAndChanged) {
  const std::string importer = post("/v1/importers", "{}").text("id");
  const Got made = post("/v1/webhooks",
                        R"({"url":"https://hooks.example.com/a","secret":"s3cret","events":)"
                        R"(["all","import.failed"],"templateId":")" +
                            importer +
                            R"(","enabled":false,"headers":{"X-Team":"a b"},"timeoutMs":2000,)"
                            R"("retrySchedule":[0,1],"retryOn4xx":true,"onHalt":"hold","description":"d"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.text("id");
  EXPECT_EQ(made.text("secret"), "s3cret");
  EXPECT_EQ(made.text("events"), R"(["all","import.failed"])");
  EXPECT_EQ(made.text("templateId"), importer);
  EXPECT_EQ(made.text("headers"), R"({"X-Team":"a b"})");
  EXPECT_EQ(made.text("onHalt"), "hold");
  const Got changed =
      request("PATCH", "/v1/webhooks/" + id,
              R"({"enabled":true,"templateId":null,"headers":{},"url":"https://b.example.com/"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.text("enabled"), "true");
  EXPECT_EQ(changed.text("disabledReason"), "null");
  EXPECT_EQ(changed.text("templateId"), "null");
  EXPECT_EQ(changed.text("headers"), "{}");
  EXPECT_EQ(changed.text("url"), "https://b.example.com/");
  EXPECT_EQ(changed.text("timeoutMs"), "2000");
  EXPECT_EQ(changed.text("secret"), "(absent)");
  EXPECT_EQ(lanes_.poked.back(), id);
}

TEST_F(Webhooks, RefusalsNameTheField) {
  const struct {
    std::string more;
    std::string code;
    std::string field;
  } cases[] = {
      {R"("events":[])", "bad_value", "events"},
      {R"("events":["test"])", "bad_value", "events"},
      {R"("events":["all","all"])", "bad_value", "events"},
      {R"("secret":"whsec_!!")", "bad_value", "secret"},
      {R"("secret":"")", "bad_value", "secret"},
      {R"("headers":{"Host":"x"})", "bad_value", "headers"},
      {R"("headers":{"X":"a\r\nb"})", "bad_value", "headers"},
      {R"("timeoutMs":999)", "bad_value", "timeoutMs"},
      {R"("timeoutMs":3600001)", "bad_value", "timeoutMs"},
      {R"("retrySchedule":[])", "bad_value", "retrySchedule"},
      {R"("retrySchedule":[-1])", "bad_value", "retrySchedule"},
      {R"("onHalt":"stop")", "bad_value", "onHalt"},
      {R"("templateId":"tpl_x")", "bad_value", "templateId"},
      {R"("colour":1)", "unknown_field", "colour"},
  };
  for (const auto& each : cases) {
    const Got got = post("/v1/webhooks", R"({"url":"https://hooks.example.com/a",)" + each.more + "}");
    EXPECT_EQ(got.status, 422) << each.more << got.body;
    EXPECT_EQ(got.text("code"), each.code) << each.more << got.body;
    EXPECT_EQ(got.text("field"), each.field) << each.more << got.body;
  }
  EXPECT_EQ(post("/v1/webhooks", "{}").text("field"), "url");
  EXPECT_EQ(get("/v1/webhooks/wh_x").status, 404);
  EXPECT_EQ(request("PATCH", "/v1/webhooks/" + make_webhook(), R"({"secret":"new"})").text("field"),
            "secret");
  // A refused secret is never repeated.
  EXPECT_EQ(
      post("/v1/webhooks", R"({"url":"https://a.example/","secret":"whsec_abc$def"})").body.find("abc$"),
      std::string::npos);
}

TEST_F(Webhooks, RotationKeepsTheOldSecretForItsOverlap) {
  const std::string id = make_webhook();
  const std::string first = get("/v1/webhooks/" + id + "/secret").text("secret");
  const Got rotated = request("POST", "/v1/webhooks/" + id + "/rotate-secret");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_NE(rotated.text("secret"), first);
  EXPECT_EQ(rotated.text("oldSecretUntil").substr(0, 10), "2026-01-02");
  const Got at_once =
      post("/v1/webhooks/" + id + "/rotate-secret", R"({"overlapSeconds":0,"secret":"mine"})");
  EXPECT_EQ(at_once.text("secret"), "mine");
  EXPECT_EQ(at_once.text("oldSecretUntil"), "null");
  EXPECT_EQ(post("/v1/webhooks/" + id + "/rotate-secret", R"({"overlapSeconds":604801})").text("field"),
            "overlapSeconds");
  EXPECT_EQ(post("/v1/webhooks/wh_x/rotate-secret", "").status, 404);
}

TEST_F(Webhooks, OnlyTheLastFewSecretsSign) {
  const std::string id = make_webhook();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(request("POST", "/v1/webhooks/" + id + "/rotate-secret").status, 200);
  EXPECT_EQ(get("/v1/webhooks/" + id).status, 200);
}

TEST_F(Webhooks, ATestIsPutIntoTheLane) {
  const std::string id = make_webhook();
  lanes_.poked.clear();
  const Got got = post("/v1/webhooks/" + id + "/test", "");
  ASSERT_EQ(got.status, 202) << got.body;
  EXPECT_TRUE(is_id("evt_", got.text("id")));
  EXPECT_EQ(got.text("name"), "test");
  EXPECT_EQ(got.text("webhookId"), id);
  EXPECT_EQ(got.text("importId"), "null");
  EXPECT_EQ(lanes_.poked, std::vector<std::string>{id});
  EXPECT_EQ(get("/v1/events/" + got.text("id")).status, 200);
  const Got body = get("/v1/events/" + got.text("id") + "/body");
  EXPECT_EQ(body.status, 200);
  EXPECT_EQ(body.text("event_name"), "test");

  request("PATCH", "/v1/webhooks/" + id, R"({"enabled":false})");
  EXPECT_EQ(post("/v1/webhooks/" + id + "/test", "").status, 409);
}

TEST_F(Webhooks, AreDeleted) {
  const std::string id = make_webhook();
  EXPECT_EQ(request("DELETE", "/v1/webhooks/" + id).status, 204);
  EXPECT_EQ(get("/v1/webhooks/" + id).status, 404);
}

TEST_F(Webhooks, AFullDiskIsSaid) {
  store_->set_trouble("the disk is full");
  const Got got = post("/v1/webhooks", R"({"url":"https://hooks.example.com/a"})");
  EXPECT_EQ(got.status, 507);
  EXPECT_EQ(got.text("code"), "disk_full");
  EXPECT_NE(got.text("detail").find("disk is full"), std::string::npos);
}

/// A PEM text as a JSON string's inside.
std::string quoted(const std::string& pem) {
  std::string out;
  for (const char c : pem) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

TEST_F(Webhooks, BringTheirOwnTlsAndNeverTellTheKey) {
  using io::test::make_certificate;
  const auto root = make_certificate({.common_name = "Customer Root", .is_authority = true});
  const auto own = make_certificate({.common_name = "pulter"}, &root);
  const auto other = make_certificate({.common_name = "other"}, &root);
  const Got made =
      post("/v1/webhooks", R"({"url":"https://hooks.example.com/a","tlsCa":")" + quoted(root.pem) +
                               R"(","tlsCertificate":")" + quoted(own.pem) + quoted(root.pem) +
                               R"(","tlsPrivateKey":")" + quoted(own.key) + "\"}");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("tlsCa"), root.pem);
  EXPECT_EQ(made.text("tlsCertificate"), own.pem + root.pem);
  EXPECT_EQ(made.body.find("PRIVATE"), std::string::npos) << "the key is told to nobody";
  EXPECT_EQ(made.body.find("tlsPrivateKey"), std::string::npos);
  const std::string path = "/v1/webhooks/" + made.text("id");
  EXPECT_EQ(get(path).body.find("PRIVATE"), std::string::npos);
  EXPECT_EQ(get("/v1/webhooks").body.find("PRIVATE"), std::string::npos);

  // Another certificate needs its own key; without one, the key goes too.
  const Got wrong = request("PATCH", path, R"({"tlsCertificate":")" + quoted(other.pem) + "\"}");
  EXPECT_EQ(wrong.status, 422) << wrong.body;
  EXPECT_EQ(wrong.text("field"), "tlsPrivateKey");
  EXPECT_NE(wrong.text("detail").find("does not belong to the first certificate"), std::string::npos);
  const Got changed = request("PATCH", path, R"({"description":"x"})");
  EXPECT_EQ(changed.text("tlsCertificate"), own.pem + root.pem) << "what is not named stays";
  const Got without = request("PATCH", path, R"({"tlsCertificate":null,"tlsCa":null})");
  EXPECT_EQ(without.status, 200) << without.body;
  EXPECT_EQ(without.text("tlsCertificate"), "null");
  EXPECT_EQ(without.text("tlsCa"), "null");
  EXPECT_EQ(request("PATCH", path, R"({"tlsCertificate":")" + quoted(own.pem) + "\"}").text("field"),
            "tlsPrivateKey");
}

TEST_F(Webhooks, RefusalsOfTlsNameTheFieldAndNeverTheKey) {
  const auto own = io::test::make_certificate({.common_name = "pulter"});
  const std::string line_of_key = own.key.substr(own.key.find('\n') + 1, 40);
  const struct {
    std::string more;
    std::string field;
    std::string words;
  } cases[] = {
      {R"("tlsCa":"nonsense")", "tlsCa", "is no list of certificates in PEM form"},
      {R"("tlsCa":")" + quoted(own.key) + "\"", "tlsCa", "is no list of certificates"},
      {R"("tlsCertificate":"nonsense","tlsPrivateKey":")" + quoted(own.key) + "\"", "tlsCertificate",
       "is no list of certificates"},
      {R"("tlsCertificate":")" + quoted(own.pem) + "\"", "tlsPrivateKey", "is missing"},
      {R"("tlsPrivateKey":")" + quoted(own.key) + "\"", "tlsCertificate", "is missing"},
      {R"("tlsCertificate":")" + quoted(own.pem) + R"(","tlsPrivateKey":"nonsense")", "tlsPrivateKey",
       "is no private key in PEM form"},
      {R"("tlsCertificate":")" + quoted(own.pem) +
           R"(","tlsPrivateKey":"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----")",
       "tlsPrivateKey", "is encrypted"},
      {R"("tlsCa":")" + std::string(33 * 1024, 'a') + "\"", "tlsCa", "at most 32 KiB"},
  };
  for (const auto& each : cases) {
    const Got got = post("/v1/webhooks", R"({"url":"https://hooks.example.com/a",)" + each.more + "}");
    EXPECT_EQ(got.status, 422) << each.field << got.body;
    EXPECT_EQ(got.text("field"), each.field) << got.body;
    EXPECT_NE(got.text("detail").find(each.words), std::string::npos) << got.body;
    EXPECT_EQ(got.body.find(line_of_key), std::string::npos) << got.body;
  }
}

}  // namespace
}  // namespace pulter::control::test
