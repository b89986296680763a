// Receivers that cannot be reached: what they cost the lanes beside them.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "codec/net/ip_text.h"
#include "engine/limits.h"
#include "tests/unit/engine/delivery/lane_fixture.h"

namespace pulter::delivery {
namespace {

const std::string good_url = place();
constexpr std::size_t silent_count = 3 * limits::body_buffers_per_shard;

class LaneReach : public testing::Test {
 protected:
  LaneReach() {
    engine.io().drop_packets_to(*net::parse_ip("127.0.0.2"));
    engine.make_webhook(good_url, secret);
    for (std::size_t i = 0; i < silent_count; ++i) engine.make_webhook(silent_url(i), secret);
  }

  static std::string silent_url(std::size_t number) {
    return "http://127.0.0.2:" + std::to_string(9000 + number) + "/hook";
  }
  std::string start(const std::string& url) { return start_import(engine, "name\na\nb\nc\n", url, 1); }

  // Outlives its flows, which the engine ends.
  std::unique_ptr<SimReceiver> receiver;
  SimEngine engine;
};

// Each of them renders its first batch and then waits 10 s for a connection: without its body's memory.
TEST_F(LaneReach, ReceiversThatCannotBeReachedHoldNoMemory) {
  receiver = std::make_unique<SimReceiver>(engine.world(), 9000, secret);
  for (std::size_t i = 0; i < silent_count; ++i) start(silent_url(i));
  engine.run_for(100ms);
  EXPECT_EQ(engine.shard().dispatcher().lane_count(), silent_count) << "all of them are connecting";
  const std::string good = start(good_url);
  EXPECT_TRUE(completes(engine, good, 100ms)) << "a lane waited for receivers that are not its own";
  // And while they are tried again.
  engine.run_for(16s);
  const std::string next = start(good_url);
  EXPECT_TRUE(completes(engine, next, 100ms));
}

// What was lent while connecting is made again, and a retry is signed only when it is connected: with the
// time of its leaving.
TEST_F(LaneReach, ARetryIsSignedWhenItLeaves) {
  const std::string id = start(good_url);  // nobody listens yet
  engine.run_for(1s);
  receiver = std::make_unique<SimReceiver>(engine.world(), 9000, secret);
  ASSERT_TRUE(completes(engine, id, 1h));
  ASSERT_EQ(receiver->history().size(), 3U);
  const tests::Receipt& first = receiver->history()[0];
  EXPECT_EQ(first.attempt, "2");
  EXPECT_TRUE(first.verified);
}

}  // namespace
}  // namespace pulter::delivery
