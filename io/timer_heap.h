#pragma once

#include <cstdint>
#include <vector>

#include "io/op.h"

namespace pulter::io {

/// The timers of one Io, soonest first; equal times in the order of their submission.
///
/// A heap with four children per node: its upper levels share cache lines. While an Op is in it, `Op::slot`
/// is its place, so any timer leaves in O(log n). Memory grows to the most timers ever pending and stays.
class TimerHeap {
 public:
  void push(Op& op);
  void remove(Op& op);
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// `never` when there is none.
  [[nodiscard]] Instant next_due() const noexcept { return entries_.empty() ? never : entries_.front().due; }
  /// The soonest timer, taken out, if it is due at `now`; otherwise null.
  Op* pop_due(Instant now);

 private:
  struct Entry {
    Instant due;
    std::uint64_t order;
    Op* op;

    [[nodiscard]] bool before(const Entry& other) const noexcept {
      return due != other.due ? due < other.due : order < other.order;
    }
  };

  void place(std::size_t index, const Entry& entry) noexcept;
  void sift_up(std::size_t index, const Entry& entry) noexcept;
  void sift_down(std::size_t index, const Entry& entry) noexcept;

  std::vector<Entry> entries_;
  std::uint64_t order_ = 0;
};

}  // namespace pulter::io
