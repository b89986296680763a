#include "tests/unit/engine/store/store_bench.h"

// What views ask for beside the resources.

namespace pulter::store {
namespace {

class Figures : public StoreBench {
 protected:
  Figures() {
    make_webhook("wh_1");
    make_import("imp_1");
    deliver("imp_1", "wh_1", 1);
    deliver("imp_1", "wh_1", 2);
  }
};

TEST_F(Figures, OneLetterABatch) {
  const std::string before = must(ListBatchMarks{"imp_1", "wh_1"});
  EXPECT_TRUE(before.starts_with("dd.")) << before;
  must(a_record(open_event("imp_1", "wh_1", 3), Disposition::halted));
  EXPECT_TRUE(must(ListBatchMarks{"imp_1", "wh_1"}).starts_with("ddh"));
  EXPECT_EQ(must(ListBatchMarks{"imp_1", "wh_1"}).size(), before.size());
  EXPECT_EQ(ask(ListBatchMarks{"imp_1", "wh_none"}).status, Status::not_found);
}

class StoppedLane : public StoreBench {
 protected:
  StoppedLane() {
    make_webhook("wh_1");
    make_import("imp_1");
    first_ = open_event("imp_1", "wh_1", 1);
  }
  /// The answer to the first batch, and the second opened with it.
  void answer_first(bool next_leaves) {
    Record record = a_record(first_, Disposition::delivered);
    record.next_event = an_event("imp_1", 2);
    record.next_leaves = next_leaves;
    must(record);
  }
  std::string marks() { return must(ListBatchMarks{"imp_1", "wh_1"}); }
  model::EventState second_state() { return must(GetEvent{an_event("imp_1", 2).id}).state; }

  model::Event first_;
};

TEST_F(StoppedLane, WhatIsOnlyReadyIsNotInFlight) {
  must(CommandImport{"imp_1", ImportCommand::pause});
  EXPECT_EQ(marks(), "f..") << "its answer is still awaited";
  answer_first(false);
  EXPECT_EQ(marks(), "d..");
  EXPECT_EQ(second_state(), model::EventState::pending);
  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(marks(), "d..");
  must(BeginAttempt{lane("wh_1"), an_event("imp_1", 2).id});
  EXPECT_EQ(marks(), "df.");
}

TEST_F(StoppedLane, WhatLeftBeforeTheAnswerWasDurableIsInFlight) {
  must(CommandImport{"imp_1", ImportCommand::pause});
  answer_first(true);
  EXPECT_EQ(marks(), "df.");
}

TEST_F(StoppedLane, OfADisabledWebhookToo) {
  model::Webhook webhook = must(GetWebhook{"wh_1"});
  webhook.enabled = false;
  must(PutWebhook{.webhook = webhook, .create = false});
  answer_first(false);
  EXPECT_EQ(marks(), "d..");
}

TEST_F(StoppedLane, AfterARestartNothingIsInFlight) {
  must(CommandImport{"imp_1", ImportCommand::pause});
  answer_first(true);
  ASSERT_TRUE(begin_epoch(core->database()).has_value());
  EXPECT_EQ(marks(), "d..");
  EXPECT_EQ(second_state(), model::EventState::pending);
  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(next_work("wh_1").event->id, an_event("imp_1", 2).id) << "it goes on there";
}

TEST_F(StoppedLane, WhatGoesOnByItselfIsLeftAlone) {
  answer_first(false);
  ASSERT_TRUE(begin_epoch(core->database()).has_value());
  EXPECT_EQ(second_state(), model::EventState::delivering) << "its lane sends it at once";
}

TEST_F(Figures, CountsTotalsLanesAndAttempts) {
  const Totals imports = must(CountImports{});
  EXPECT_EQ(imports.total, 1U);
  ASSERT_EQ(imports.counts.size(), 1U);
  EXPECT_EQ(imports.counts[0].second, 1U);
  ListImports other;
  other.file_name_part = "no such name";
  EXPECT_EQ(must(CountImports{other}).total, 0U);
  EXPECT_EQ(must(ListImports{other}).items.size(), 0U);
  ListEvents first;
  first.index = 1;
  EXPECT_EQ(must(CountEvents{first}).total, 1U);
  first.until_ms = 1;
  EXPECT_EQ(must(CountEvents{first}).total, 0U);

  ListEvents oldest;
  oldest.oldest_first = true;
  oldest.page.limit = 1;
  const auto page = must(oldest);
  EXPECT_EQ(page.items.at(0).index, 1U);
  oldest.page.cursor = page.next;
  EXPECT_EQ(must(oldest).items.at(0).index, 2U);

  EXPECT_EQ(must(ListRecentAttempts{}).size(), 2U);
  EXPECT_EQ(must(ListRecentAttempts{"imp_1", "wh_1", 0, 1}).size(), 1U);
  const auto lanes = must(ListLanes{});
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes[0].import_id, "imp_1");
  EXPECT_EQ(lanes[0].queue, 0U);
}

TEST_F(Figures, ALaneTellsWhatWaitsBehindAndSinceWhen) {
  make_import("imp_2");
  make_import("imp_3");
  make_import("imp_4");
  must(CommandImport{"imp_4", ImportCommand::pause});
  const std::int64_t opened_ms = now_ms += 1000;
  const model::Event event = open_event("imp_1", "wh_1", 3);
  now_ms += 700;
  LaneFigures lane = must(ListLanes{}).at(0);
  EXPECT_EQ(lane.queue, 2U) << "a paused import does not wait for its turn";
  EXPECT_TRUE(lane.in_flight);
  EXPECT_EQ(lane.in_flight_since_ms, opened_ms);
  EXPECT_EQ(lane.waiting_since_ms, 0);

  Record failed = a_record(event, Disposition::retry);
  failed.attempt.started_at_ms = opened_ms;
  must(failed);
  lane = must(ListLanes{}).at(0);
  EXPECT_FALSE(lane.in_flight);
  EXPECT_EQ(lane.in_flight_since_ms, 0);
  EXPECT_EQ(lane.waiting_since_ms, opened_ms);
  EXPECT_EQ(lane.next_attempt_at_ms, now_ms + 5000);
  EXPECT_EQ(must(GetImport{"imp_1"}).deliveries.at(0).next_attempt_at_ms, now_ms + 5000);

  const std::int64_t planned_ms = now_ms += 5000;
  lane = must(ListLanes{}).at(0);
  EXPECT_TRUE(lane.in_flight) << "the planned time has come";
  EXPECT_EQ(lane.in_flight_since_ms, planned_ms);
  failed = a_record(must(GetEvent{event.id}), Disposition::retry);
  failed.attempt.started_at_ms = planned_ms;
  must(failed);
  EXPECT_EQ(must(ListLanes{}).at(0).waiting_since_ms, opened_ms) << "the first that failed, not the last";
}

TEST_F(Figures, WhatStandsStillIsNotInFlight) {
  const model::Event event = open_event("imp_1", "wh_1", 3);
  must(CommandImport{"imp_1", ImportCommand::pause});
  LaneFigures lane = must(ListLanes{}).at(0);
  EXPECT_FALSE(lane.in_flight);
  EXPECT_EQ(lane.import_id, "imp_1");
  must(CommandImport{"imp_1", ImportCommand::resume});
  must(a_record(event, Disposition::halted));
  lane = must(ListLanes{}).at(0);
  EXPECT_FALSE(lane.in_flight);
  EXPECT_TRUE(lane.held);
  now_ms += 60'000;
  const std::int64_t resumed_ms = now_ms;
  must(CommandImport{"imp_1", ImportCommand::resume});
  now_ms += 100;
  EXPECT_EQ(must(ListLanes{}).at(0).in_flight_since_ms, resumed_ms);
}

TEST_F(Figures, StopsAndResumesAreMarked) {
  const std::int64_t begun_ms = now_ms;
  const auto marks = [this] {
    std::string text;
    std::int64_t last_ms = 0;
    for (const LaneMark& mark : must(ListLaneMarks{"imp_1", "wh_1"})) {
      text += mark.kind == LaneMark::Kind::halted ? 'h' : mark.kind == LaneMark::Kind::paused ? 'p' : 'r';
      EXPECT_GE(mark.at_ms, last_ms);
      last_ms = mark.at_ms;
    }
    return text;
  };
  EXPECT_EQ(marks(), "");
  must(CommandImport{"imp_1", ImportCommand::pause});
  now_ms += 10;
  must(CommandImport{"imp_1", ImportCommand::pause});
  now_ms += 10;
  must(CommandImport{"imp_1", ImportCommand::resume});
  const model::Event event = open_event("imp_1", "wh_1", 3);
  now_ms += 10;
  must(a_record(event, Disposition::halted));
  EXPECT_EQ(marks(), "prh") << "a second pause changes nothing";
  EXPECT_EQ(must(ListLaneMarks{"imp_1", "wh_1"}).front().at_ms, begun_ms);
  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(marks(), "prhr");
  EXPECT_EQ(must(ListLaneMarks{"imp_1", "wh_1", 2}).size(), 2U);
  EXPECT_EQ(must(ListLaneMarks{"imp_1", "wh_none"}).size(), 0U);
  must(CommandImport{"imp_1", ImportCommand::cancel});
  now_ms += 1;
  while (must(RetentionStep{now_ms}).more) {
  }
  EXPECT_EQ(count_rows("lane_marks"), 0);
}

TEST_F(Figures, EventsAreDescribed) {
  Record record = a_record(open_event("imp_1", "wh_1", 3), Disposition::delivered);
  record.attempt.duration_us = 1700;
  record.row_errors = {{21, "email", "no @"}, {22, "", "duplicate"}};
  must(record);
  const auto errors = must(ListRowErrors{"imp_1", {}});
  EXPECT_EQ(errors.items.at(0).webhook_id, "wh_1");
  EXPECT_EQ(errors.items.at(0).index, 3U);
  const auto described = must(DescribeEvents{{"evt_none", record.attempt.event_id, "evt_imp_1_1_wh_1"}});
  ASSERT_EQ(described.size(), 3U);
  EXPECT_EQ(described[0].last_duration_us, -1);
  EXPECT_EQ(described[0].file_name, "");
  EXPECT_EQ(described[1].file_name, "contacts.csv");
  EXPECT_EQ(described[1].count, 3U);
  EXPECT_EQ(described[1].row_errors, 2U);
  EXPECT_EQ(described[1].last_duration_us, 1700);
  EXPECT_EQ(described[2].row_errors, 0U);
}

}  // namespace
}  // namespace pulter::store
