#include <algorithm>

#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Retention : public StoreBench {
 protected:
  Retention() { make_webhook("wh_1"); }
  void finish(const std::string& id, std::uint64_t count = 3) {
    for (std::uint64_t cursor = 1; cursor <= count; ++cursor) deliver(id, "wh_1", cursor, count);
  }
  /// All steps; the keys that came out.
  std::vector<std::string> retain(std::int64_t before_ms, int steps_max = 100) {
    std::vector<std::string> keys;
    for (int i = 0; i < steps_max; ++i) {
      const RetentionStep::Removed removed = must(RetentionStep{before_ms});
      keys.insert(keys.end(), removed.spool_keys.begin(), removed.spool_keys.end());
      if (!removed.more) return keys;
    }
    ADD_FAILURE() << "retention does not end";
    return keys;
  }
};

TEST_F(Retention, WhatEndedLongAgoLosesItsFileAndItsLog) {
  make_import("imp_1");
  finish("imp_1");
  now_ms += 1000;
  make_import("imp_2");
  finish("imp_2");
  EXPECT_TRUE(retain(now_ms - 1000).empty()) << "nothing ended before";
  EXPECT_EQ(retain(now_ms), std::vector<std::string>{"key-imp_1"});
  EXPECT_TRUE(retain(now_ms).empty()) << "once only";
  EXPECT_EQ(must(ListEvents{"imp_1", {}, {}, {}, {}}).items.size(), 0U);
  EXPECT_EQ(must(ListEvents{"imp_2", {}, {}, {}, {}}).items.size(), 3U);
  const model::Import import = must(GetImport{"imp_1"});
  EXPECT_TRUE(import.content_removed);
  EXPECT_EQ(model::state_of(import), model::ImportState::completed) << "what it was is still known";
  EXPECT_EQ(import.deliveries.at(0).rows_delivered, 30U);
  EXPECT_EQ(ask(GetPlan{"imp_1"}).status, Status::not_found);
  EXPECT_EQ(must(ListSpoolKeys{}), std::vector<std::string>{"key-imp_2"});
}

TEST_F(Retention, OverItsBytesWhatEndedFirstGoesFirst) {
  for (const char* id : {"imp_1", "imp_2", "imp_3"}) {
    make_import(id);
    finish(id);
    now_ms += 1000;
  }
  make_import("imp_4");
  const std::uint64_t each = must(SumSpoolBytes{}) / 4;
  ASSERT_GT(each, 0U);
  RetentionStep step;
  step.bytes_over = each + 1;
  const RetentionStep::Removed removed = must(step);
  EXPECT_EQ(removed.spool_keys, (std::vector<std::string>{"key-imp_1", "key-imp_2"}));
  EXPECT_EQ(removed.bytes, 2 * each);
  EXPECT_EQ(must(SumSpoolBytes{}), 2 * each);
  step.bytes_over = 100 * each;
  EXPECT_EQ(must(step).spool_keys, std::vector<std::string>{"key-imp_3"}) << "what has not ended stays";
}

TEST_F(Retention, WhatIsUnfinishedStaysHoweverOld) {
  make_import("imp_1");
  deliver("imp_1", "wh_1", 1);
  must(a_record(open_event("imp_1", "wh_1", 2), Disposition::halted));
  now_ms += 1'000'000'000;
  EXPECT_TRUE(retain(now_ms).empty());
  EXPECT_EQ(count_rows("events"), 2);
}

TEST_F(Retention, WithoutDataSyncTheFileGoesAsSoonAsTheLastAnswerIsDurable) {
  model::Import import = an_import("imp_1");
  import.settings.data_sync = false;
  import.text = {"key-utf8", 1, ""};
  must(CreateImport{import, "plan", "", ""});
  deliver("imp_1", "wh_1", 1);
  EXPECT_TRUE(retain(0).empty());
  must(a_record(open_event("imp_1", "wh_1", 2), Disposition::halted));
  EXPECT_TRUE(retain(0).empty());
  must(CommandImport{"imp_1", ImportCommand::cancel});
  EXPECT_EQ(retain(0), (std::vector<std::string>{"key-utf8", "key-imp_1"}));
  EXPECT_EQ(count_rows("events"), 0);
  EXPECT_EQ(count_rows("attempts"), 0);
}

model::SpoolFile a_small_file(const std::string& key, const std::string& content) {
  return {key, content.size(), "", std::make_shared<const std::string>(content + "padding")};
}

TEST_F(Retention, SmallFilesAreStoredWithTheirImportAndGoWithIt) {
  model::Import import = an_import("imp_1");
  import.file = a_small_file("small_1", "a;b");
  import.text = a_small_file("small_2", "a,b");
  EXPECT_FALSE(must(CreateImport{import, "plan", "", ""}).file.content) << "an answer carries no content";
  import.id = "imp_2";
  import.file = import.text = a_small_file("small_3", "c,d");
  must(CreateImport{import, "plan", "", ""});
  EXPECT_EQ(count_rows("small_files"), 3);
  EXPECT_EQ(must(GetSmallFile{"small_1"}), "a;b");
  EXPECT_EQ(must(GetSmallFile{"small_2"}), "a,b");
  EXPECT_TRUE(must(ListSpoolKeys{}).empty()) << "they are not in the spool";
  finish("imp_1");
  now_ms += 1000;
  EXPECT_EQ(retain(now_ms), (std::vector<std::string>{"small_2", "small_1"})) << "for whoever remembers them";
  EXPECT_EQ(ask(GetSmallFile{"small_1"}).status, Status::not_found);
  EXPECT_EQ(count_rows("small_files"), 1);
}

TEST_F(Retention, WhatIsKeptIsCountedWithEachImport) {
  // What it was before it was counted.
  const auto sum = [this] {
    Query query = core->database().query(
        "SELECT coalesce(sum(file_length + CASE WHEN text_key <> file_key THEN text_length ELSE 0 END), 0)"
        " FROM imports WHERE content_removed = 0");
    return query.row() ? query.unsigned_integer() : 0;
  };
  const auto kept = [this] { return must(SumSpoolBytes{}); };
  EXPECT_EQ(kept(), 0U);
  model::Import import = an_import("imp_1");
  import.file = import.text = {"key-1", 1000, ""};
  must(CreateImport{import, "plan", "", ""});
  EXPECT_EQ(kept(), 1000U);
  import = an_import("imp_2");
  import.file = a_small_file("small_1", "a;b");
  import.text = a_small_file("small_2", "a,b,c");
  must(CreateImport{import, "plan", "", ""});
  EXPECT_EQ(kept(), 1008U);
  import.id = "imp_1";
  EXPECT_EQ(ask(CreateImport{import, "plan", "", ""}).status, Status::conflict);
  EXPECT_EQ(kept(), 1008U) << "a refusal counts nothing";
  import = an_import("imp_3");
  import.planned = false;
  import.file = import.text = {};
  must(CreateImport{import, "", "", ""});
  EXPECT_EQ(kept(), 1008U);
  import = an_import("imp_3");
  import.file = import.text = {"key-3", 20, ""};
  must(FillImport{import, "plan"});
  EXPECT_EQ(kept(), 1028U);
  EXPECT_EQ(ask(FillImport{import, "plan"}).status, Status::conflict);
  EXPECT_EQ(kept(), sum());
  finish("imp_2");
  now_ms += 1000;
  retain(now_ms);
  EXPECT_EQ(kept(), 1020U);
  EXPECT_EQ(kept(), sum());
  retain(now_ms);
  EXPECT_EQ(kept(), 1020U) << "once only";
}

TEST_F(Retention, AnImportThatIsFilledBringsItsSmallFile) {
  model::Import import = an_import("imp_1");
  import.planned = false;
  import.file = import.text = {};
  must(CreateImport{import, "", "", ""});
  import = an_import("imp_1");
  import.file = import.text = a_small_file("small_1", "a,b");
  must(FillImport{import, "plan"});
  EXPECT_EQ(must(GetSmallFile{"small_1"}), "a,b");
}

TEST_F(Retention, TheRecordItselfGoesLast) {
  make_import("imp_1");
  finish("imp_1");
  make_import("imp_2");
  const std::int64_t ended = now_ms;
  now_ms += 1000;
  must(RetentionStep{.before_ms = 0, .records_before_ms = ended + 1});
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1") << "its file is still there";
  retain(ended + 1);
  must(RetentionStep{.before_ms = ended + 1, .records_before_ms = ended});
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1") << "not that old yet";
  must(RetentionStep{.before_ms = ended + 1, .records_before_ms = ended + 1});
  EXPECT_EQ(ask(GetImport{"imp_1"}).status, Status::not_found);
  EXPECT_EQ(count_rows("deliveries"), 1);
  EXPECT_EQ(must(GetImport{"imp_2"}).id, "imp_2") << "unfinished";
  make_import("imp_3");
  EXPECT_EQ(next_work("wh_1").import.id, "imp_2") << "the order of the lane is the same";
}

TEST_F(Retention, AnAttemptThatComesAfterItsEventIsGoneConflicts) {
  model::Import import = an_import("imp_1");
  import.settings.data_sync = false;
  must(CreateImport{import, "plan", "", ""});
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(CommandImport{"imp_1", ImportCommand::cancel});
  retain(0);
  EXPECT_EQ(ask(a_record(event, Disposition::delivered)).status, Status::conflict);
}

TEST_F(Retention, AStepIsSmallAndTheStepsEnd) {
  constexpr int imports = 3;
  for (int i = 0; i < imports; ++i) {
    const std::string id = "imp_" + std::to_string(i);
    make_import(id, 400);
    for (std::uint64_t cursor = 1; cursor <= 400; ++cursor) {
      Record record = a_record(open_event(id, "wh_1", cursor), Disposition::delivered, 400);
      if (cursor == 7) record.row_errors.resize(600);
      must(record);
    }
  }
  now_ms += 1000;
  const auto rows = [&] { return count_rows("events") + count_rows("attempts") + count_rows("row_errors"); };
  std::size_t keys = 0;
  int steps = 0;
  for (bool more = true; more; ++steps) {
    ASSERT_LT(steps, 20);
    const std::int64_t before = rows();
    const RetentionStep::Removed removed = must(RetentionStep{now_ms});
    keys += removed.spool_keys.size();
    more = removed.more;
    EXPECT_LE(before - rows(), 500);
  }
  EXPECT_EQ(keys, 3U);
  EXPECT_EQ(rows(), 0);
  EXPECT_GE(steps, 8);
}

TEST_F(Retention, RecordsThatWentToManyWebhooksTakeManyRowsOfAStep) {
  constexpr int webhooks = 100;
  constexpr int imports = 20;
  for (int i = 2; i <= webhooks; ++i) make_webhook("wh_" + std::to_string(i));
  for (int i = 0; i < imports; ++i) {
    const std::string id = "imp_" + std::to_string(i);
    make_import(id);
    must(CommandImport{id, ImportCommand::cancel});
  }
  now_ms += 1000;
  retain(now_ms);
  const auto rows = [&] { return count_rows("deliveries") + count_rows("imports"); };
  ASSERT_EQ(rows(), imports * (webhooks + 1));
  for (int steps = 0; rows() > 0; ++steps) {
    ASSERT_LT(steps, 10);
    const std::int64_t before = rows();
    must(RetentionStep{.before_ms = now_ms, .records_before_ms = now_ms});
    EXPECT_LE(before - rows(), 500 + webhooks) << "the last of a step may go over";
  }
}

TEST_F(Retention, OldTestsGoToo) {
  model::Event test;
  test.name = "test";
  test.webhook_id = "wh_1";
  for (const char* id : {"evt_t1", "evt_t2"}) {
    test.id = id;
    must(AddLaneTask{LaneTaskKind::test, "", test});
  }
  const LaneWork work = next_work("wh_1");
  Record record = a_record(*work.event, Disposition::delivered);
  record.task_id = work.task_id;
  must(record);
  now_ms += 10;
  retain(now_ms);
  EXPECT_EQ(ask(GetEvent{"evt_t1"}).status, Status::not_found);
  EXPECT_EQ(must(GetEvent{"evt_t2"}).state, model::EventState::pending) << "this one was not sent yet";
}

TEST_F(Retention, TheKeyOfARepeatLivesAsLongAsItsImport) {
  must(CreateImport{an_import("imp_1", 0), "plan", "", "key-1"});
  now_ms += 10;
  retain(now_ms);
  EXPECT_EQ(must(FindImportByKey{"key-1"}).id, "imp_1");
}

}  // namespace
}  // namespace pulter::store
