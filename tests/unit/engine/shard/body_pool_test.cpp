#include "engine/shard/body_pool.h"

#include <gtest/gtest.h>

#include <utility>

#include "io/sim/sim_io.h"

namespace pulter::shard {
namespace {

using namespace std::chrono_literals;

class BodyPoolTest : public testing::Test {
 protected:
  io::Task<> take_into(BodyBuffer* out) { *out = co_await pool.take(scope); }
  /// What `take` gives, without anything happening meanwhile.
  BodyBuffer take_now() {
    BodyBuffer out;
    scope.spawn(take_into(&out));
    return out;
  }
  void run() { io.run_until_idle(); }

  io::SimIo io{io::SimSettings{}};
  io::Scope scope{io};
  BodyPool pool{2, 16, 64};
};

TEST_F(BodyPoolTest, WhatIsLentIsTakenWhenNothingIsFreeTheLongestLentFirst) {
  BodyBuffer first = pool.try_take();
  BodyBuffer second = pool.try_take();
  first.lend(io.now());
  second.lend(io.now());
  EXPECT_FALSE(pool.try_take()) << "nothing is taken away for work ahead";
  const BodyBuffer third = take_now();
  EXPECT_TRUE(third);
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  EXPECT_EQ(pool.free_count(), 0U);
}

TEST_F(BodyPoolTest, WhoGaveOneBackMayTakeItBeforeThoseWhoWait) {
  BodyBuffer first = pool.try_take();
  const BodyBuffer second = pool.try_take();
  EXPECT_FALSE(pool.try_take_back()) << "nothing is free";
  BodyBuffer waiting;
  scope.spawn(take_into(&waiting));
  first.release();
  EXPECT_FALSE(pool.try_take());
  first = pool.try_take_back();
  ASSERT_TRUE(first);
  run();
  EXPECT_FALSE(waiting);
  first.lend(io.now());
  run();
  EXPECT_TRUE(waiting);
  EXPECT_FALSE(first);
}

TEST_F(BodyPoolTest, WhatIsKeptAgainStays) {
  BodyBuffer first = pool.try_take();
  const BodyBuffer second = pool.try_take();
  first.lend(io.now());
  first.keep();
  BodyBuffer third;
  scope.spawn(take_into(&third));
  EXPECT_FALSE(third);
  EXPECT_TRUE(pool.contended());
  first.release();
  run();
  EXPECT_TRUE(third);
  EXPECT_FALSE(pool.contended());
}

TEST_F(BodyPoolTest, LendingGivesAtOnceToWhoWaitsAlready) {
  BodyBuffer first = pool.try_take();
  const BodyBuffer second = pool.try_take();
  BodyBuffer third;
  scope.spawn(take_into(&third));
  first.lend(io.now());
  run();
  EXPECT_FALSE(first);
  EXPECT_TRUE(third);
}

TEST_F(BodyPoolTest, ALoanThatBeginsLaterIsWaitedFor) {
  BodyBuffer first = pool.try_take();
  BodyBuffer second = pool.try_take();
  const io::Instant began = io.now();
  first.lend(began + 9s);
  second.lend(began + 5s);
  BodyBuffer third;
  BodyBuffer fourth;
  scope.spawn(take_into(&third));
  scope.spawn(take_into(&fourth));
  EXPECT_TRUE(first && second);
  io.run_once(began + 6s);
  EXPECT_TRUE(first && !second && third && !fourth) << "the first loan that begins";
  run();
  EXPECT_TRUE(!first && fourth);
  EXPECT_EQ(io.now() - began, 9s);
}

TEST_F(BodyPoolTest, WhatComesBackEndsTheWaitForALoan) {
  BodyBuffer first = pool.try_take();
  BodyBuffer second = pool.try_take();
  const io::Instant began = io.now();
  first.lend(began + 9s);
  BodyBuffer third;
  scope.spawn(take_into(&third));
  second.release();
  while (!third && io.now() < began + 1s) io.run_once(began + 1s);
  EXPECT_TRUE(first && third);
}

TEST_F(BodyPoolTest, ALoanMovesWithItsHolder) {
  BodyBuffer first = pool.try_take();
  const BodyBuffer second = pool.try_take();
  first.lend(io.now());
  BodyBuffer moved = std::move(first);
  BodyBuffer third;
  third = std::move(moved);
  const BodyBuffer taken = take_now();
  EXPECT_TRUE(taken);
  EXPECT_FALSE(third);
}

TEST_F(BodyPoolTest, ALentBufferThatDiesIsFree) {
  {
    BodyBuffer first = pool.try_take();
    first.lend(io.now());
  }
  EXPECT_EQ(pool.free_count(), 2U);
  BodyBuffer first = pool.try_take();
  const BodyBuffer second = pool.try_take();
  EXPECT_TRUE(first && second);
}

}  // namespace
}  // namespace pulter::shard
