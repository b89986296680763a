#include "engine/shard/turns.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/limits.h"
#include "io/sim/sim_io.h"

namespace pulter::shard {
namespace {

using std::chrono::seconds;

class TurnsTest : public testing::Test {
 protected:
  ~TurnsTest() override {
    scope.cancel();
    run();
  }
  void run() { io.run_until_idle(); }

  /// Takes a turn, writes `name`, holds the turn for `held`.
  io::Task<> hold(char name, io::Duration held) {
    Turn turn = co_await turns.take(scope);
    if (!turn) co_return;
    order += name;
    const io::Instant until = io.now() + held;
    co_await io::sleep_until(scope, until);
  }

  /// Keeps a turn idle for a minute, or until it is asked for.
  io::Task<> idle(char name) {
    Turn turn = co_await turns.take(scope);
    io::Event event;
    const IdleTurn place(turns, event);
    const io::Instant until = io.now() + seconds(60);
    if (!place.asked()) co_await event.wait(scope, until);
    order += name;
    order += place.asked() ? '!' : '.';
  }

  io::SimIo io{io::SimSettings{}};
  io::Scope scope{io};
  Turns turns{2};
  std::string order;
};

TEST_F(TurnsTest, AreGivenInOrderOfAsking) {
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) scope.spawn(hold(name, seconds(name - 'a' + 1)));
  EXPECT_EQ(order, "ab");
  EXPECT_TRUE(turns.contended());
  run();
  EXPECT_EQ(order, "abcde");
  EXPECT_EQ(turns.free_count(), 2U);
  EXPECT_FALSE(turns.contended());
}

TEST_F(TurnsTest, TheLongestIdleLeavesFirstAndOnlyWhenOthersWait) {
  scope.spawn(idle('a'));
  scope.spawn(idle('b'));
  run();
  EXPECT_EQ(order, "a.b.") << "nobody wanted their turns";
  order.clear();
  scope.spawn(idle('a'));
  scope.spawn(idle('b'));
  scope.spawn(hold('c', seconds(1)));
  run();
  EXPECT_EQ(order, "a!cb.");
}

TEST_F(TurnsTest, NobodyIdlesWhileOthersWait) {
  scope.spawn(hold('a', seconds(1)));
  scope.spawn(hold('b', seconds(5)));
  scope.spawn(idle('c'));
  scope.spawn(hold('d', seconds(1)));
  run();
  EXPECT_EQ(order, "abc!d");
}

TEST_F(TurnsTest, CancellingOneWhoWaitsLosesNoTurn) {
  scope.spawn(hold('a', seconds(1)));
  scope.spawn(hold('b', seconds(1)));
  scope.spawn(hold('c', seconds(1)));
  scope.cancel();
  run();
  EXPECT_TRUE(order.starts_with("ab")) << order;
  EXPECT_EQ(turns.free_count(), 2U);
  EXPECT_FALSE(turns.contended());
}

TEST_F(TurnsTest, AShortageIsToldOnceAMinute) {
  EXPECT_TRUE(turns.note_shortage(io.now()));
  EXPECT_FALSE(turns.note_shortage(io.now() + seconds(59)));
  EXPECT_TRUE(turns.note_shortage(io.now() + seconds(60)));
}

TEST(TurnsPerShard, LeavesDescriptorsForTheRest) {
  EXPECT_EQ(turns_per_shard(20'000, 2), (20'000 - limits::reserved_descriptors) / 2);
  EXPECT_EQ(turns_per_shard(256, 2), 64U) << "half of a low limit";
  EXPECT_EQ(turns_per_shard(16, 8), limits::turns_min);
  EXPECT_EQ(turns_per_shard(1u << 30, 1), limits::turns_max_of_all_shards);
}

}  // namespace
}  // namespace pulter::shard
