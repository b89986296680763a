#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Tasks : public StoreBench {
 protected:
  Tasks() { make_webhook("wh_1"); }
  model::Event a_test(const std::string& id) {
    model::Event event;
    event.id = id;
    event.webhook_id = "wh_1";
    event.name = "test";
    event.rows = 1;
    return event;
  }
  Record task_record(const LaneWork& work, Disposition disposition) {
    Record record = a_record(*work.event, disposition);
    record.task_id = work.task_id;
    return record;
  }
};

TEST_F(Tasks, AResendTakesItsTurnAndMovesNothing) {
  make_import("imp_1");
  deliver("imp_1", "wh_1", 1);
  const model::Event first = must(GetEvent{"evt_imp_1_1_wh_1"});
  const model::Event second = open_event("imp_1", "wh_1", 2);
  must(AddLaneTask{LaneTaskKind::resend, first.id, {}});
  must(AddLaneTask{LaneTaskKind::resend, first.id, {}});
  EXPECT_EQ(count_rows("lane_tasks"), 1) << "asked twice, sent once";
  EXPECT_TRUE(must(a_record(second, Disposition::delivered)).task_waiting);

  const LaneWork work = next_work("wh_1");
  ASSERT_EQ(work.kind, LaneWork::Kind::task);
  EXPECT_EQ(work.task_kind, LaneTaskKind::resend);
  EXPECT_EQ(work.event->id, first.id);
  EXPECT_EQ(work.event->attempts_in_budget, 0U);
  EXPECT_EQ(work.import.id, "imp_1");
  EXPECT_EQ(work.plan, "plan of imp_1");
  const Recorded recorded = must(task_record(work, Disposition::delivered));
  EXPECT_FALSE(recorded.go_on);
  EXPECT_FALSE(recorded.task_waiting);
  EXPECT_EQ(must(GetEvent{first.id}).attempts, 2U);
  EXPECT_EQ(must(GetEvent{first.id}).state, model::EventState::delivered);
  EXPECT_EQ(must(GetImport{"imp_1"}).deliveries[0].cursor, 3U);
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::delivery);
  EXPECT_EQ(ask(task_record(work, Disposition::delivered)).status, Status::conflict);
}

TEST_F(Tasks, RowsThatAResendRefusesAreStoredOnce) {
  make_import("imp_1");
  Record record = a_record(open_event("imp_1", "wh_1", 1), Disposition::delivered);
  record.row_errors = {{.row = 2, .field = "age", .message = "too old"}, {.row = 0, .field = "", .message = "odd"}};
  must(record);
  for (int i = 0; i < 2; ++i) {
    must(AddLaneTask{LaneTaskKind::resend, record.attempt.event_id, {}});
    const LaneWork work = next_work("wh_1");
    ASSERT_EQ(work.kind, LaneWork::Kind::task);
    Record again = task_record(work, Disposition::delivered);
    again.row_errors = {{.row = 2, .field = "age", .message = "too old"},
                        {.row = 3, .field = "age", .message = "too old"},
                        {.row = 3, .field = "age", .message = "too old"},
                        {.row = 0, .field = "", .message = "odd"}};
    must(again);
  }
  EXPECT_EQ(must(ListRowErrors{"imp_1", {}}).items.size(), 3U);
  EXPECT_EQ(must(GetImport{"imp_1"}).deliveries.at(0).row_errors, 3U);
}

TEST_F(Tasks, AResendOfAnEventThatWasNeverSentIsRefused) {
  make_import("imp_1");
  model::Event event = an_event("imp_1", 1);
  event.body_digest.clear();
  must(OpenEvent{lane("wh_1"), 1, event});
  const auto refused = ask(AddLaneTask{LaneTaskKind::resend, event.id, {}});
  EXPECT_EQ(refused.status, Status::conflict);
  EXPECT_NE(refused.detail.find("resume its import"), std::string::npos) << refused.detail;
}

TEST_F(Tasks, AResendOfAHaltedEventLeavesTheHalt) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::halted));
  must(AddLaneTask{LaneTaskKind::resend, event.id, {}});
  const LaneWork work = next_work("wh_1");
  ASSERT_EQ(work.kind, LaneWork::Kind::task);
  must(task_record(work, Disposition::delivered));
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::halted);
  EXPECT_EQ(must(GetEvent{event.id}).last_status, 200);
  EXPECT_EQ(state("imp_1"), "halted");
}

TEST_F(Tasks, AResendOfAnEventThatWaitsTriesItAtOnce) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::retry));
  EXPECT_EQ(must(AddLaneTask{LaneTaskKind::resend, event.id, {}}).next_attempt_at_ms, 0);
  EXPECT_EQ(count_rows("lane_tasks"), 0);
  const LaneWork work = next_work("wh_1");
  EXPECT_EQ(work.kind, LaneWork::Kind::delivery);
  EXPECT_EQ(work.event->next_attempt_at_ms, 0);
}

TEST_F(Tasks, ARetryOfATaskDoesNotHoldTheLaneUp) {
  make_import("imp_1");
  deliver("imp_1", "wh_1", 1);
  must(AddLaneTask{LaneTaskKind::resend, "evt_imp_1_1_wh_1", {}});
  LaneWork work = next_work("wh_1");
  must(task_record(work, Disposition::retry));
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::delivery) << "the import goes on meanwhile";
  must(CommandImport{"imp_1", ImportCommand::pause});
  work = next_work("wh_1");
  ASSERT_EQ(work.kind, LaneWork::Kind::task) << "with nothing else to do the lane waits for it";
  EXPECT_EQ(work.event->next_attempt_at_ms, now_ms + 5000);
  EXPECT_EQ(work.event->attempts_in_budget, 1U);
  must(CommandImport{"imp_1", ImportCommand::resume});
  now_ms += 5000;
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::task);
  must(AddLaneTask{LaneTaskKind::resend, "evt_imp_1_1_wh_1", {}});
  EXPECT_EQ(next_work("wh_1").event->next_attempt_at_ms, 0) << "asked again: at once";
}

TEST_F(Tasks, ATestIsAnEventOfItsOwn) {
  must(AddLaneTask{LaneTaskKind::test, "", a_test("evt_t1")});
  must(AddLaneTask{LaneTaskKind::test, "", a_test("evt_t2")});
  LaneWork work = next_work("wh_1");
  ASSERT_EQ(work.kind, LaneWork::Kind::task);
  EXPECT_EQ(work.task_kind, LaneTaskKind::test);
  EXPECT_EQ(work.event->id, "evt_t1");
  EXPECT_EQ(work.import.id, "");
  EXPECT_TRUE(must(task_record(work, Disposition::delivered)).task_waiting);
  EXPECT_EQ(must(GetEvent{"evt_t1"}).state, model::EventState::delivered);
  work = next_work("wh_1");
  EXPECT_EQ(work.event->id, "evt_t2");
  must(task_record(work, Disposition::halted));
  EXPECT_EQ(must(GetEvent{"evt_t2"}).state, model::EventState::halted);
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
  EXPECT_EQ(must(ListEvents{{}, "wh_1", {}, "test", {}}).items.size(), 2U);
}

TEST_F(Tasks, GoneIsGoneForATestToo) {
  must(AddLaneTask{LaneTaskKind::test, "", a_test("evt_t1")});
  must(task_record(next_work("wh_1"), Disposition::gone));
  EXPECT_FALSE(must(GetWebhook{"wh_1"}).enabled);
  const auto refused = ask(AddLaneTask{LaneTaskKind::test, "", a_test("evt_t2")});
  EXPECT_EQ(refused.status, Status::conflict);
  EXPECT_NE(refused.detail.find("disabled"), std::string::npos);
  EXPECT_EQ(ask(GetEvent{"evt_t2"}).status, Status::not_found);
}

TEST_F(Tasks, WhatCannotBeSentAgainIsSaid) {
  EXPECT_EQ(ask(AddLaneTask{LaneTaskKind::resend, "evt_none", {}}).status, Status::not_found);
  make_import("imp_1", 1);
  deliver("imp_1", "wh_1", 1, 1);
  core->database().query("UPDATE imports SET content_removed = 1").run();
  const auto gone = ask(AddLaneTask{LaneTaskKind::resend, "evt_imp_1_1_wh_1", {}});
  EXPECT_EQ(gone.status, Status::conflict);
  EXPECT_NE(gone.detail.find("not kept"), std::string::npos) << gone.detail;
  must(DeleteWebhook{"wh_1"});
  EXPECT_EQ(ask(AddLaneTask{LaneTaskKind::resend, "evt_imp_1_1_wh_1", {}}).status, Status::not_found);
}

TEST_F(Tasks, AWebhookThatGoesTakesItsTasksAlong) {
  must(AddLaneTask{LaneTaskKind::test, "", a_test("evt_t1")});
  must(DeleteWebhook{"wh_1"});
  EXPECT_EQ(count_rows("lane_tasks"), 0);
  EXPECT_EQ(must(GetEvent{"evt_t1"}).state, model::EventState::cancelled);
}

}  // namespace
}  // namespace pulter::store
