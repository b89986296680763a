#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Lanes : public StoreBench {};

TEST_F(Lanes, EpochsGoUpWithEachStart) {
  EXPECT_EQ(must(AcquireShard{0}), 1U);
  EXPECT_EQ(must(AcquireShard{255}), 1U);
  EXPECT_EQ(ask(AcquireShard{256}).status, Status::not_found);
  ASSERT_TRUE(begin_epoch(core->database()).has_value());
  EXPECT_EQ(must(AcquireShard{7}), 2U);
}

TEST_F(Lanes, WhoeverLostTheLaneIsFenced) {
  make_webhook("wh_1");
  make_import("imp_1");
  const LaneKey old = lane("wh_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  Record record = a_record(event, Disposition::delivered);
  ASSERT_TRUE(begin_epoch(core->database()).has_value());
  EXPECT_EQ(ask(NextWork{old}).status, Status::fenced);
  EXPECT_EQ(ask(OpenEvent{old, 1, an_event("imp_1", 1)}).status, Status::fenced);
  EXPECT_EQ(ask(record).status, Status::fenced);
  EXPECT_EQ(ask(Lookup{old, "imp_1"}).status, Status::fenced);
  EXPECT_EQ(must(Lookup{lane("wh_1"), "imp_1"}).cursor, 1U);
  EXPECT_EQ(count_rows("attempts"), 0);
}

TEST_F(Lanes, ImportsComeInTheOrderOfAcceptance) {
  make_webhook("wh_1");
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
  make_import("imp_b", 1);
  make_import("imp_a", 1);
  make_import("imp_c", 1);
  for (const char* id : {"imp_b", "imp_a", "imp_c"}) {
    const LaneWork work = next_work("wh_1");
    ASSERT_EQ(work.kind, LaneWork::Kind::delivery);
    EXPECT_EQ(work.import.id, id);
    EXPECT_EQ(work.plan, std::string("plan of ") + id);
    EXPECT_EQ(work.webhook.id, "wh_1");
    EXPECT_EQ(work.webhook.secrets.at(0).text, "whsec_wh_1");
    ASSERT_EQ(work.import.deliveries.size(), 1U);
    EXPECT_EQ(work.import.deliveries[0].cursor, 1U);
    EXPECT_FALSE(work.event.has_value());
    EXPECT_FALSE(deliver(id, "wh_1", 1, 1).go_on);
  }
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
  EXPECT_EQ(next_work("wh_none").kind, LaneWork::Kind::none);
}

TEST_F(Lanes, TheImportOfAnotherLaneIsNotItsBusiness) {
  make_webhook("wh_1");
  make_webhook("wh_2");
  make_import("imp_1");
  deliver("imp_1", "wh_2", 1);
  const LaneWork work = next_work("wh_1");
  ASSERT_EQ(work.import.deliveries.size(), 1U);
  EXPECT_EQ(work.import.deliveries[0].webhook_id, "wh_1");
  EXPECT_EQ(work.import.deliveries[0].cursor, 1U);
}

TEST_F(Lanes, AnOpenEventComesBackWithTheWork) {
  make_webhook("wh_1");
  make_import("imp_1");
  const model::Event opened = open_event("imp_1", "wh_1", 1);
  EXPECT_EQ(opened.state, model::EventState::delivering);
  EXPECT_EQ(opened.webhook_id, "wh_1");
  EXPECT_EQ(opened.created_at_ms, now_ms);
  const LaneWork work = next_work("wh_1");
  ASSERT_TRUE(work.event.has_value());
  EXPECT_EQ(work.event->id, opened.id);
  EXPECT_EQ(work.event->body_digest, "xxh3:1");
  EXPECT_EQ(work.event->rows, 10U);

  model::Event other = an_event("imp_1", 1);
  other.id = "evt_other";
  const auto again = ask(OpenEvent{lane("wh_1"), 1, other});
  EXPECT_EQ(again.status, Status::conflict);
  ASSERT_TRUE(again.value.has_value());
  EXPECT_EQ(again.value->id, opened.id) << "the one that is open there already";
  EXPECT_EQ(count_rows("events"), 1);
}

TEST_F(Lanes, OpeningComparesTheCursor) {
  make_webhook("wh_1");
  make_import("imp_1");
  EXPECT_EQ(ask(OpenEvent{lane("wh_1"), 2, an_event("imp_1", 2)}).status, Status::conflict);
  EXPECT_EQ(ask(OpenEvent{lane("wh_1"), 1, an_event("imp_9", 1)}).status, Status::not_found);
  must(CommandImport{"imp_1", ImportCommand::pause});
  EXPECT_EQ(ask(OpenEvent{lane("wh_1"), 1, an_event("imp_1", 1)}).status, Status::conflict);
  EXPECT_EQ(count_rows("events"), 0);
}

TEST_F(Lanes, StartedIsWhenTheFirstEventOpens) {
  make_webhook("wh_1");
  make_webhook("wh_2");
  make_import("imp_1");
  EXPECT_EQ(state("imp_1"), "queued");
  now_ms += 50;
  open_event("imp_1", "wh_1", 1);
  EXPECT_EQ(state("imp_1"), "delivering");
  EXPECT_EQ(listed_state("imp_1"), "delivering");
  now_ms += 50;
  open_event("imp_1", "wh_2", 1);
  EXPECT_EQ(must(GetImport{"imp_1"}).started_at_ms, now_ms - 50);
}

TEST_F(Lanes, PausedHaltedAndDisabledGiveNoWork) {
  make_webhook("wh_1");
  make_import("imp_1");
  make_import("imp_2");
  must(CommandImport{"imp_1", ImportCommand::pause});
  EXPECT_EQ(next_work("wh_1").import.id, "imp_2") << "a paused import lets the next one pass";
  must(CommandImport{"imp_1", ImportCommand::resume});
  EXPECT_EQ(next_work("wh_1").import.id, "imp_1");

  must(a_record(open_event("imp_1", "wh_1", 1), Disposition::halted));
  EXPECT_EQ(next_work("wh_1").import.id, "imp_2") << "a halted one too";

  model::Webhook webhook = must(GetWebhook{"wh_1"});
  webhook.on_halt = model::OnHalt::hold;
  must(PutWebhook{webhook, false});
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none) << "hold: the lane waits for a person";
  must(CommandImport{"imp_1", ImportCommand::cancel});
  EXPECT_EQ(next_work("wh_1").import.id, "imp_2");

  webhook.enabled = false;
  must(PutWebhook{webhook, false});
  EXPECT_EQ(next_work("wh_1").kind, LaneWork::Kind::none);
}

TEST_F(Lanes, BusyLanesAreThoseWithWork) {
  make_webhook("wh_1");
  const std::uint32_t shard = model::store_shard_of("wh_1");
  const auto busy = [&] { return must(ListBusyLanes{shard}).size(); };
  EXPECT_EQ(busy(), 0U);
  make_import("imp_1", 1);
  EXPECT_EQ(busy(), 1U);
  EXPECT_EQ(must(ListBusyLanes{(shard + 1) % 256}).size(), 0U);
  must(CommandImport{"imp_1", ImportCommand::pause});
  EXPECT_EQ(busy(), 0U);
  must(CommandImport{"imp_1", ImportCommand::resume});
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::retry));
  EXPECT_EQ(busy(), 1U);
  Record record = a_record(event, Disposition::delivered, 1);
  must(record);
  EXPECT_EQ(busy(), 0U);
  must(AddLaneTask{LaneTaskKind::resend, event.id, {}});
  EXPECT_EQ(busy(), 1U);
}

TEST_F(Lanes, LookupTellsWhatWasWritten) {
  make_webhook("wh_1");
  make_import("imp_1");
  EXPECT_EQ(must(Lookup{lane("wh_1"), "imp_1"}).cursor, 1U);
  deliver("imp_1", "wh_1", 1);
  EXPECT_EQ(must(Lookup{lane("wh_1"), "imp_1"}).cursor, 2U);
  EXPECT_EQ(ask(Lookup{lane("wh_1"), "imp_2"}).status, Status::not_found);
}

}  // namespace
}  // namespace pulter::store
