#include "io/task.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "io/scope.h"
#include "io/sim/sim_io.h"

namespace pulter::io::test {
namespace {

TEST(FrameMemory, ReusesFramesOfTheSameClass) {
  void* first = allocate_frame(200);
  std::memset(first, 1, 200);
  free_frame(first, 200);
  void* second = allocate_frame(250);
  std::memset(second, 2, 250);
#ifndef __SANITIZE_ADDRESS__
#if !defined(__clang__)
  EXPECT_EQ(first, second) << "both are of the class up to 256 bytes";
#endif
#endif
  free_frame(second, 250);
}

TEST(FrameMemory, TakesEverySize) {
  std::vector<std::pair<void*, std::size_t>> frames;
  for (const std::size_t size : {1U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 1'000'000U}) {
    void* frame = allocate_frame(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
    std::memset(frame, 0x5a, size);
    frames.emplace_back(frame, size);
  }
  for (const auto& [frame, size] : frames) free_frame(frame, size);
}

TEST(FrameMemory, GivesItBackWhenItsThreadEnds) {
  std::jthread([] { free_frame(allocate_frame(100), 100); }).join();
}

struct Alive {
  int& count;
  explicit Alive(int& counter) : count(counter) { ++count; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --count; }
};

Task<std::unique_ptr<int>> make_number(int value) {
  co_return std::make_unique<int>(value);
}

Task<> hold(std::shared_ptr<Alive> argument, int& seen) {
  const std::unique_ptr<int> number = co_await make_number(7);
  seen = *number + argument->count;
}

TEST(Task, ValuesMoveThroughAndArgumentsDieWithTheFrame) {
  int alive = 0;
  int seen = 0;
  {
    const Task<> never_started = hold(std::make_shared<Alive>(alive), seen);
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
  SimIo io;
  Scope scope(io);
  scope.spawn(hold(std::make_shared<Alive>(alive), seen));
  EXPECT_EQ(seen, 8);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(scope.running(), 0U);
}

Task<> own_scope(Io& io, std::unique_ptr<Scope> inner, bool& ended) {
  inner->spawn([](Scope& scope) -> Task<> { co_await sleep_until(scope, scope.io().now()); }(*inner));
  co_await inner->join();
  inner.reset();
  ended = io.now() >= Instant{};
}

TEST(Scope, MayBeDestroyedByItsJoiner) {
  SimIo io;
  Scope scope(io);
  bool ended = false;
  scope.spawn(own_scope(io, std::make_unique<Scope>(io, &scope), ended));
  io.run_until_idle();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace pulter::io::test
