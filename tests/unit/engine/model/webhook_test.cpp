#include "engine/model/webhook.h"

#include <gtest/gtest.h>

#include <set>

namespace pulter::model {
namespace {

TEST(Webhook, ListensToWhatItLists) {
  Webhook webhook;
  EXPECT_TRUE(listens_to(webhook, "all"));
  EXPECT_FALSE(listens_to(webhook, "import.started"));
  webhook.events = {"import.completed", "import.failed"};
  EXPECT_FALSE(listens_to(webhook, "all"));
  EXPECT_TRUE(listens_to(webhook, "import.failed"));
}

// The store shard of a webhook is part of the schema: these three numbers may never change.
TEST(Webhook, StoreShardIsFixedForEver) {
  EXPECT_EQ(store_shard_of("wh_01HZZZZZZZZZZZZZZZZZZZZZZZ"), 153U);
  EXPECT_EQ(store_shard_of("wh_01J00000000000000000000000"), 217U);
  EXPECT_EQ(store_shard_of(""), 194U);
}

TEST(Webhook, StoreShardsAreSpread) {
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 4096; ++i) {
    const std::uint32_t shard = store_shard_of("wh_" + std::to_string(i));
    ASSERT_LT(shard, store_shard_count);
    seen.insert(shard);
  }
  EXPECT_EQ(seen.size(), store_shard_count);
}

TEST(Webhook, OnHaltReadsBack) {
  EXPECT_EQ(parse_on_halt(name(OnHalt::next)), OnHalt::next);
  EXPECT_EQ(parse_on_halt(name(OnHalt::hold)), OnHalt::hold);
  EXPECT_EQ(parse_on_halt("stop"), std::nullopt);
}

}  // namespace
}  // namespace pulter::model
