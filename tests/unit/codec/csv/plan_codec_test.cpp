#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <random>
#include <string>

#include "codec/csv/plan.h"
#include "tests/unit/codec/csv/padded_text.h"

namespace pulter::csv {
namespace {

Plan some_plan() {
  const PaddedText text("name,name,,__index\n1,2,3,4\n1\n\n1,2,3,4,5\n9,9,9,9\n");
  PlanSettings settings;
  settings.batch_size = 2;
  settings.rename = {{"name", "Straße"}};
  Result<Plan> plan = make_plan(text.view(), settings);
  EXPECT_TRUE(plan);
  return *plan;
}

TEST(PlanCodec, ReadsWhatItWrote) {
  const Plan plan = some_plan();
  EXPECT_EQ(plan.batch_count, 2u);
  EXPECT_GE(plan.notes.size(), 5u);
  const Result<Plan> read = decode(encode(plan));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, plan);
  EXPECT_EQ(encode(*read), encode(plan));
}

TEST(PlanCodec, ReadsThePlanOfAnEmptyFile) {
  const PaddedText text("");
  const Result<Plan> plan = make_plan(text.view(), {});
  ASSERT_TRUE(plan);
  const Result<Plan> read = decode(encode(*plan));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, *plan);
}

TEST(PlanCodec, RefusesEveryCut) {
  const std::string bytes = encode(some_plan());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Result<Plan> read = decode(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::store_corrupt);
  }
  EXPECT_FALSE(decode(bytes + '\0'));
}

TEST(PlanCodec, RefusesEveryChangedByte) {
  const std::string bytes = encode(some_plan());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {1, 0x80}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      ASSERT_FALSE(decode(changed)) << at;
    }
  }
}

/// With its sum made right again, a changed plan may be accepted, but must hold what `locate` relies on.
TEST(PlanCodec, SurvivesChangesThatKeepTheSum) {
  const Plan plan = some_plan();
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::mt19937_64 random(seed);
    Plan changed = plan;
    std::uint64_t* numbers[] = {&changed.file_bytes,
                                &changed.data_begin,
                                &changed.total_rows,
                                &changed.batch_count,
                                &changed.max_batch_bytes,
                                &changed.checkpoint_stride,
                                &changed.checkpoints[1].offset,
                                &changed.checkpoints[1].first_row,
                                &changed.checkpoints[0].offset,
                                &changed.envelope_bytes};
    *numbers[random() % std::size(numbers)] = random() >> (random() % 64);
    if (seed % 7 == 0) changed.columns[1].source = static_cast<std::uint32_t>(random() % 6);
    const Result<Plan> read = decode(encode(changed));
    if (!read) continue;
    ASSERT_EQ(read->checkpoints.size(), (read->batch_count - 1) / read->checkpoint_stride + 1);
    ASSERT_LE(read->data_begin, read->file_bytes);
    ASSERT_LT(read->checkpoints[1].offset, read->file_bytes);
    ASSERT_LE(read->checkpoints[1].first_row, read->total_rows);
  }
}

TEST(PlanCodec, NamesANewerFormat) {
  std::string bytes = encode(some_plan());
  bytes[8] = 9;
  const std::size_t summed = bytes.size() - 8;
  const std::uint64_t sum = XXH3_64bits(bytes.data(), summed);
  std::memcpy(bytes.data() + summed, &sum, sizeof sum);
  const Result<Plan> read = decode(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::not_supported);
}

}  // namespace
}  // namespace pulter::csv
