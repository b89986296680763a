#include "tools/pulter/progress.h"

#include <gtest/gtest.h>

#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

const Standing half{"delivering", 20'000, 10'000, 4, 2};

TEST(Progress, TheBarFitsTheTerminal) {
  for (std::size_t columns = 20; columns <= 200; ++columns) {
    EXPECT_LT(width(bar_line(half, 1234, "", columns)), columns);
    EXPECT_LT(width(bar_line(half, 1234, "batch 3: answered 503, next attempt in 2 min 0 s", columns)),
              columns);
  }
}

TEST(Progress, TellsRowsBatchesSpeedAndTimeLeft) {
  EXPECT_EQ(bar_line(half, 5000, "", 100),
            "[#############--------------]  50 %  10,000 of 20,000 rows  2 of 4 batches  5,000 rows/s "
            " ETA 2.0 s");
  EXPECT_EQ(plain_line(half, 0, "waiting for the answer"),
            "delivering  10,000 of 20,000 rows  2 of 4 batches  waiting for the answer");
}

TEST(Progress, NoRowsIsNoDivision) {
  EXPECT_EQ(plain_line({"queued", 0, 0, 0, 0}, 0, ""), "queued  0 of 0 rows  0 of 0 batches");
}

TEST(Speed, IsOfTheLastSecondsOnly) {
  Speed speed;
  EXPECT_EQ(speed.rows_per_second(), 0);
  speed.add(0, 0);
  speed.add(1000, 500);
  EXPECT_EQ(speed.rows_per_second(), 500);
  speed.add(20'000, 500);
  speed.add(25'000, 500);
  EXPECT_EQ(speed.rows_per_second(), 0);
}

}  // namespace
}  // namespace pulter::tool
