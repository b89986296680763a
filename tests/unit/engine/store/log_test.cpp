#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Log : public StoreBench {
 protected:
  Log() {
    make_webhook("wh_1");
    make_webhook("wh_2");
    make_import("imp_1");
    make_import("imp_2");
    deliver("imp_1", "wh_1", 1);
    deliver("imp_1", "wh_1", 2);
    must(a_record(open_event("imp_1", "wh_1", 3), Disposition::halted));
    deliver("imp_2", "wh_1", 1);
    must(a_record(open_event("imp_1", "wh_2", 1), Disposition::retry));
    open_event("imp_2", "wh_1", 2);
  }
  std::string list(ListEvents request) {
    std::string text;
    for (const auto& event : must(std::move(request)).items) text += event.id.substr(4) + " ";
    return text;
  }
};

TEST_F(Log, EventsByEveryFilter) {
  using enum model::EventState;
  EXPECT_EQ(list({}), "imp_2_2_wh_1 imp_1_1_wh_2 imp_2_1_wh_1 imp_1_3_wh_1 imp_1_2_wh_1 imp_1_1_wh_1 ");
  EXPECT_EQ(list({"imp_1", {}, {}, {}, {}}), "imp_1_1_wh_2 imp_1_3_wh_1 imp_1_2_wh_1 imp_1_1_wh_1 ");
  EXPECT_EQ(list({{}, "wh_2", {}, {}, {}}), "imp_1_1_wh_2 ");
  EXPECT_EQ(list({{}, {}, delivered, {}, {}}), "imp_2_1_wh_1 imp_1_2_wh_1 imp_1_1_wh_1 ");
  EXPECT_EQ(list({{}, {}, halted, {}, {}}), "imp_1_3_wh_1 ");
  EXPECT_EQ(list({{}, {}, pending, {}, {}}), "imp_1_1_wh_2 ");
  EXPECT_EQ(list({{}, {}, delivering, {}, {}}), "imp_2_2_wh_1 ");
  EXPECT_EQ(list({{}, {}, cancelled, {}, {}}), "");
  EXPECT_EQ(list({"imp_1", "wh_1", delivered, "all", {}}), "imp_1_2_wh_1 imp_1_1_wh_1 ");
  EXPECT_EQ(list({{}, {}, {}, "import.started", {}}), "");
  EXPECT_EQ(list({{}, {}, {}, "it's", {}}), "");
}

TEST_F(Log, PagesMeetWithoutGapOrRepeat) {
  for (const std::uint32_t limit : {1U, 2U, 4U, 6U, 7U}) {
    std::string all;
    ListEvents request;
    request.page.limit = limit;
    do {
      const auto listing = must(request);
      for (const auto& event : listing.items) all += event.id.substr(4) + " ";
      request.page.cursor = listing.next;
    } while (!request.page.cursor.empty());
    EXPECT_EQ(all, list({})) << limit;
  }
}

TEST_F(Log, APageIsNotMovedByNewEvents) {
  ListEvents request;
  request.page.limit = 2;
  request.page.cursor = must(request).next;
  deliver("imp_2", "wh_2", 1);
  EXPECT_EQ(list(request), "imp_2_1_wh_1 imp_1_3_wh_1 ");
}

TEST_F(Log, ASpanOfTimeIsFoundAlsoAmongGaps) {
  std::vector<std::int64_t> times;
  for (std::uint64_t cursor = 3; cursor <= 40; ++cursor) {
    if (cursor == 3) make_import("imp_3", 40);
    now_ms += 1000;
    times.push_back(now_ms);
    if (cursor % 5 == 0) times.push_back(now_ms + 500);
    model::Event event = an_event("imp_3", cursor);
    must(AddLaneTask{LaneTaskKind::test, "", [&] {
                       event.webhook_id = "wh_1";
                       return event;
                     }()});
  }
  core->database().query("DELETE FROM lane_tasks WHERE id % 3 = 0").run();
  core->database()
      .query(
          "DELETE FROM events WHERE id NOT IN (SELECT event_id FROM lane_tasks)"
          " AND number NOT IN (SELECT event_number FROM attempts) AND number % 3 = 0")
      .run();
  times.push_back(1);
  times.push_back(now_ms + 1);
  for (const std::int64_t since : times) {
    for (const std::int64_t until : times) {
      ListEvents request;
      request.since_ms = since;
      request.until_ms = until;
      Query query = core->database()
                        .query(
                            "SELECT substr(id, 5) || ' ' FROM events WHERE created_at >= ? AND created_at < ?"
                            " ORDER BY number DESC")
                        .with(since, until);
      std::string expected;
      while (query.row()) expected += query.text();
      request.page.limit = 1000;
      EXPECT_EQ(list(request), expected) << since << " " << until;
    }
  }
}

TEST_F(Log, AttemptsOldestFirst) {
  const std::string id = "evt_imp_1_1_wh_2";
  for (int i = 0; i < 4; ++i) must(a_record(must(GetEvent{id}), Disposition::retry));
  const auto first = must(ListAttempts{id, {3, ""}});
  ASSERT_EQ(first.items.size(), 3U);
  EXPECT_EQ(first.items[0].number, 1U);
  EXPECT_EQ(first.items[2].number, 3U);
  const auto rest = must(ListAttempts{id, {3, first.next}});
  ASSERT_EQ(rest.items.size(), 2U);
  EXPECT_EQ(rest.items[1].number, 5U);
  EXPECT_EQ(rest.next, "");
  EXPECT_EQ(ask(ListAttempts{"evt_none", {}}).status, Status::not_found);
  EXPECT_EQ(ask(GetEvent{"evt_none"}).status, Status::not_found);
}

// Lists must stay quick when the log is long: each filter is answered from an index, without sorting.
TEST_F(Log, NoListSortsOrScans) {
  const char* filters[] = {"number < 9",
                           "number < 9 AND import_id = 'a'",
                           "number < 9 AND webhook_id = 'a'",
                           "number < 9 AND state = 'halted' AND state <> 'delivered'",
                           "number < 9 AND name = 'test' AND name <> 'all'",
                           "number < 9 AND import_id = 'a' AND state = 'delivered'"};
  for (const char* filter : filters) {
    Query plan = core->database().query(std::string("EXPLAIN QUERY PLAN SELECT * FROM events WHERE ") +
                                        filter + " ORDER BY number DESC LIMIT 51");
    while (plan.row()) {
      plan.integer();
      plan.integer();
      plan.integer();
      const std::string step = plan.text();
      EXPECT_EQ(step.find("SCAN"), std::string::npos) << filter << ": " << step;
      EXPECT_EQ(step.find("B-TREE"), std::string::npos) << filter << ": " << step;
    }
  }
}

// The questions that every batch asks are answered from an index as well.
TEST_F(Log, NoLaneQuestionScans) {
  const char* questions[] = {
      "SELECT import_id, open_event_id FROM deliveries WHERE webhook_id = 'a' AND ended = 0 AND cancelled = "
      "0 AND"
      " paused = 0 AND halted_event_id = '' ORDER BY seq LIMIT 1",
      "SELECT 1 FROM deliveries WHERE webhook_id = 'a' AND ended = 0 AND cancelled = 0 AND halted_event_id "
      "<> '' LIMIT 1",
      "SELECT id FROM lane_tasks WHERE webhook_id = 'a' AND retry_at <= 1 ORDER BY id LIMIT 1",
      "SELECT id FROM imports WHERE content_removed = 0 AND completed_at > 0 AND data_sync = 1 AND "
      "completed_at < 9"
      " ORDER BY completed_at LIMIT 1",
      "SELECT coalesce(max(seq), 0) + 1 FROM deliveries WHERE webhook_id = 'a'"};
  for (const char* question : questions) {
    Query plan = core->database().query(std::string("EXPLAIN QUERY PLAN ") + question);
    while (plan.row()) {
      plan.integer();
      plan.integer();
      plan.integer();
      const std::string step = plan.text();
      EXPECT_EQ(step.find("SCAN"), std::string::npos) << question << ": " << step;
      EXPECT_EQ(step.find("B-TREE"), std::string::npos) << question << ": " << step;
    }
  }
}

}  // namespace
}  // namespace pulter::store
