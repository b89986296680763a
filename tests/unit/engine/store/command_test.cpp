#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Commands : public StoreBench {
 protected:
  Commands() {
    make_webhook("wh_1");
    make_webhook("wh_2");
  }
  Status command(ImportCommand what, const std::string& id = "imp_1") {
    return ask(CommandImport{id, what}).status;
  }
};

using enum ImportCommand;

TEST_F(Commands, OnAQueuedImport) {
  make_import("imp_1");
  EXPECT_EQ(command(resume), Status::conflict);
  EXPECT_EQ(command(pause), Status::done);
  EXPECT_EQ(state("imp_1"), "paused");
  EXPECT_EQ(listed_state("imp_1"), "paused");
  EXPECT_EQ(command(pause), Status::done) << "twice is once";
  EXPECT_EQ(command(resume), Status::done);
  EXPECT_EQ(state("imp_1"), "queued");
  EXPECT_EQ(command(cancel), Status::done);
  EXPECT_EQ(state("imp_1"), "cancelled");
  EXPECT_EQ(command(cancel), Status::done) << "twice is once";
  EXPECT_EQ(command(pause), Status::conflict);
  EXPECT_EQ(command(resume), Status::conflict);
  EXPECT_EQ(command(pause, "imp_9"), Status::not_found);
}

TEST_F(Commands, OnACompletedImportNothingIsPossible) {
  make_import("imp_1", 1);
  deliver("imp_1", "wh_1", 1, 1);
  deliver("imp_1", "wh_2", 1, 1);
  for (const ImportCommand what : {pause, resume, cancel}) {
    const auto reply = ask(CommandImport{"imp_1", what});
    EXPECT_EQ(reply.status, Status::conflict);
    EXPECT_NE(reply.detail.find("completed"), std::string::npos) << reply.detail;
    ASSERT_TRUE(reply.value.has_value());
    EXPECT_EQ(reply.value->id, "imp_1");
  }
}

TEST_F(Commands, OneHaltedLaneAndOneThatGoesOn) {
  make_import("imp_1");
  const model::Event halted = open_event("imp_1", "wh_1", 1);
  must(a_record(halted, Disposition::halted));
  EXPECT_EQ(state("imp_1"), "halted");
  EXPECT_EQ(next_work("wh_2").import.id, "imp_1") << "the other lane goes on";
  EXPECT_EQ(command(pause), Status::done);
  EXPECT_EQ(next_work("wh_2").kind, LaneWork::Kind::none);
  EXPECT_EQ(command(resume), Status::done);
  EXPECT_EQ(next_work("wh_1").event->id, halted.id) << "one resume clears both the pause and the halt";
  EXPECT_EQ(next_work("wh_2").import.id, "imp_1");
}

TEST_F(Commands, AllHaltedCannotBePaused) {
  make_import("imp_1");
  must(a_record(open_event("imp_1", "wh_1", 1), Disposition::halted));
  must(a_record(open_event("imp_1", "wh_2", 1), Disposition::halted));
  EXPECT_EQ(command(pause), Status::conflict);
  EXPECT_EQ(command(resume), Status::done);
  EXPECT_EQ(must(ListEvents{"imp_1", {}, model::EventState::pending, {}, {}}).items.size(), 2U);
}

TEST_F(Commands, CancelEndsWhatIsOpenAndLeavesWhatIsDone) {
  make_import("imp_1", 2);
  deliver("imp_1", "wh_1", 1, 2);
  deliver("imp_1", "wh_1", 2, 2);
  deliver("imp_1", "wh_2", 1, 2);
  must(a_record(open_event("imp_1", "wh_2", 2), Disposition::halted));
  EXPECT_EQ(command(cancel), Status::done);
  const model::Import import = must(GetImport{"imp_1"});
  EXPECT_FALSE(import.deliveries[0].cancelled);
  EXPECT_TRUE(import.deliveries[1].cancelled);
  EXPECT_EQ(import.completed_at_ms, now_ms);
  EXPECT_EQ(must(ListEvents{"imp_1", {}, model::EventState::cancelled, {}, {}}).items.size(), 1U);
  EXPECT_EQ(must(ListEvents{"imp_1", {}, model::EventState::delivered, {}, {}}).items.size(), 3U);
  EXPECT_EQ(listed_state("imp_1"), "cancelled");
}

TEST_F(Commands, AFailedImportsNoticeCanBeResumedAndCancelled) {
  make_webhook("wh_3", {"import.failed"});
  for (const char* id : {"imp_1", "imp_2"}) {
    model::Import failed = an_import(id, 0);
    failed.planned = false;
    failed.error = {"ragged_row", "Row 2."};
    must(CreateImport{failed, "", "", ""});
    model::Event event = an_event(id, 1);
    event.name = "import.failed";
    event = must(OpenEvent{lane("wh_3"), 1, event});
    must(a_record(event, Disposition::halted, 0));
  }
  EXPECT_EQ(state("imp_1"), "failed");
  EXPECT_EQ(command(resume), Status::done);
  EXPECT_EQ(next_work("wh_3").event->name, "import.failed");
  EXPECT_EQ(command(cancel, "imp_2"), Status::done);
  EXPECT_EQ(state("imp_2"), "failed") << "it stays what it was";
  EXPECT_NE(must(GetImport{"imp_2"}).completed_at_ms, 0);
}

}  // namespace
}  // namespace pulter::store
