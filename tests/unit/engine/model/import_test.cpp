#include "engine/model/import.h"

#include <gtest/gtest.h>

namespace pulter::model {
namespace {

constexpr std::uint64_t count = 3;

TEST(NextCursor, EveryCombinationOfWants) {
  struct Case {
    bool started, rows, ended;
    std::uint64_t from0, from1, from3, from4;
  };
  const Case cases[] = {
      {false, false, false, 5, 5, 5, 5}, {false, false, true, 4, 4, 4, 4}, {false, true, false, 1, 1, 3, 5},
      {false, true, true, 1, 1, 3, 4},   {true, false, false, 0, 5, 5, 5}, {true, false, true, 0, 4, 4, 4},
      {true, true, false, 0, 1, 3, 5},   {true, true, true, 0, 1, 3, 4},
  };
  for (const Case& c : cases) {
    Delivery lane;
    lane.wants_started = c.started;
    lane.wants_rows = c.rows;
    lane.wants_ended = c.ended;
    SCOPED_TRACE(testing::Message() << c.started << c.rows << c.ended);
    EXPECT_EQ(next_cursor(lane, count, 0), c.from0);
    EXPECT_EQ(next_cursor(lane, count, 1), c.from1);
    EXPECT_EQ(next_cursor(lane, count, 3), c.from3);
    EXPECT_EQ(next_cursor(lane, count, 4), c.from4);
    EXPECT_EQ(next_cursor(lane, count, 5), 5U);
  }
}

TEST(NextCursor, NoBatches) {
  for (const bool started : {false, true}) {
    for (const bool rows : {false, true}) {
      for (const bool ended : {false, true}) {
        Delivery lane;
        lane.wants_started = started;
        lane.wants_rows = rows;
        lane.wants_ended = ended;
        SCOPED_TRACE(testing::Message() << started << rows << ended);
        EXPECT_EQ(next_cursor(lane, 0, 0), started ? 0U : ended ? 1U : 2U);
        EXPECT_EQ(next_cursor(lane, 0, 1), ended ? 1U : 2U);
        EXPECT_EQ(next_cursor(lane, 0, 2), 2U);
      }
    }
  }
}

Delivery lane_at(std::uint64_t cursor, bool started, const char* halted = "", bool cancelled = false) {
  Delivery lane;
  lane.cursor = cursor;
  lane.started = started;
  lane.halted_event_id = halted;
  lane.cancelled = cancelled;
  return lane;
}

Import planned_import(std::vector<Delivery> lanes) {
  Import import;
  import.planned = true;
  import.count = count;
  import.deliveries = std::move(lanes);
  return import;
}

const Delivery waiting = lane_at(1, false);
const Delivery under_way = lane_at(2, true);
const Delivery halted_lane = lane_at(2, true, "evt_1");
const Delivery done_lane = lane_at(5, true);
const Delivery cancelled_lane = lane_at(2, true, "", true);
const Delivery halted_then_cancelled = lane_at(2, true, "evt_1", true);

TEST(ImportState, OverAllLanes) {
  struct Case {
    std::vector<Delivery> lanes;
    ImportState state;
    ImportState when_paused;
  };
  using enum ImportState;
  const Case cases[] = {
      {{}, completed, completed},
      {{waiting}, queued, paused},
      {{under_way}, delivering, paused},
      {{halted_lane}, halted, paused},
      {{done_lane}, completed, completed},
      {{cancelled_lane}, cancelled, cancelled},
      {{waiting, waiting}, queued, paused},
      {{waiting, under_way}, delivering, paused},
      {{under_way, halted_lane}, halted, paused},
      {{done_lane, halted_lane}, halted, paused},
      {{done_lane, under_way}, delivering, paused},
      {{done_lane, waiting}, delivering, paused},
      {{done_lane, cancelled_lane}, completed, completed},
      {{cancelled_lane, cancelled_lane}, cancelled, cancelled},
      {{cancelled_lane, under_way}, delivering, paused},
      {{done_lane, halted_then_cancelled}, completed, completed},
      {{halted_then_cancelled, under_way}, delivering, paused},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    Import import = planned_import(cases[i].lanes);
    EXPECT_EQ(name(state_of(import)), name(cases[i].state)) << "case " << i;
    import.paused = true;
    EXPECT_EQ(name(state_of(import)), name(cases[i].when_paused)) << "case " << i << ", paused";
    import.cancelled = true;
    EXPECT_EQ(name(state_of(import)), "cancelled") << "case " << i;
    import.error.code = "unclosed_quote";
    EXPECT_EQ(name(state_of(import)), "failed") << "case " << i;
  }
}

TEST(ImportState, BeforeThePlan) {
  Import import;
  EXPECT_EQ(state_of(import), ImportState::receiving);
  EXPECT_FALSE(has_ended(import));
  import.paused = true;
  EXPECT_EQ(state_of(import), ImportState::receiving);
  import.cancelled = true;
  EXPECT_EQ(state_of(import), ImportState::cancelled);
  EXPECT_TRUE(has_ended(import));
  import.cancelled = false;
  import.error.code = "not_csv";
  EXPECT_EQ(state_of(import), ImportState::failed);
  EXPECT_TRUE(has_ended(import));
}

TEST(ImportState, StartedIsDeliveringEvenWhileNoLaneSaysSo) {
  Import import = planned_import({waiting});
  import.started_at_ms = 1;
  EXPECT_EQ(state_of(import), ImportState::delivering);
}

TEST(LaneState, EveryCombination) {
  using enum ImportState;
  Import import = planned_import({});
  EXPECT_EQ(state_of(import, waiting), queued);
  EXPECT_EQ(state_of(import, under_way), delivering);
  EXPECT_EQ(state_of(import, halted_lane), halted);
  EXPECT_EQ(state_of(import, done_lane), completed);
  EXPECT_EQ(state_of(import, cancelled_lane), cancelled);
  EXPECT_EQ(state_of(import, halted_then_cancelled), cancelled);

  import.paused = true;
  EXPECT_EQ(state_of(import, waiting), paused);
  EXPECT_EQ(state_of(import, halted_lane), paused);
  EXPECT_EQ(state_of(import, done_lane), completed);

  import.paused = false;
  import.cancelled = true;
  EXPECT_EQ(state_of(import, waiting), cancelled);
  EXPECT_EQ(state_of(import, done_lane), completed);

  import.cancelled = false;
  import.error.code = "row_too_long";
  EXPECT_EQ(state_of(import, waiting), queued);
  EXPECT_EQ(state_of(import, halted_lane), halted);
  EXPECT_EQ(state_of(import, done_lane), failed);

  Import receiving_import;
  EXPECT_EQ(state_of(receiving_import, waiting), receiving);
  receiving_import.cancelled = true;
  EXPECT_EQ(state_of(receiving_import, waiting), cancelled);
}

TEST(ImportState, EveryNameReadsBack) {
  using enum ImportState;
  for (const auto state : {receiving, queued, delivering, completed, paused, halted, failed, cancelled}) {
    EXPECT_EQ(parse_import_state(name(state)), state);
  }
  EXPECT_EQ(parse_import_state("done"), std::nullopt);
}

}  // namespace
}  // namespace pulter::model
