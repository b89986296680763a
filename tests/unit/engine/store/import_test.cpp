#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Imports : public StoreBench {};

TEST_F(Imports, AnImportReadsBackAsItWasCreated) {
  make_webhook("wh_1");
  model::Import import = an_import("imp_1");
  import.text = {"utf8-key", 99, "xxh3:11"};
  import.settings = {.batch_size = 7,
                     .data_sync = false,
                     .delimiter = ";",
                     .encoding = "windows-1252",
                     .max_rows = 1'000'000'000'000,
                     .reject_ragged = true,
                     .columns = {{
                       "a",
                       "b"
                     }},
                     .drop_unmapped = true,
                     .user_json = "{\"id\":\"u\\u00e9\",\"n\":1.50}",
                     .metadata_json = "{}"};
  import.encoding = "windows-1252";
  import.delimiter = ";";
  import.columns = {{"Name", "name"}, { "Name", "name_2" }};
  import.notes = {{"blank_header", "A header is blank.", {}},
                  { "short_row",
                    "Rows are short.",
                    { 1,
                      4'000'000'000'000 } }};
  const model::Import created = must(CreateImport{import, std::string("plan\0with zero", 14), "", "key-1"});
  const model::Import stored = must(GetImport{"imp_1"});
  for (const model::Import& it : {created, stored}) {
    EXPECT_EQ(it.file_name, "contacts.csv");
    EXPECT_EQ(it.file.key, "key-imp_1");
    EXPECT_EQ(it.text.key, "utf8-key");
    EXPECT_EQ(it.text.length, 99U);
    EXPECT_EQ(it.settings.batch_size, 7U);
    EXPECT_FALSE(it.settings.data_sync);
    EXPECT_EQ(it.settings.delimiter, ";");
    EXPECT_EQ(it.settings.encoding, "windows-1252");
    EXPECT_EQ(it.settings.max_rows, 1'000'000'000'000U);
    EXPECT_TRUE(it.settings.reject_ragged);
    EXPECT_EQ(it.settings.columns, import.settings.columns);
    EXPECT_TRUE(it.settings.drop_unmapped);
    EXPECT_EQ(it.settings.user_json, import.settings.user_json) << "sent as it stands, so kept as it stands";
    EXPECT_EQ(it.settings.metadata_json, "{}");
    EXPECT_EQ(it.total_rows, 30U);
    EXPECT_EQ(it.count, 3U);
    EXPECT_EQ(it.columns, import.columns);
    ASSERT_EQ(it.notes.size(), 2U);
    EXPECT_EQ(it.notes[1].code, "short_row");
    EXPECT_EQ(it.notes[1].rows, import.notes[1].rows);
    EXPECT_EQ(it.created_at_ms, now_ms);
    EXPECT_EQ(it.started_at_ms, 0);
    ASSERT_EQ(it.deliveries.size(), 1U);
    EXPECT_EQ(it.deliveries[0].webhook_id, "wh_1");
    EXPECT_EQ(it.deliveries[0].cursor, 1U);
    EXPECT_EQ(it.deliveries[0].seq, 1);
  }
  EXPECT_EQ(must(GetPlan{"imp_1"}), std::string("plan\0with zero", 14));
  EXPECT_EQ(ask(GetPlan{"imp_2"}).status, Status::not_found);
  EXPECT_EQ(ask(GetImport{"imp_2"}).status, Status::not_found);
}

TEST_F(Imports, AnIdempotencyKeyGivesTheFirstImport) {
  make_webhook("wh_1");
  must(CreateImport{an_import("imp_1"), "plan", "", "key-1"});
  const auto repeat = ask(CreateImport{an_import("imp_2"), "plan", "", "key-1"});
  EXPECT_EQ(repeat.status, Status::conflict);
  ASSERT_TRUE(repeat.value.has_value());
  EXPECT_EQ(repeat.value->id, "imp_1");
  EXPECT_EQ(must(FindImportByKey{"key-1"}).id, "imp_1");
  EXPECT_EQ(ask(FindImportByKey{"key-2"}).status, Status::not_found);
  EXPECT_EQ(count_rows("imports"), 1);
  must(CreateImport{an_import("imp_2"), "plan", "", ""});
  must(CreateImport{an_import("imp_3"), "plan", "", ""});
  EXPECT_EQ(ask(CreateImport{an_import("imp_3"), "plan", "", ""}).status, Status::conflict);
}

TEST_F(Imports, GoesToTheImportersWebhooksAndToThoseOfAll) {
  model::Importer importer;
  importer.id = "tpl_other";
  must(PutImporter{importer, true});
  make_webhook("wh_b");
  make_webhook("wh_a");
  model::Webhook of_all = a_webhook("wh_c");
  of_all.template_id.reset();
  must(PutWebhook{of_all, true});
  model::Webhook other = a_webhook("wh_d");
  other.template_id = "tpl_other";
  must(PutWebhook{other, true});
  model::Webhook disabled = a_webhook("wh_e");
  disabled.enabled = false;
  must(PutWebhook{disabled, true});

  const model::Import import = make_import("imp_1");
  ASSERT_EQ(import.deliveries.size(), 3U);
  EXPECT_EQ(import.deliveries[0].webhook_id, "wh_a");
  EXPECT_EQ(import.deliveries[1].webhook_id, "wh_b");
  EXPECT_EQ(import.deliveries[2].webhook_id, "wh_c");

  const model::Import named = must(CreateImport{an_import("imp_2"), "plan", "wh_e", ""});
  ASSERT_EQ(named.deliveries.size(), 1U);
  EXPECT_EQ(named.deliveries[0].webhook_id, "wh_e");
  EXPECT_EQ(ask(CreateImport{an_import("imp_3"), "plan", "wh_none", ""}).status, Status::not_found);
}

TEST_F(Imports, NobodyToSendToIsSaidWithTheCure) {
  const auto none = ask(CreateImport{an_import("imp_1"), "plan", "", ""});
  EXPECT_EQ(none.status, Status::not_found);
  EXPECT_NE(none.detail.find("pulter webhooks create"), std::string::npos) << none.detail;
  make_webhook("wh_1", {"import.failed"});
  EXPECT_EQ(ask(CreateImport{an_import("imp_1"), "plan", "", ""}).status, Status::not_found);
  EXPECT_EQ(count_rows("imports"), 0);
  model::Import unknown = an_import("imp_1");
  unknown.template_id = "tpl_none";
  EXPECT_EQ(ask(CreateImport{unknown, "plan", "", ""}).status, Status::not_found);
}

TEST_F(Imports, EachWebhookGetsWhatItLists) {
  make_webhook("wh_1", {"all"});
  make_webhook("wh_2", {"all", "import.started", "import.completed"});
  make_webhook("wh_3", {"import.completed"});
  make_webhook("wh_4", {"import.failed"});
  const model::Import import = make_import("imp_1");
  ASSERT_EQ(import.deliveries.size(), 3U);
  EXPECT_EQ(import.deliveries[0].cursor, 1U);
  EXPECT_FALSE(import.deliveries[0].wants_ended);
  EXPECT_EQ(import.deliveries[1].cursor, 0U);
  EXPECT_TRUE(import.deliveries[1].wants_started);
  EXPECT_EQ(import.deliveries[2].cursor, 4U);
  EXPECT_FALSE(import.deliveries[2].wants_rows);

  model::Import failed = an_import("imp_2", 0);
  failed.planned = false;
  failed.error = {"unclosed_quote", "Row 3."};
  const model::Import stored = must(CreateImport{failed, "", "", ""});
  ASSERT_EQ(stored.deliveries.size(), 1U);
  EXPECT_EQ(stored.deliveries[0].webhook_id, "wh_4");
  EXPECT_EQ(stored.deliveries[0].cursor, 1U);
  EXPECT_TRUE(stored.deliveries[0].wants_ended);
  EXPECT_EQ(stored.error.detail, "Row 3.");
  EXPECT_EQ(state("imp_2"), "failed");
}

TEST_F(Imports, NoRowsIsCompletedAtOnce) {
  make_webhook("wh_1");
  const model::Import import = make_import("imp_1", 0);
  EXPECT_EQ(model::state_of(import), model::ImportState::completed);
  EXPECT_EQ(import.completed_at_ms, now_ms);
  EXPECT_TRUE(import.deliveries.empty());
}

TEST_F(Imports, AFailedFileIsKeptEvenWhereNobodyListens) {
  model::Import failed = an_import("imp_1", 0);
  failed.planned = false;
  failed.error = {"not_csv", "It looks like a PNG."};
  const model::Import stored = must(CreateImport{failed, "", "", ""});
  EXPECT_EQ(model::state_of(stored), model::ImportState::failed);
  EXPECT_EQ(stored.completed_at_ms, now_ms);
}

TEST_F(Imports, ReceivingIsFilledOnce) {
  make_webhook("wh_1");
  make_webhook("wh_2");
  model::Import empty;
  empty.id = "imp_1";
  empty.template_id = "default";
  empty.settings.user_json = "{\"id\":\"u1\"}";
  must(CreateImport{empty, "", "wh_2", ""});
  EXPECT_EQ(state("imp_1"), "receiving");
  EXPECT_TRUE(must(GetImport{"imp_1"}).deliveries.empty());
  EXPECT_EQ(ask(CommandImport{"imp_1", ImportCommand::pause}).status, Status::conflict);

  make_import("imp_2");
  model::Import content = an_import("imp_1");
  content.settings.user_json = "{\"id\":\"generated\"}";
  const model::Import filled = must(FillImport{content, "the plan"});
  EXPECT_EQ(model::state_of(filled), model::ImportState::queued);
  EXPECT_EQ(filled.settings.user_json, "{\"id\":\"u1\"}");
  ASSERT_EQ(filled.deliveries.size(), 1U);
  EXPECT_EQ(filled.deliveries[0].webhook_id, "wh_2");
  EXPECT_EQ(filled.deliveries[0].seq, 2) << "its place in the lane is that of its content";
  EXPECT_EQ(must(GetPlan{"imp_1"}), "the plan");
  EXPECT_EQ(ask(FillImport{content, "again"}).status, Status::conflict);
  content.id = "imp_9";
  EXPECT_EQ(ask(FillImport{content, "again"}).status, Status::not_found);
}

TEST_F(Imports, ReceivingCanFailAndCanBeCancelled) {
  make_webhook("wh_1");
  for (const char* id : {"imp_1", "imp_2"}) {
    model::Import empty;
    empty.id = id;
    empty.template_id = "default";
    must(CreateImport{empty, "", "", ""});
  }
  model::Import content = an_import("imp_1", 0);
  content.planned = false;
  content.error = {"row_too_long", "Row 7."};
  must(FillImport{content, ""});
  EXPECT_EQ(state("imp_1"), "failed");
  must(CommandImport{"imp_2", ImportCommand::cancel});
  EXPECT_EQ(state("imp_2"), "cancelled");
  EXPECT_EQ(ask(FillImport{an_import("imp_2"), "plan"}).status, Status::conflict);
}

TEST_F(Imports, ListsFilterAndGoOn) {
  model::Importer importer;
  importer.id = "tpl_1";
  must(PutImporter{importer, true});
  model::Webhook of_all = a_webhook("wh_1");
  of_all.template_id.reset();
  must(PutWebhook{of_all, true});
  for (int i = 0; i < 7; ++i) {
    model::Import import = an_import("imp_" + std::to_string(i));
    if (i % 2 == 1) import.template_id = "tpl_1";
    must(CreateImport{import, "plan", "", ""});
  }
  must(CommandImport{"imp_3", ImportCommand::pause});
  must(CommandImport{"imp_4", ImportCommand::pause});
  const auto ids = [](const Listing<model::Import>& listing) {
    std::string text;
    for (const auto& import : listing.items) text += import.id.substr(4);
    return text;
  };
  EXPECT_EQ(ids(must(ListImports{{}, {}, {}})), "6543210");
  EXPECT_EQ(ids(must(ListImports{"tpl_1", {}, {}})), "531");
  EXPECT_EQ(ids(must(ListImports{{}, model::ImportState::paused, {}})), "43");
  EXPECT_EQ(ids(must(ListImports{"tpl_1", model::ImportState::paused, {}})), "3");
  EXPECT_EQ(ids(must(ListImports{"default", model::ImportState::queued, {}})), "620");
  const auto first = must(ListImports{{}, {}, {3, ""}});
  EXPECT_EQ(ids(first), "654");
  EXPECT_EQ(first.items[0].deliveries.size(), 1U);
  const auto second = must(ListImports{{}, {}, {3, first.next}});
  EXPECT_EQ(ids(second), "321");
  const auto third = must(ListImports{{}, {}, {3, second.next}});
  EXPECT_EQ(ids(third), "0");
  EXPECT_EQ(third.next, "");
  EXPECT_EQ(ask(ListImports{{}, {}, {3, "-1"}}).status, Status::not_found);
}

TEST_F(Imports, AReplyThatIsNotDoneWroteNothing) {
  make_webhook("wh_1", {"import.completed"});
  model::Webhook gone = a_webhook("wh_1", {"import.failed"});
  must(CreateImport{[] {
                      model::Import empty;
                      empty.id = "imp_1";
                      empty.template_id = "default";
                      return empty;
                    }(),
                    "", "", ""});
  must(PutWebhook{gone, false});
  EXPECT_EQ(ask(FillImport{an_import("imp_1"), "plan"}).status, Status::not_found);
  EXPECT_EQ(state("imp_1"), "receiving") << "the content may come again once somebody listens";
  EXPECT_EQ(count_rows("plans"), 0);
}

}  // namespace
}  // namespace pulter::store
