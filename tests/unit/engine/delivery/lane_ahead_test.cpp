// Bodies that are rendered before their turn: whose memory they take, and that nobody can tell.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/limits.h"
#include "tests/unit/engine/delivery/lane_fixture.h"

namespace pulter::delivery {
namespace {

std::string rows(std::size_t count) {
  std::string csv = "name,number\n";
  for (std::size_t i = 0; i < count; ++i)
    csv += "row " + std::to_string(i) + "," + std::to_string(i * i) + "\n";
  return csv;
}

class Ahead : public testing::TestWithParam<config::Durability> {
 protected:
  std::string start(const std::string& url, std::size_t row_count, std::uint32_t batch_size) {
    engine_.make_webhook(url, secret);
    return start_import(engine_, rows(row_count), url, batch_size);
  }

  SimReceiver& listen(std::size_t number) {
    receivers_.push_back(std::make_unique<SimReceiver>(
        engine_.world(), static_cast<std::uint16_t>(first_port + number), secret));
    return *receivers_.back();
  }

  // Outlive the engine's world: a request may be with them when it ends.
  std::vector<std::unique_ptr<SimReceiver>> receivers_;
  SimEngine engine_{3, GetParam()};
};

// More receivers that take their time than there are buffers, each with a body rendered ahead: all the same
// the next lane gets one. Webhooks never wait for one another.
TEST_P(Ahead, HoldsNoMemoryThatAnotherLaneWants) {
  constexpr std::size_t slow_count = 2 * limits::body_buffers_per_shard;
  for (std::size_t i = 0; i < slow_count; ++i) {
    listen(i).set_script([](const Receipt&, std::size_t) { return Reaction{.delay = 500s}; });
    start(place(i), 30, 10);
  }
  const auto all_have = [&](std::size_t count) {
    return std::ranges::all_of(std::span(receivers_).first(slow_count),
                               [&](const auto& receiver) { return receiver->history().size() == count; });
  };
  ASSERT_TRUE(engine_.run_until([&] { return all_have(1); }, 30s));
  SimReceiver& quick = listen(slow_count);
  const std::string id = start(place(slow_count), 30, 10);
  EXPECT_TRUE(completes(engine_, id, 30s));
  EXPECT_EQ(quick.history().size(), 3U);
  // And what was given up is rendered again when its time has come.
  ASSERT_TRUE(engine_.run_until([&] { return all_have(3); }, 2h));
  for (const auto& receiver : receivers_) {
    for (const Receipt& receipt : receiver->history()) EXPECT_TRUE(receipt.verified);
  }
}

// Many more lanes than there are buffers get their answers at the same moment, again and again: still the
// event of a small batch is opened by the commit that records the one before. In commits of their own they
// would stand in line for buffers, and find one each time.
TEST_P(Ahead, OneCommitForEachSmallBatchHoweverManyLanesWait) {
  constexpr std::size_t lanes = 8 * limits::body_buffers_per_shard;
  constexpr std::size_t batches = 6;
  constexpr std::size_t first_port =
      11000;  // clear of ports that the address policy keeps for other protocols
  const io::Instant together = engine_.io().now() + 60s;  // by then all have begun
  for (std::size_t i = 0; i < lanes; ++i) {
    listen(first_port + i).set_script([&, together](const Receipt&, std::size_t number) {
      return Reaction{.delay = number == 1 ? together - engine_.io().now() : io::Duration(1s)};
    });
  }
  for (std::size_t i = 0; i < lanes; ++i) start(place(first_port + i), 10 * batches, 10);
  const auto all_have = [&](std::size_t count) {
    return std::ranges::all_of(receivers_,
                               [&](const auto& receiver) { return receiver->history().size() >= count; });
  };
  ASSERT_TRUE(engine_.run_until([&] { return all_have(2); }, 1h));
  const std::uint64_t before = engine_.store().groups();
  ASSERT_TRUE(engine_.run_until([&] { return all_have(batches); }, 1h));
  const std::uint64_t commits = engine_.store().groups() - before;
  EXPECT_LT(commits, (batches - 2) * lanes / limits::body_buffers_per_shard);
}

// A refusal at each place of a group that was rendered ahead, and of the one after it.
TEST_P(Ahead, ARetryInAGroupKeepsOrderAndBytes) {
  for (std::size_t at = 0; at < 6; ++at) {
    SimReceiver& receiver = listen(100 + at);
    receiver.set_script([at](const Receipt&, std::size_t number) {
      Reaction busy{.answer = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"};
      return number == at + 1 ? busy : Reaction{};  // counted from 1
    });
    const std::string id = start(place(100 + at), 60, 10);
    ASSERT_TRUE(completes(engine_, id, 1h));
    const std::vector<Receipt>& history = receiver.history();
    ASSERT_EQ(history.size(), 7U);
    EXPECT_EQ(history[at].webhook_id, history[at + 1].webhook_id);
    EXPECT_EQ(history[at].body, history[at + 1].body);
    std::size_t index = 0;
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (i != at + 1) ++index;
      EXPECT_TRUE(history[i].verified);
      EXPECT_NE(history[i].body.find("\"index\":" + std::to_string(index) + ","), std::string::npos) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Durabilities, Ahead,
                         testing::Values(config::Durability::strict, config::Durability::relaxed));

}  // namespace
}  // namespace pulter::delivery
