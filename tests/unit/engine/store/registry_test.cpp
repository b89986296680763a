#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Registry : public StoreBench {};

TEST_F(Registry, TheDefaultImporterIsThere) {
  const model::Importer importer = must(GetImporter{"default"});
  EXPECT_EQ(importer.name, "Default");
  EXPECT_EQ(importer.batch_size, 5000U);
  EXPECT_EQ(importer.created_at_ms, now_ms);
  EXPECT_EQ(ask(DeleteImporter{"default"}).status, Status::conflict);
}

TEST_F(Registry, AnImporterReadsBackAsItWasPut) {
  model::Importer importer;
  importer.id = "tpl_1";
  importer.name = "Contacts, \"quoted\" é";
  importer.webhook_url = "https://example.com/hook";
  importer.batch_size = 17;
  importer.data_sync = false;
  importer.columns = {{"First Name", "first_name"}, {"First Name", "again"}, {"", "empty"}};
  importer.drop_unmapped = true;
  importer.allowed_webhook_hosts = {"example.com", "*.example.org"};
  EXPECT_EQ(ask(PutImporter{importer, false}).status, Status::not_found);
  now_ms += 5;
  EXPECT_EQ(must(PutImporter{importer, true}).created_at_ms, now_ms);
  const model::Importer stored = must(GetImporter{"tpl_1"});
  EXPECT_EQ(stored.name, importer.name);
  EXPECT_EQ(stored.webhook_url, importer.webhook_url);
  EXPECT_EQ(stored.batch_size, 17U);
  EXPECT_FALSE(stored.data_sync);
  EXPECT_EQ(stored.columns, importer.columns);
  EXPECT_TRUE(stored.drop_unmapped);
  EXPECT_EQ(stored.allowed_webhook_hosts, importer.allowed_webhook_hosts);

  const auto again = ask(PutImporter{importer, true});
  EXPECT_EQ(again.status, Status::conflict);
  ASSERT_TRUE(again.value.has_value());
  EXPECT_EQ(again.value->id, "tpl_1");

  importer.name = "Renamed";
  now_ms += 1000;
  EXPECT_EQ(must(PutImporter{importer, false}).created_at_ms, now_ms - 1000);
  EXPECT_EQ(must(GetImporter{"tpl_1"}).name, "Renamed");
}

TEST_F(Registry, ListsAreNewestFirstAndGoOnAfterTheCursor) {
  for (int i = 0; i < 5; ++i) {
    model::Importer importer;
    importer.id = "tpl_" + std::to_string(i);
    must(PutImporter{importer, true});
  }
  std::vector<std::string> seen;
  Page page{2, ""};
  do {
    Listing<model::Importer> listing = must(ListImporters{page});
    ASSERT_LE(listing.items.size(), 2U);
    for (const auto& importer : listing.items) seen.push_back(importer.id);
    page.cursor = listing.next;
  } while (!page.cursor.empty());
  EXPECT_EQ(seen, (std::vector<std::string>{"tpl_4", "tpl_3", "tpl_2", "tpl_1", "tpl_0", "default"}));
  EXPECT_EQ(ask(ListImporters{{2, "no cursor"}}).status, Status::not_found);
  EXPECT_EQ(must(ListImporters{{0, ""}}).items.size(), 1U);
}

TEST_F(Registry, AnImporterWithUnfinishedImportsStays) {
  model::Importer importer;
  importer.id = "tpl_1";
  must(PutImporter{importer, true});
  model::Webhook webhook = a_webhook("wh_1");
  webhook.template_id = "tpl_1";
  must(PutWebhook{webhook, true});
  model::Import import = an_import("imp_1");
  import.template_id = "tpl_1";
  must(CreateImport{import, "plan", "", ""});
  const auto refused = ask(DeleteImporter{"tpl_1"});
  EXPECT_EQ(refused.status, Status::conflict);
  EXPECT_NE(refused.detail.find("imp_1"), std::string::npos) << refused.detail;
  must(CommandImport{"imp_1", ImportCommand::cancel});
  must(DeleteImporter{"tpl_1"});
  EXPECT_EQ(ask(GetImporter{"tpl_1"}).status, Status::not_found);
  EXPECT_EQ(ask(GetWebhook{"wh_1"}).status, Status::not_found) << "its webhooks go with it";
  EXPECT_EQ(ask(DeleteImporter{"tpl_1"}).status, Status::not_found);
  EXPECT_EQ(must(GetImport{"imp_1"}).template_id, "tpl_1");
}

TEST_F(Registry, AWebhookReadsBackAsItWasPut) {
  model::Webhook webhook = a_webhook("wh_1", {"all", "import.completed"});
  webhook.description = "CRM";
  webhook.secrets = {{"whsec_new", 0}, {"whsec_old", 1'700'000'086'400'000}};
  webhook.headers = {{"X-Team", "a"}, {"X-Team", "b"}};
  webhook.timeout_ms = 30'000;
  webhook.retry_schedule_s = {0, 1, 2};
  webhook.retry_on_4xx = true;
  webhook.on_halt = model::OnHalt::hold;
  webhook.tls = {.ca = "CA", .certificate = "CERTIFICATE", .private_key = "KEY"};
  must(PutWebhook{webhook, true});
  const model::Webhook stored = must(GetWebhook{"wh_1"});
  EXPECT_EQ(stored.url, webhook.url);
  EXPECT_EQ(stored.description, "CRM");
  ASSERT_EQ(stored.secrets.size(), 2U);
  EXPECT_EQ(stored.secrets[0].text, "whsec_new");
  EXPECT_EQ(stored.secrets[1].expires_at_ms, 1'700'000'086'400'000);
  EXPECT_EQ(stored.events, webhook.events);
  EXPECT_EQ(stored.template_id, "default");
  EXPECT_EQ(stored.headers, webhook.headers);
  EXPECT_EQ(stored.timeout_ms, 30'000U);
  EXPECT_EQ(stored.retry_schedule_s, webhook.retry_schedule_s);
  EXPECT_TRUE(stored.retry_on_4xx);
  EXPECT_EQ(stored.on_halt, model::OnHalt::hold);
  EXPECT_EQ(stored.tls, webhook.tls);
  webhook.tls.certificate = webhook.tls.private_key = "";
  EXPECT_EQ(must(PutWebhook{webhook, false}).tls, webhook.tls);
  EXPECT_TRUE(stored.enabled);
  EXPECT_EQ(ask(PutWebhook{webhook, true}).status, Status::conflict);
  EXPECT_EQ(ask(PutWebhook{a_webhook("wh_2"), false}).status, Status::not_found);
  // Two who change it at once: the second is told, and does not undo what it did not know of.
  const model::Webhook before = must(GetWebhook{"wh_1"});
  model::Webhook mine = before;
  mine.description = "mine";
  model::Webhook theirs = before;
  theirs.enabled = false;
  theirs.disabled_reason = "410";
  must(PutWebhook{theirs, false, before});
  const auto late = ask(PutWebhook{mine, false, before});
  EXPECT_EQ(late.status, Status::conflict);
  ASSERT_TRUE(late.value.has_value());
  EXPECT_FALSE(late.value->enabled);
  mine = *late.value;
  mine.description = "mine";
  EXPECT_FALSE(must(PutWebhook{mine, false, *late.value}).enabled);
}

TEST_F(Registry, AWebhookNeedsItsImporter) {
  model::Webhook webhook = a_webhook("wh_1");
  webhook.template_id = "tpl_none";
  const auto reply = ask(PutWebhook{webhook, true});
  EXPECT_EQ(reply.status, Status::not_found);
  EXPECT_NE(reply.detail.find("tpl_none"), std::string::npos);
  webhook.template_id.reset();
  EXPECT_FALSE(must(PutWebhook{webhook, true}).template_id.has_value());
}

TEST_F(Registry, EnabledAgainForgetsTheReason) {
  model::Webhook webhook = a_webhook("wh_1");
  webhook.enabled = false;
  webhook.disabled_reason = "by hand";
  EXPECT_EQ(must(PutWebhook{webhook, true}).disabled_reason, "by hand");
  webhook.enabled = true;
  const model::Webhook enabled = must(PutWebhook{webhook, false});
  EXPECT_TRUE(enabled.enabled);
  EXPECT_EQ(enabled.disabled_reason, "");
}

TEST_F(Registry, EnsureFindsOrMakes) {
  EXPECT_EQ(must(EnsureWebhook{a_webhook("wh_1")}).id, "wh_1");
  model::Webhook same_url = a_webhook("wh_2");
  same_url.url = a_webhook("wh_1").url;
  EXPECT_EQ(must(EnsureWebhook{same_url}).id, "wh_1");
  same_url.template_id.reset();
  EXPECT_EQ(must(EnsureWebhook{same_url}).id, "wh_2") << "another importer's webhook is another webhook";
  same_url.id = "wh_3";
  EXPECT_EQ(must(EnsureWebhook{same_url}).id, "wh_2");
  model::Webhook disabled = a_webhook("wh_1");
  disabled.enabled = false;
  must(PutWebhook{disabled, false});
  EXPECT_EQ(must(EnsureWebhook{a_webhook("wh_1")}).enabled, false);
  EXPECT_EQ(count_rows("webhooks"), 2);
}

TEST_F(Registry, WebhooksListedByImporter) {
  make_webhook("wh_1");
  make_webhook("wh_2");
  model::Webhook of_all = a_webhook("wh_3");
  of_all.template_id.reset();
  must(PutWebhook{of_all, true});
  EXPECT_EQ(must(ListWebhooks{{}, {}}).items.size(), 3U);
  EXPECT_EQ(must(ListWebhooks{"default", {}}).items.size(), 2U);
  EXPECT_EQ(must(ListWebhooks{"tpl_none", {}}).items.size(), 0U);
  EXPECT_EQ(must(ListWebhooks{"default", {1, ""}}).next, "2");
  EXPECT_EQ(must(ListWebhooks{"default", {1, "2"}}).items.at(0).id, "wh_1");
}

TEST_F(Registry, ADeletedWebhookTakesItsUnfinishedDeliveriesAlong) {
  make_webhook("wh_1");
  make_webhook("wh_2");
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(DeleteWebhook{"wh_1"});
  EXPECT_EQ(ask(DeleteWebhook{"wh_1"}).status, Status::not_found);
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::cancelled);
  EXPECT_EQ(state("imp_1"), "delivering");
  EXPECT_TRUE(must(GetImport{"imp_1"}).deliveries.at(0).cancelled);
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
  must(DeleteWebhook{"wh_2"});
  EXPECT_EQ(state("imp_1"), "cancelled");
  EXPECT_EQ(listed_state("imp_1"), "cancelled");
  EXPECT_NE(must(GetImport{"imp_1"}).completed_at_ms, 0);
}

}  // namespace
}  // namespace pulter::store
