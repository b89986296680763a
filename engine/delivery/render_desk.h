#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "codec/sign/signature.h"
#include "engine/delivery/outgoing.h"
#include "io/io.h"

namespace pulter::delivery {

/// Bodies that one shard asks another one to render, as many as are signed side by side. Made by the asker,
/// who leaves it and its jobs alone until `done`.
struct RenderOrder {
  std::array<BodyJob*, sign::bodies_together_max> jobs{};
  std::size_t count = 0;
  io::Io* asker = nullptr;  ///< woken after `done` was set
  std::atomic<bool> done{false};
};

/// Where a shard that has nothing to do takes one order from another shard: whoever comes first has it. A
/// body is a pure function (architecture, section 3, point 5), so any core may compute it.
///
/// Closed at first, and whenever its shard works: an order is either done in the turn that it was laid down
/// in, or refused at once. Lock-free: one exchange each.
class RenderDesk {
 public:
  RenderDesk() = default;
  RenderDesk(const RenderDesk&) = delete;
  RenderDesk& operator=(const RenderDesk&) = delete;

  /// The desk's shard is about to sleep in `io`, which an order wakes. That shard only.
  void open(io::Io& io) {
    // Whoever laid the order of before may be reading it still: it is written once.
    if (io_ != &io) io_ = &io;
    order_.store(nullptr, std::memory_order_release);
  }
  /// No order from now on; the one that was laid down, or null. That shard only.
  [[nodiscard]] RenderOrder* close() {
    RenderOrder* const order = order_.exchange(closed(), std::memory_order_acq_rel);
    return order == closed() ? nullptr : order;
  }

  [[nodiscard]] bool is_open() const { return order_.load(std::memory_order_relaxed) == nullptr; }
  /// False: the shard works, or another order came first. Any other shard. The desk's shard must not end
  /// while this runs: shards end together.
  [[nodiscard]] bool lay(RenderOrder& order) {
    RenderOrder* expected = nullptr;
    if (!order_.compare_exchange_strong(expected, &order, std::memory_order_acq_rel)) return false;
    io_->wake();
    return true;
  }

 private:
  /// Stands for a closed desk; never read.
  static RenderOrder* closed() {
    static RenderOrder sign;
    return &sign;
  }

  // A cache line of its own: all shards look at it.
  alignas(64) std::atomic<RenderOrder*> order_{closed()};
  io::Io* io_ = nullptr;  ///< written before the desk is open for the first time, and never again
};

}  // namespace pulter::delivery
