#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Records : public StoreBench {
 protected:
  Records() { make_webhook("wh_1"); }
  model::Delivery delivery(const std::string& import_id = "imp_1") {
    return must(GetImport{import_id}).deliveries.at(0);
  }
};

TEST_F(Records, DeliveredMovesTheCursorAndKeepsTheAttempt) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  now_ms += 20;
  Record record = a_record(event, Disposition::delivered);
  record.attempt.started_at_ms = now_ms - 15;
  record.attempt.duration_us = 14'000;
  record.attempt.phases = {1, 2, 3, 4, 5, 6};
  record.attempt.remote_address = "127.0.0.1:9000";
  record.attempt.request_headers = "Host: x\r\nwebhook-id: evt";
  record.attempt.body_bytes = 500;
  record.attempt.body_digest = "xxh3:1";
  record.attempt.response_headers = std::string("A: \xff\0b", 6);
  record.attempt.response_body = std::string("ok\0\xfe", 4);
  const Recorded recorded = must(record);
  EXPECT_TRUE(recorded.go_on);
  EXPECT_FALSE(recorded.task_waiting);
  EXPECT_FALSE(recorded.import_ended);

  const model::Event stored = must(GetEvent{event.id});
  EXPECT_EQ(stored.state, model::EventState::delivered);
  EXPECT_EQ(stored.attempts, 1U);
  EXPECT_EQ(stored.last_status, 200);
  EXPECT_EQ(stored.delivered_at_ms, now_ms);
  EXPECT_EQ(delivery().cursor, 2U);
  EXPECT_EQ(delivery().batches_delivered, 1U);
  EXPECT_EQ(delivery().rows_delivered, 10U);
  EXPECT_EQ(delivery().last_status, 200);

  const auto attempts_listed = must(ListAttempts{event.id, {}});
  ASSERT_EQ(attempts_listed.items.size(), 1U);
  const model::Attempt& attempt = attempts_listed.items[0];
  EXPECT_EQ(attempt.id, record.attempt.id);
  EXPECT_EQ(attempt.number, 1U);
  EXPECT_EQ(attempt.trigger, model::Trigger::delivery);
  EXPECT_EQ(attempt.started_at_ms, now_ms - 15);
  EXPECT_EQ(attempt.duration_us, 14'000);
  EXPECT_EQ(attempt.phases.dns_us, 1);
  EXPECT_EQ(attempt.phases.receive_us, 6);
  EXPECT_EQ(attempt.remote_address, "127.0.0.1:9000");
  EXPECT_EQ(attempt.request_headers, record.attempt.request_headers);
  EXPECT_EQ(attempt.response_headers, record.attempt.response_headers);
  EXPECT_EQ(attempt.response_body, record.attempt.response_body);
  EXPECT_EQ(attempt.outcome, model::Outcome::delivered);
}

TEST_F(Records, AnEventThatWaitedShowsAsDeliveringWhileItsRequestIsUnderWay) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::retry));
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::pending);
  EXPECT_NE(must(GetEvent{event.id}).next_attempt_at_ms, 0);
  must(BeginAttempt{lane("wh_1"), event.id});
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::delivering);
  EXPECT_EQ(must(GetEvent{event.id}).next_attempt_at_ms, 0);
  must(CommandImport{"imp_1", ImportCommand::cancel});
  must(BeginAttempt{lane("wh_1"), event.id});
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::cancelled) << "too late";
  EXPECT_EQ(ask(BeginAttempt{LaneKey{"wh_1", 99}, event.id}).status, Status::fenced);
}

TEST_F(Records, AnEventThatCouldNotBeRenderedIsOpenedAnew) {
  make_import("imp_1");
  model::Event event = an_event("imp_1", 1);
  event.rows = 0;
  event.body_digest.clear();
  must(OpenEvent{lane("wh_1"), 1, event});
  event.webhook_id = "wh_1";
  must(a_record(event, Disposition::halted));
  must(CommandImport{"imp_1", ImportCommand::resume});
  event.rows = 10;
  event.first_row = 1;
  event.body_digest = "xxh3:abc";
  event.body_bytes = 77;
  const model::Event opened = must(OpenEvent{lane("wh_1"), 1, event});
  EXPECT_EQ(opened.body_digest, "xxh3:abc");
  EXPECT_EQ(opened.rows, 10U);
  EXPECT_EQ(opened.attempts, 1U) << "what was tried still counts";
  EXPECT_EQ(opened.state, model::EventState::delivering);
  event.body_digest = "xxh3:def";
  EXPECT_EQ(ask(OpenEvent{lane("wh_1"), 1, event}).status, Status::conflict) << "a digest never changes";
  EXPECT_EQ(must(GetEvent{event.id}).body_digest, "xxh3:abc");
}

TEST_F(Records, TheNextEventIsOpenedInTheSameCommit) {
  make_import("imp_1");
  Record record = a_record(open_event("imp_1", "wh_1", 1), Disposition::delivered);
  record.next_event = an_event("imp_1", 2);
  must(record);
  const LaneWork work = next_work("wh_1");
  ASSERT_TRUE(work.event.has_value());
  EXPECT_EQ(work.event->id, "evt_imp_1_2");
  EXPECT_EQ(work.event->state, model::EventState::delivering);
  EXPECT_EQ(work.import.deliveries.at(0).cursor, 2U);
}

TEST_F(Records, TheLastOneCompletesTheImport) {
  make_import("imp_1");
  deliver("imp_1", "wh_1", 1);
  deliver("imp_1", "wh_1", 2);
  now_ms += 30;
  const Recorded recorded = deliver("imp_1", "wh_1", 3);
  EXPECT_FALSE(recorded.go_on);
  EXPECT_TRUE(recorded.import_ended);
  EXPECT_EQ(state("imp_1"), "completed");
  EXPECT_EQ(listed_state("imp_1"), "completed");
  EXPECT_EQ(must(GetImport{"imp_1"}).completed_at_ms, now_ms);
  EXPECT_EQ(delivery().rows_delivered, 30U);
}

TEST_F(Records, LanesOfOneImportDoNotWaitForEachOther) {
  make_webhook("wh_2");
  make_import("imp_1", 1);
  EXPECT_FALSE(deliver("imp_1", "wh_1", 1, 1).import_ended);
  EXPECT_EQ(state("imp_1"), "delivering");
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
  EXPECT_TRUE(deliver("imp_1", "wh_2", 1, 1).import_ended);
  EXPECT_EQ(state("imp_1"), "completed");
}

TEST_F(Records, LifecycleEventsCountNoBatches) {
  make_webhook("wh_2", {"all", "import.started", "import.completed"});
  must(DeleteWebhook{"wh_1"});
  make_import("imp_1", 1);
  model::Event started = an_event("imp_1", 0);
  started.name = "import.started";
  started.rows = started.first_row = 0;
  started = must(OpenEvent{lane("wh_2"), 0, started});
  Record record = a_record(started, Disposition::delivered, 1);
  record.next_cursor = 1;
  must(record);
  EXPECT_EQ(delivery().cursor, 1U);
  EXPECT_EQ(delivery().batches_delivered, 0U);
  model::Event batch = open_event("imp_1", "wh_2", 1);
  record = a_record(batch, Disposition::delivered, 1);
  record.next_cursor = 2;
  model::Event completed = an_event("imp_1", 2);
  completed.name = "import.completed";
  completed.index = 0;
  record.next_event = completed;
  EXPECT_TRUE(must(record).go_on);
  record = a_record(completed, Disposition::delivered, 1);
  record.lane = lane("wh_2");
  record.cursor = 2;
  record.next_cursor = 3;
  EXPECT_TRUE(must(record).import_ended);
  EXPECT_EQ(delivery().batches_delivered, 1U);
  EXPECT_EQ(must(ListEvents{{}, {}, {}, "import.completed", {}}).items.size(), 1U);
}

TEST_F(Records, ARetryStaysAndCountsAgainstTheBudget) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  EXPECT_TRUE(must(a_record(event, Disposition::retry)).go_on);
  model::Event stored = must(GetEvent{event.id});
  EXPECT_EQ(stored.state, model::EventState::pending);
  EXPECT_EQ(stored.attempts, 1U);
  EXPECT_EQ(stored.attempts_in_budget, 1U);
  EXPECT_EQ(stored.next_attempt_at_ms, now_ms + 5000);
  EXPECT_EQ(stored.last_status, 500);
  EXPECT_EQ(delivery().last_status_text, "it said 500");

  Record free = a_record(stored, Disposition::retry);
  free.spends_budget = false;
  must(free);
  stored = must(GetEvent{event.id});
  EXPECT_EQ(stored.attempts, 2U);
  EXPECT_EQ(stored.attempts_in_budget, 1U);
  EXPECT_EQ(next_work("wh_1").event->next_attempt_at_ms, now_ms + 5000);
  must(a_record(stored, Disposition::delivered));
  EXPECT_EQ(must(GetEvent{event.id}).next_attempt_at_ms, 0);
  EXPECT_EQ(delivery().last_status_text, "");
  EXPECT_EQ(must(ListAttempts{event.id, {}}).items.size(), 3U);
}

TEST_F(Records, AHaltStopsAndAResumeGivesAFreshBudget) {
  make_import("imp_1");
  deliver("imp_1", "wh_1", 1);
  const model::Event event = open_event("imp_1", "wh_1", 2);
  must(a_record(event, Disposition::retry));
  EXPECT_FALSE(must(a_record(event, Disposition::halted)).go_on);
  EXPECT_EQ(state("imp_1"), "halted");
  EXPECT_EQ(listed_state("imp_1"), "halted");
  EXPECT_EQ(delivery().halted_event_id, event.id);
  EXPECT_EQ(must(GetEvent{event.id}).state, model::EventState::halted);
  EXPECT_EQ(ask(a_record(event, Disposition::delivered)).status, Status::conflict)
      << "a halted one takes no record";

  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(state("imp_1"), "delivering");
  const LaneWork work = next_work("wh_1");
  ASSERT_TRUE(work.event.has_value());
  EXPECT_EQ(work.event->id, event.id) << "the first undelivered batch, with the same id";
  EXPECT_EQ(work.event->state, model::EventState::pending);
  EXPECT_EQ(work.event->attempts_in_budget, 0U);
  EXPECT_EQ(work.event->attempts, 2U);
  EXPECT_EQ(work.event->next_attempt_at_ms, 0);
}

TEST_F(Records, GoneDisablesTheWebhook) {
  make_import("imp_1");
  Record record = a_record(open_event("imp_1", "wh_1", 1), Disposition::gone);
  record.reason = "The receiver answered 410 Gone.";
  EXPECT_FALSE(must(record).go_on);
  const model::Webhook webhook = must(GetWebhook{"wh_1"});
  EXPECT_FALSE(webhook.enabled);
  EXPECT_EQ(webhook.disabled_reason, record.reason);
  EXPECT_EQ(state("imp_1"), "halted");
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
}

TEST_F(Records, ComparesCursorAndEvent) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  Record wrong_cursor = a_record(event, Disposition::delivered);
  wrong_cursor.cursor = 2;
  EXPECT_EQ(ask(wrong_cursor).status, Status::conflict);
  Record wrong_event = a_record(event, Disposition::delivered);
  wrong_event.attempt.event_id = "evt_other";
  EXPECT_EQ(ask(wrong_event).status, Status::conflict);
  Record backwards = a_record(event, Disposition::delivered);
  backwards.next_cursor = 1;
  EXPECT_EQ(ask(backwards).status, Status::conflict);
  Record beyond = a_record(event, Disposition::delivered);
  beyond.next_cursor = 6;
  EXPECT_EQ(ask(beyond).status, Status::conflict);
  Record nowhere = a_record(event, Disposition::delivered);
  nowhere.import_id = "imp_9";
  EXPECT_EQ(ask(nowhere).status, Status::not_found);
  EXPECT_EQ(count_rows("attempts"), 0);
  const Record good = a_record(event, Disposition::delivered);
  must(good);
  const auto twice = ask(good);
  EXPECT_EQ(twice.status, Status::conflict) << "a record that was written is not written again";
  ASSERT_TRUE(twice.value.has_value());
  EXPECT_FALSE(twice.value->go_on);
  EXPECT_EQ(count_rows("attempts"), 1);
}

TEST_F(Records, PausedWhileInFlightIsRecordedAndStops) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(CommandImport{"imp_1", ImportCommand::pause});
  Record record = a_record(event, Disposition::delivered);
  record.next_event = an_event("imp_1", 2);
  EXPECT_FALSE(must(record).go_on);
  EXPECT_EQ(delivery().cursor, 2U);
  EXPECT_EQ(must(GetEvent{"evt_imp_1_2"}).state, model::EventState::pending) << "not on its way";
  EXPECT_EQ(state("imp_1"), "paused");
  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(next_work("wh_1").event->id, "evt_imp_1_2");
}

TEST_F(Records, CancelledWhileInFlightKeepsWhatCame) {
  make_import("imp_1");
  make_import("imp_2");
  const model::Event first = open_event("imp_1", "wh_1", 1);
  must(CommandImport{"imp_1", ImportCommand::cancel});
  EXPECT_EQ(must(GetEvent{first.id}).state, model::EventState::cancelled);
  Record record = a_record(first, Disposition::delivered);
  record.next_event = an_event("imp_1", 2);
  EXPECT_FALSE(must(record).go_on);
  EXPECT_EQ(must(GetEvent{first.id}).state, model::EventState::delivered) << "the receiver did take it";
  EXPECT_EQ(ask(GetEvent{"evt_imp_1_2"}).status, Status::not_found);
  EXPECT_EQ(state("imp_1"), "cancelled");

  const model::Event second = open_event("imp_2", "wh_1", 1);
  must(CommandImport{"imp_2", ImportCommand::cancel});
  EXPECT_FALSE(must(a_record(second, Disposition::retry)).go_on);
  EXPECT_EQ(must(GetEvent{second.id}).state, model::EventState::cancelled);
  EXPECT_EQ(count_rows("attempts"), 2);
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
}

TEST_F(Records, RowErrorsAreKeptAndListed) {
  make_import("imp_1");
  Record record = a_record(open_event("imp_1", "wh_1", 1), Disposition::delivered);
  record.row_errors = {{3, "email", "no @"}, {7, "", "duplicate"}, {0, "x", "which row?"}};
  must(record);
  EXPECT_EQ(delivery().row_errors, 3U);
  const auto first = must(ListRowErrors{"imp_1", {2, ""}});
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].row, 3U);
  EXPECT_EQ(first.items[0].field, "email");
  EXPECT_EQ(first.items[1].message, "duplicate");
  EXPECT_EQ(must(ListRowErrors{"imp_1", {2, first.next}}).items.size(), 1U);
  EXPECT_EQ(ask(ListRowErrors{"imp_9", {}}).status, Status::not_found);
}

TEST_F(Records, WithoutDataSyncADeliveredEventIsGoneInTheSameCommit) {
  model::Import import = an_import("imp_1");
  import.settings.data_sync = false;
  must(CreateImport{import, "plan", "", ""});
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::retry));
  EXPECT_EQ(count_rows("attempts"), 1);
  Record record = a_record(event, Disposition::delivered);
  record.row_errors = {{3, "email", "no @"}};
  must(record);
  EXPECT_EQ(count_rows("events"), 0);
  EXPECT_EQ(count_rows("attempts"), 0);
  EXPECT_EQ(count_rows("row_errors"), 0);
  EXPECT_EQ(delivery().row_errors, 1U) << "counted all the same";
  EXPECT_EQ(delivery().rows_delivered, 10U);

  must(a_record(open_event("imp_1", "wh_1", 2), Disposition::halted));
  EXPECT_EQ(count_rows("events"), 1) << "a halted one stays until somebody decides";
  must(CommandImport{"imp_1", ImportCommand::resume});
  must(a_record(*next_work("wh_1").event, Disposition::delivered));
  EXPECT_EQ(count_rows("events"), 0);
}

TEST_F(Records, OneBadRequestDoesNotFailItsGroup) {
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  Record twin = a_record(event, Disposition::delivered);
  twin.next_event = event;  // an id that exists: SQLite refuses it halfway through the request
  std::vector<Job> jobs;
  jobs.push_back(Job{0, 1, CreateImport{an_import("imp_2"), "plan", "", ""}});
  jobs.push_back(Job{0, 2, twin});
  jobs.push_back(Job{0, 3, CreateImport{an_import("imp_3"), "plan", "", ""}});
  // The first of its kind takes its group along (group_test.cpp); from then on each is guarded.
  EXPECT_EQ(ask(twin).status, Status::unavailable);
  std::vector<JobAnswer> answers;
  core->run_group(jobs, now_ms, answers);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].answer.status, Status::done);
  EXPECT_EQ(answers[1].answer.status, Status::unavailable);
  EXPECT_EQ(answers[1].answer.id, 2U);
  EXPECT_EQ(answers[2].answer.status, Status::done);
  EXPECT_EQ(delivery().cursor, 1U) << "what the bad one wrote was taken back";
  EXPECT_EQ(count_rows("attempts"), 0);
  EXPECT_EQ(count_rows("imports"), 3);
}

}  // namespace
}  // namespace pulter::store
