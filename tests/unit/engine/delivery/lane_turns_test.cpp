// Lanes where descriptors are short: they take turns, and nothing fails for that.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/engine/delivery/lane_fixture.h"

namespace pulter::delivery {
namespace {

/// Several webhooks and fewer turns than that.
class LaneTurns : public testing::Test {
 protected:
  static constexpr std::size_t webhook_count = 4;

  explicit LaneTurns(std::uint64_t turns = 1) : engine(3, config::Durability::strict, turns) {
    for (std::size_t i = 0; i < webhook_count; ++i) {
      const auto port = static_cast<std::uint16_t>(first_port + i);
      receivers.push_back(std::make_unique<SimReceiver>(engine.world(), port, secret));
      engine.make_webhook(place(i), secret);
    }
  }

  std::string start(std::size_t webhook) {
    return start_import(engine, "name\na\nb\nc\nd\ne\n", place(webhook), 2);
  }
  bool completed(const std::string& id) { return state_of(engine, id) == ImportState::completed; }
  bool complete(const std::vector<std::string>& ids, io::Duration limit) {
    return engine.run_until(
        [&] { return std::ranges::all_of(ids, [&](const auto& id) { return completed(id); }); }, limit);
  }

  std::vector<std::unique_ptr<SimReceiver>> receivers;  // outlive their flows, which the engine ends
  SimEngine engine;
};

TEST_F(LaneTurns, AllImportsCompleteThroughOneTurn) {
  std::vector<std::string> ids;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < webhook_count; ++i) ids.push_back(start(i));
  }
  EXPECT_TRUE(complete(ids, 60s)) << "idle connections must leave at once when others wait";
  for (const auto& receiver : receivers) {
    EXPECT_EQ(receiver->history().size(), 9U) << "each batch once: nothing failed";
    for (const Receipt& receipt : receiver->history()) EXPECT_EQ(receipt.attempt, "1");
  }
  engine.run_for(10s);
  EXPECT_EQ(engine.shard().dispatcher().lane_count(), 0U);
  EXPECT_EQ(engine.shard().dispatcher().waiting_count(), 0U);
}

TEST_F(LaneTurns, ImportsOfOneWebhookDoNotKeepTheOthersWaiting) {
  std::vector<std::string> ids;
  for (int round = 0; round < 5; ++round) ids.push_back(start(0));
  const std::string other = start(1);
  ASSERT_TRUE(complete({other}, 60s));
  EXPECT_FALSE(completed(ids.back())) << "one import each, in turn";
  EXPECT_TRUE(complete(ids, 60s));
}

TEST_F(LaneTurns, ARetryThatIsFarAwayHoldsNoTurn) {
  receivers[0]->set_script([](const Receipt&, std::size_t number) {
    return number < 2 ? Reaction{.answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"} : Reaction{};
  });
  const std::string failing = start(0);
  engine.run_for(1s);
  const std::string other = start(1);
  EXPECT_TRUE(complete({other}, 2s)) << "the lane that waits 5 s for its retry must not hold the only turn";
  EXPECT_TRUE(complete({failing}, 10min));
  EXPECT_EQ(receivers[0]->history()[1].attempt, "2");
}

TEST_F(LaneTurns, AStopReachesThoseWhoWait) {
  for (const auto& receiver : receivers) {
    receiver->set_script([](const Receipt&, std::size_t) { return Reaction{.delay = 20s}; });
  }
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < webhook_count; ++i) ids.push_back(start(i));
  engine.run_for(1s);
  EXPECT_EQ(engine.shard().dispatcher().lane_count(), 1U);
  EXPECT_EQ(engine.shard().dispatcher().waiting_count(), webhook_count - 1);
  engine.crash(true);
  engine.restart();
  EXPECT_TRUE(complete(ids, 30min));
}

}  // namespace
}  // namespace pulter::delivery
