// Scope, awaiters, Event and timers: the same on every backend.
#include <cerrno>
#include <vector>

#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

class Flows : public IoTest {};
INSTANTIATE_TEST_SUITE_P(Io, Flows, testing::ValuesIn(backends()), backend_name);

Task<int> immediate(int value) {
  co_return value;
}

Task<> sum_many(int count, std::int64_t& sum) {
  for (int i = 0; i < count; ++i) sum += co_await immediate(i);
}

TEST_P(Flows, AMillionAwaitsInARowNeedNoStack) {
  std::int64_t sum = 0;
  scope->spawn(sum_many(1'000'000, sum));
  run();
  EXPECT_EQ(sum, 499'999'500'000);
}

Task<> note_after(Scope& scope, Instant due, int number, std::vector<int>& order) {
  const std::int32_t result = co_await sleep_until(scope, due);
  order.push_back(result == 0 ? number : result);
}

TEST_P(Flows, TimersCompleteInTheOrderOfTheirTimes) {
  std::vector<int> order;
  const Instant start = io->now();
  for (const int number : {5, 1, 4, 2, 3})
    scope->spawn(note_after(*scope, start + number * 2ms, number, order));
  run();
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
  EXPECT_GE(io->now() - start, 10ms);
}

TEST_P(Flows, TimerInThePastCompletesAtOnce) {
  std::vector<int> order;
  scope->spawn(note_after(*scope, io->now() - 1h, 7, order));
  EXPECT_TRUE(order.empty()) << "done must not run inside submit";
  run();
  EXPECT_EQ(order, std::vector{7});
}

TEST_P(Flows, TenThousandTimersHalfOfThemCancelled) {
  std::vector<int> kept;
  std::vector<int> dropped;
  Scope other(*io, scope.get());
  const Instant start = io->now();
  for (int i = 0; i < 10'000; ++i) {
    const Instant due = start + 1ms + (i * 7919 % 10'000) * 5us;
    if (i % 2 == 0) {
      scope->spawn(note_after(*scope, due, i, kept));
    } else {
      other.spawn(note_after(other, due + 1h, i, dropped));
    }
  }
  other.cancel();
  const Instant end = io->now() + 10s;
  while ((scope->running() > 0 || other.running() > 0) && io->now() < end) io->run_once(end);
  EXPECT_EQ(kept.size(), 5000U);
  EXPECT_EQ(dropped, std::vector<int>(5000, -ECANCELED));
  EXPECT_LT(io->now() - start, 5s);
}

TEST_P(Flows, CancelEndsEveryAwaitAndEachLaterOne) {
  std::vector<int> order;
  scope->spawn(note_after(*scope, never, 1, order));
  scope->cancel();
  scope->cancel();
  EXPECT_TRUE(order.empty()) << "done must not run inside cancel";
  run();
  scope->spawn(note_after(*scope, never, 2, order));
  EXPECT_EQ(order, (std::vector{-ECANCELED, -ECANCELED}));
}

Task<> parent_flow(Scope& scope, std::vector<int>& order) {
  Scope child(scope.io(), &scope);
  Scope grandchild(scope.io(), &child);
  child.spawn(note_after(child, never, 1, order));
  grandchild.spawn(note_after(grandchild, never, 2, order));
  co_await grandchild.join();
  co_await child.join();
  Scope late(scope.io(), &scope);
  EXPECT_EQ(late.cancelled(), scope.cancelled()) << "a scope under a cancelled one is born cancelled";
  order.push_back(3);
}

TEST_P(Flows, CancelReachesNestedScopesAndJoinWaits) {
  std::vector<int> order;
  scope->spawn(parent_flow(*scope, order));
  EXPECT_TRUE(order.empty());
  scope->cancel();
  run();
  EXPECT_EQ(order, (std::vector{-ECANCELED, -ECANCELED, 3}));
}

TEST_P(Flows, CancelOfAChildLeavesTheParent) {
  std::vector<int> order;
  Scope child(*io, scope.get());
  child.spawn(note_after(child, never, 1, order));
  scope->spawn(note_after(*scope, in(5ms), 2, order));
  child.cancel();
  run();
  EXPECT_EQ(order, (std::vector{-ECANCELED, 2}));
  EXPECT_FALSE(scope->cancelled());
}

Task<> wait_for(Scope& scope, Event& event, Instant deadline, std::vector<int>& results) {
  results.push_back(co_await event.wait(scope, deadline));
}

TEST_P(Flows, EventIsStickyAndTakenOnce) {
  Event event;
  std::vector<int> results;
  event.set();
  event.set();
  scope->spawn(wait_for(*scope, event, never, results));
  EXPECT_EQ(results, std::vector{0}) << "it was set before";
  scope->spawn(wait_for(*scope, event, in(5ms), results));
  run();
  EXPECT_EQ(results, (std::vector{0, -ETIMEDOUT}));
}

TEST_P(Flows, EventWakesItsWaiterFromTheNextTurn) {
  Event event;
  std::vector<int> results;
  scope->spawn(wait_for(*scope, event, in(10s), results));
  event.set();
  EXPECT_TRUE(results.empty());
  run();
  EXPECT_EQ(results, std::vector{0});
}

TEST_P(Flows, EventWaitEndsWithItsScope) {
  Event event;
  std::vector<int> results;
  scope->spawn(wait_for(*scope, event, never, results));
  scope->cancel();
  run();
  EXPECT_EQ(results, std::vector{-ECANCELED});
  event.set();
  scope->spawn(wait_for(*scope, event, never, results));
  EXPECT_EQ(results.back(), -ECANCELED) << "cancelled comes before set";
}

struct Counter {
  int runs = 0;
};
void count_run(void* argument) noexcept {
  ++static_cast<Counter*>(argument)->runs;
}

Task<> work_twice(Scope& scope, Counter& counter) {
  co_await offload(scope, count_run, &counter);
  co_await offload(scope, count_run, &counter);
}

TEST_P(Flows, WorkRunsEvenInACancelledScope) {
  Counter counter;
  scope->spawn(work_twice(*scope, counter));
  EXPECT_TRUE(!simulated() || counter.runs == 0) << "not inside submit";
  scope->cancel();
  run();
  EXPECT_EQ(counter.runs, 2);
}

TEST_P(Flows, RunOnceReturnsAtItsTime) {
  const Instant start = io->now();
  EXPECT_EQ(io->run_once(start + 3ms), 0U);
  EXPECT_GE(io->now(), start + 3ms);
  EXPECT_LT(io->now(), start + 3s);
}

TEST_P(Flows, WakeBeforeTheTurnEndsIt) {
  io->wake();
  const Instant start = io->now();
  io->run_once(start + 1h);
  EXPECT_LT(io->now() - start, 1min);
}

TEST_P(Flows, ClocksAndRandomness) {
  EXPECT_GT(io->wall_now().time_since_epoch(), 365 * 50 * 24h);
  EXPECT_GT(io->boot_now(), 0s);
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  io->random(first);
  io->random(second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace pulter::io::test
