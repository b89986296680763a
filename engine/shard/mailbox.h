#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

namespace pulter::shard {

/// A bounded queue from one thread to one other. Lock-free: one atomic store per put or take.
///
/// A full mailbox refuses; whoever puts must then have another way (lanes: `rescan`), never wait.
template <class T, std::size_t capacity>
class Mailbox {
  static_assert((capacity & (capacity - 1)) == 0, "capacity is a power of two");

 public:
  /// The putting thread. False when full: `value` is untouched.
  bool put(T&& value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
    slots_[tail & (capacity - 1)] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// The taking thread. False when empty.
  bool take(T& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    value = std::move(slots_[head & (capacity - 1)]);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  // Each end in a cache line of its own: the two threads write different ones.
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::array<T, capacity> slots_{};
};

}  // namespace pulter::shard
