#include "engine/delivery/retry_schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/model/webhook.h"

namespace pulter::delivery {
namespace {

TEST(RetrySchedule, FirstEntryBelongsToTheFirstAttempt) {
  const std::vector<std::uint32_t> schedule = model::Webhook{}.retry_schedule_s;
  ASSERT_EQ(schedule.size(), 8u);
  const std::int64_t waits_s[] = {5, 30, 120, 600, 3600, 10800, 28800};
  for (std::uint32_t made = 1; made <= 7; ++made) {
    EXPECT_EQ(retry_delay_ms(schedule, made, 0, 0), waits_s[made - 1] * 1000) << made;
  }
  EXPECT_EQ(retry_delay_ms(schedule, 8, 0, 0), std::nullopt);
  EXPECT_EQ(retry_delay_ms(schedule, 9, 0, 0), std::nullopt);
}

TEST(RetrySchedule, JitterGoesUpwardOnlyByAtMostAFifth) {
  const std::vector<std::uint32_t> schedule{0, 100};
  std::int64_t most = 0;
  for (std::uint64_t random = 0; random < 100'000; random += 7) {
    const std::int64_t wait = *retry_delay_ms(schedule, 1, 0, random);
    EXPECT_GE(wait, 100'000);
    EXPECT_LE(wait, 120'000);
    most = std::max(most, wait);
  }
  EXPECT_GT(most, 119'000);
}

TEST(RetrySchedule, RetryAfterIsAFloorNotAReplacement) {
  const std::vector<std::uint32_t> schedule{0, 100};
  EXPECT_EQ(retry_delay_ms(schedule, 1, 7, 0), 100'000);
  EXPECT_EQ(retry_delay_ms(schedule, 1, 500, 0), 500'000);
}

TEST(RetrySchedule, ASpentScheduleStaysSpentWhateverTheReceiverAsks) {
  const std::vector<std::uint32_t> schedule{0};
  EXPECT_EQ(retry_delay_ms(schedule, 1, 500, 0), std::nullopt);
}

}  // namespace
}  // namespace pulter::delivery
