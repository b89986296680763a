#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pulter::metrics {

/// A number that one thread counts up and any thread may read. Costs its thread a plain load, add and store:
/// there is one writer, so no instruction has to lock the bus, and a reader may see it a moment late.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// As Counter, for what also goes down.
class Gauge {
 public:
  void add(std::int64_t difference) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + difference, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Upper bounds of the time buckets, in microseconds: from a commit on a fast disk to the longest answer time
/// that a webhook may have. The bucket after the last takes the rest.
inline constexpr std::array<std::uint64_t, 16> time_bounds_us = {
    100,     250,       1'000,     2'500,      10'000,     25'000,     100'000,     250'000,
    500'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000, 60'000'000, 600'000'000, 3'600'000'000};

/// How long something took, counted in buckets. One writing thread, as Counter.
class TimeHistogram {
 public:
  void observe(std::chrono::microseconds took) noexcept {
    const std::uint64_t us = took.count() < 0 ? 0 : static_cast<std::uint64_t>(took.count());
    std::size_t bucket = 0;
    while (bucket < time_bounds_us.size() && us > time_bounds_us[bucket]) ++bucket;
    buckets_[bucket].add();
    sum_us_.add(us);
  }
  /// How many fell into the bucket alone; `time_bounds_us.size()` names the last, open one.
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
  [[nodiscard]] std::uint64_t sum_us() const noexcept { return sum_us_.value(); }

 private:
  std::array<Counter, time_bounds_us.size() + 1> buckets_;
  Counter sum_us_;
};

}  // namespace pulter::metrics
