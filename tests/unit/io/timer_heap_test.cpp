#include "io/timer_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "io/sim/random.h"

namespace pulter::io::test {
namespace {

TEST(TimerHeap, GivesTheSoonestFirstAndEqualTimesInTheirOrder) {
  TimerHeap heap;
  Op ops[4];
  for (int i = 0; i < 4; ++i) {
    ops[i].due = Instant(Duration(i < 2 ? 5 : 3));
    heap.push(ops[i]);
  }
  EXPECT_EQ(heap.next_due(), Instant(Duration(3)));
  EXPECT_EQ(heap.pop_due(Instant(Duration(2))), nullptr);
  for (const int expected : {2, 3, 0, 1}) EXPECT_EQ(heap.pop_due(never), &ops[expected]);
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.next_due(), never);
}

TEST(TimerHeap, AgreesWithASortedListUnderRandomUse) {
  SimRandom random(7);
  TimerHeap heap;
  std::vector<std::unique_ptr<Op>> alive;
  Instant now{};
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t choice = random.below(10);
    if (choice < 5) {
      alive.push_back(std::make_unique<Op>());
      alive.back()->due = now + Duration(random.below(1000));
      heap.push(*alive.back());
    } else if (choice < 7 && !alive.empty()) {
      const auto victim = alive.begin() + static_cast<std::ptrdiff_t>(random.below(alive.size()));
      heap.remove(**victim);
      alive.erase(victim);
    } else {
      now += Duration(random.below(100));
      while (Op* op = heap.pop_due(now)) {
        const auto soonest = std::min_element(alive.begin(), alive.end(),
                                              [](const auto& a, const auto& b) { return a->due < b->due; });
        ASSERT_EQ(op->due, (*soonest)->due);
        std::erase_if(alive, [&](const auto& each) { return each.get() == op; });
      }
    }
    const bool none_due =
        std::none_of(alive.begin(), alive.end(), [&](const auto& each) { return each->due < now; });
    ASSERT_TRUE(choice < 7 || none_due);
  }
}

}  // namespace
}  // namespace pulter::io::test
