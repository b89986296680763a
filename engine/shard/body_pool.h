#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "io/scope.h"

namespace pulter::shard {

class BodyPool;

/// A buffer whose lane waits for a commit or for a connection is lent from then on: a commit, and a
/// connection within one's own network, rarely take longer, and rendering again costs a millisecond for
/// each 1.5 MB.
inline constexpr io::Duration loan_delay = std::chrono::milliseconds(5);

struct BodySlot;

/// One buffer of the pool, given back when this dies. Laid out so that head and body leave in one send:
///
///     | headroom: the head ends here → | window of the body … |
class BodyBuffer {
 public:
  BodyBuffer() = default;
  BodyBuffer(BodyBuffer&& other) noexcept;
  BodyBuffer& operator=(BodyBuffer&& other) noexcept;
  ~BodyBuffer() { release(); }

  explicit operator bool() const noexcept { return slot_ != nullptr; }
  [[nodiscard]] std::span<char> headroom() const noexcept;
  [[nodiscard]] std::span<char> window() const noexcept;
  void release() noexcept;
  /// From `from` on, which may be past, the pool may take the buffer away for somebody who waits: what is in
  /// it can be made again. This is empty whenever that happened.
  void lend(io::Instant from) noexcept;
  /// The end of `lend`: what is still here stays.
  void keep() noexcept;

 private:
  friend class BodyPool;
  BodyBuffer(BodyPool* pool, BodySlot* slot) noexcept;

  BodyPool* pool_ = nullptr;
  BodySlot* slot_ = nullptr;
};

/// The memory behind one buffer, and who has it.
struct BodySlot {
  std::unique_ptr<char[]> memory;
  BodyBuffer* holder = nullptr;
  io::Instant lent_from{};  ///< while it is lent
};

/// A shard's fixed number of body buffers, last in first out: a body that is rendered, signed and sent one
/// after the other stays in warm memory (architecture, section 3, point 6). Memory is touched only when a
/// buffer is first used. One shard only.
///
/// A lane that waits (for an answer, for a connection) lends its buffer: what is in it can be rendered again,
/// and thousands of receivers that do not answer must not hold what the others need.
class BodyPool {
 public:
  BodyPool(std::size_t count, std::size_t headroom_bytes, std::size_t window_bytes);
  BodyPool(const BodyPool&) = delete;
  BodyPool& operator=(const BodyPool&) = delete;

  /// A buffer that nobody has, or an empty one. Takes nothing away from anybody.
  [[nodiscard]] BodyBuffer try_take() noexcept;
  /// A buffer that nobody has, before those who wait: for a lane that gave one back this very moment, and lends this
  /// one as soon as it is filled, which must take microseconds only.
  [[nodiscard]] BodyBuffer try_take_back() noexcept;
  /// A free buffer, or else the one whose loan began longest ago, or else waits for one in order of asking.
  /// Empty: the scope was cancelled.
  io::Task<BodyBuffer> take(io::Scope& scope);
  /// Someone waits: whoever holds a buffer without making progress should give it back.
  [[nodiscard]] bool contended() const noexcept { return first_waiter_ != nullptr; }
  [[nodiscard]] std::size_t free_count() const noexcept { return free_.size(); }
  [[nodiscard]] std::size_t window_bytes() const noexcept { return window_bytes_; }

 private:
  friend class BodyBuffer;
  struct Waiter {
    io::Event event;
    Waiter* next = nullptr;
  };
  void give_back(BodySlot& slot) noexcept;
  void end_loan(BodySlot& slot) noexcept;
  [[nodiscard]] BodySlot* find_slot(io::Instant now) noexcept;
  void wake_first() noexcept;
  void remove(Waiter& waiter) noexcept;

  std::size_t headroom_bytes_;
  std::size_t window_bytes_;
  std::vector<BodySlot> slots_;
  std::vector<BodySlot*> free_;
  std::vector<BodySlot*> lent_;  ///< the one whose loan begins first in front; a handful
  Waiter* first_waiter_ = nullptr;
  Waiter* last_waiter_ = nullptr;
};

}  // namespace pulter::shard
