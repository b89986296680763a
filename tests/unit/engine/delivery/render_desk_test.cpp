// Shards that render for each other: the same bytes whoever does it, and nobody waits for a shard that works.
#include "engine/delivery/render_desk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "codec/sign/secret.h"
#include "engine/delivery/ahead.h"
#include "engine/delivery/renderer.h"
#include "engine/shard/body_pool.h"
#include "io/scope.h"
#include "io/uring/uring_io.h"

namespace pulter::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t window_bytes = 4096;
constexpr std::size_t buffer_count = 8;
constexpr std::uint64_t large = limits::helped_bytes_min;

model::Event test_event(const std::string& id) {
  model::Event event;
  event.id = id;
  event.name = "test";
  return event;
}

/// One shard's worth of things, with a desk of its own among `desks`.
struct Shard {
  Shard(std::span<RenderDesk> desks, std::size_t own)
      : io(*io::UringIo::create({})),
        bodies(buffer_count, 1024, window_bytes),
        renderer(*io, desks, own),
        scope(*io),
        ahead(scope, renderer) {}

  /// One turn as ShardLoop makes it.
  void turn(io::Duration patience) {
    const bool busy = renderer.collect();
    if (busy) {
      io->run_once(io->now());
      return;
    }
    renderer.open_desk();
    io->run_once(io->now() + patience);
    renderer.close_desk();
  }

  /// `count` bodies, asked for as a lane does.
  void ask(std::size_t first, std::size_t count, bool elsewhere) {
    std::vector<BodyJob> jobs;
    for (std::size_t i = first; i < first + count; ++i) {
      const model::Event event = test_event("evt_" + std::to_string(i));
      auto start = source->begin(event);
      ASSERT_TRUE(start);
      jobs.push_back({.source = source.get(),
                      .event = event,
                      .cursor = i,
                      .start = std::move(*start),
                      .secrets = secrets,
                      .timestamp = 1767225600,
                      .buffer = bodies.try_take(),
                      .outgoing = {}});
    }
    ahead.render(std::move(jobs), source, elsewhere);
  }

  std::unique_ptr<io::UringIo> io;
  shard::BodyPool bodies;
  Renderer renderer;
  io::Scope scope;
  Ahead ahead;
  std::vector<sign::Secret> secrets{*sign::Secret::parse("a secret of a test")};
  std::shared_ptr<BodySource> source = BodySource::for_test(test_event("evt_x"), "default");
};

/// What a body comes out as when nobody else is there.
Outgoing alone(Shard& shard, std::size_t number) {
  const model::Event event = test_event("evt_" + std::to_string(number));
  auto outgoing = prepare(*shard.source, event, number, shard.secrets, 1767225600, shard.bodies.try_take());
  EXPECT_TRUE(outgoing);
  return std::move(*outgoing);
}

void expect_same(const Outgoing& got, const Outgoing& want) {
  EXPECT_EQ(got.event.id, want.event.id);
  EXPECT_EQ(got.cursor, want.cursor);
  EXPECT_EQ(got.event.body_digest, want.event.body_digest);
  EXPECT_EQ(got.signature, want.signature);
  ASSERT_EQ(got.in_buffer, want.in_buffer);
  EXPECT_EQ(std::string(got.buffer.window().data(), got.in_buffer),
            std::string(want.buffer.window().data(), want.in_buffer));
}

TEST(RenderDesk, IsClosedUntilOpenedAndTakesOneOrder) {
  auto io = io::UringIo::create({});
  ASSERT_TRUE(io);
  RenderDesk desk;
  RenderOrder first;
  RenderOrder second;
  EXPECT_FALSE(desk.is_open());
  EXPECT_FALSE(desk.lay(first));
  EXPECT_EQ(desk.close(), nullptr);
  desk.open(**io);
  EXPECT_TRUE(desk.is_open());
  EXPECT_TRUE(desk.lay(first));
  EXPECT_FALSE(desk.is_open());
  EXPECT_FALSE(desk.lay(second));
  EXPECT_EQ(desk.close(), &first);
  EXPECT_EQ(desk.close(), nullptr);
  EXPECT_FALSE(desk.lay(second));
}

TEST(RenderDesk, WithoutAHelperTheShardDoesItItself) {
  std::vector<RenderDesk> desks(2);
  Shard shard(desks, 0);
  EXPECT_FALSE(shard.renderer.finds_help_for(large));
  shard.ask(1, 3, true);
  for (int i = 0; i < 10 && shard.ahead.first() == nullptr; ++i) shard.turn(1ms);
  for (std::size_t number = 1; number <= 3; ++number) {
    auto body = shard.ahead.take();
    ASSERT_TRUE(body) << number;
    expect_same(*body, alone(shard, number));
  }
  EXPECT_FALSE(shard.ahead.take());
  EXPECT_EQ(shard.bodies.free_count(), buffer_count);
}

TEST(RenderDesk, AForgottenGroupEndsByItselfAndGivesItsBuffersBack) {
  std::vector<RenderDesk> desks(2);
  Shard asker(desks, 0);
  Shard helper(desks, 1);
  helper.renderer.open_desk();
  asker.ask(1, 3, true);
  EXPECT_FALSE(asker.renderer.finds_help_for(large));
  asker.ahead.clear();
  asker.turn(0ms);
  EXPECT_EQ(asker.scope.running(), 1U) << "its bodies are the helper's until it is done";
  helper.renderer.close_desk();
  asker.turn(0ms);
  EXPECT_EQ(asker.scope.running(), 0U);
  EXPECT_EQ(asker.bodies.free_count(), buffer_count);
  EXPECT_EQ(asker.ahead.first(), nullptr);
}

TEST(RenderDesk, ABodyThatDoesNotFitLeavesItsBufferToTheLane) {
  std::vector<RenderDesk> desks(2);
  Shard asker(desks, 0);
  Shard helper(desks, 1);
  asker.source = BodySource::for_test(test_event("evt_x"), std::string(2 * window_bytes, 't'));
  helper.renderer.open_desk();
  asker.ask(7, 1, true);
  helper.renderer.close_desk();
  asker.turn(0ms);
  auto body = asker.ahead.take();
  ASSERT_TRUE(body);
  EXPECT_GT(body->event.body_bytes, window_bytes);
  EXPECT_EQ(body->in_buffer, 0U);
  EXPECT_FALSE(body->buffer);
  EXPECT_EQ(asker.bodies.free_count(), buffer_count);
}

// Both threads as in the daemon: an order is laid down, done, and told, thousands of times.
TEST(RenderDesk, TwoThreadsHelpAThird) {
  std::vector<RenderDesk> desks(3);
  Shard asker(desks, 0);
  std::vector<std::string> expected;
  for (std::size_t number = 0; number < 4; ++number) expected.push_back(alone(asker, number).signature);
  std::atomic<bool> over = false;
  std::atomic<std::size_t> ended = 0;
  std::vector<std::thread> helpers;
  for (std::size_t own = 1; own < desks.size(); ++own) {
    helpers.emplace_back([&, own] {
      Shard helper(desks, own);
      while (!over.load()) helper.turn(1ms);
      // Shards end together: somebody may be about to wake this one.
      ended.fetch_add(1);
      while (ended.load() < desks.size()) std::this_thread::yield();
    });
  }
  std::size_t helped = 0;
  for (int round = 0; round < 2000; ++round) {
    const bool elsewhere = asker.renderer.finds_help_for(large);
    helped += elsewhere ? 1 : 0;
    asker.ask(0, 2, elsewhere);
    asker.ask(2, 2, asker.renderer.finds_help_for(large));
    for (std::size_t number = 0; number < 4; ++number) {
      while (asker.ahead.first() == nullptr) asker.turn(1ms);
      auto body = asker.ahead.take();
      ASSERT_TRUE(body);
      ASSERT_EQ(body->cursor, number) << "in order, whoever was first";
      ASSERT_EQ(body->signature, expected[number]);
    }
  }
  EXPECT_GT(helped, 0U);
  EXPECT_EQ(asker.bodies.free_count(), buffer_count);
  over.store(true);
  ended.fetch_add(1);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace
}  // namespace pulter::delivery
