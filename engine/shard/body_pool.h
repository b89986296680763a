#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "io/scope.h"

namespace pulter::shard {

class BodyPool;

/// One buffer of the pool, given back when this dies. Laid out so that head and body leave in one send:
///
///     | headroom: the head ends here → | window of the body … |
class BodyBuffer {
 public:
  BodyBuffer() = default;
  BodyBuffer(BodyBuffer&& other) noexcept;
  BodyBuffer& operator=(BodyBuffer&& other) noexcept;
  ~BodyBuffer() { release(); }

  explicit operator bool() const noexcept { return memory_ != nullptr; }
  [[nodiscard]] std::span<char> headroom() const noexcept;
  [[nodiscard]] std::span<char> window() const noexcept;
  void release() noexcept;

 private:
  friend class BodyPool;
  BodyBuffer(BodyPool* pool, char* memory) noexcept : pool_(pool), memory_(memory) {}

  BodyPool* pool_ = nullptr;
  char* memory_ = nullptr;
};

/// Someone who holds buffers for later and can do without: what is in them can be rendered again.
class BodyLender {
 public:
  BodyLender() = default;
  virtual ~BodyLender();
  BodyLender(const BodyLender&) = delete;
  BodyLender& operator=(const BodyLender&) = delete;
  /// Gives one buffer back to the pool. False: holds none.
  virtual bool give_up_body() noexcept = 0;

 private:
  friend class BodyPool;
  BodyPool* pool_ = nullptr;  ///< while in its list
  BodyLender* next_ = nullptr;
  BodyLender* previous_ = nullptr;
};

/// A shard's fixed number of body buffers, last in first out: a body that is rendered, signed and sent one
/// after the other stays in warm memory (architecture, section 3, point 6). Memory is touched only when a
/// buffer is first used. One shard only.
class BodyPool {
 public:
  BodyPool(std::size_t count, std::size_t headroom_bytes, std::size_t window_bytes);
  BodyPool(const BodyPool&) = delete;
  BodyPool& operator=(const BodyPool&) = delete;

  /// A buffer, or an empty one when all are out.
  [[nodiscard]] BodyBuffer try_take() noexcept;
  /// Waits for a buffer in order of asking; when all are out, a lender is asked for one first. Empty: the
  /// scope was cancelled.
  io::Task<BodyBuffer> take(io::Scope& scope);
  /// `lender` holds buffers that it can do without, until it is asked or dies. At once when someone waits.
  void lend(BodyLender& lender) noexcept;
  /// Someone waits: whoever holds a buffer without making progress should give it back.
  [[nodiscard]] bool contended() const noexcept { return first_waiter_ != nullptr; }
  [[nodiscard]] std::size_t free_count() const noexcept { return free_.size(); }
  [[nodiscard]] std::size_t window_bytes() const noexcept { return window_bytes_; }

 private:
  friend class BodyBuffer;
  friend class BodyLender;
  struct Waiter {
    io::Event event;
    Waiter* next = nullptr;
  };
  void give_back(char* memory) noexcept;
  void remove(Waiter& waiter) noexcept;
  bool reclaim() noexcept;
  void remove(BodyLender& lender) noexcept;

  std::size_t headroom_bytes_;
  std::size_t window_bytes_;
  std::vector<std::unique_ptr<char[]>> buffers_;
  std::vector<char*> free_;
  Waiter* first_waiter_ = nullptr;
  Waiter* last_waiter_ = nullptr;
  BodyLender* first_lender_ = nullptr;
  BodyLender* last_lender_ = nullptr;
};

}  // namespace pulter::shard
