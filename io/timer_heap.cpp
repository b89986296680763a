#include "io/timer_heap.h"

#include <algorithm>

#include "codec/base/check.h"

namespace pulter::io {
namespace {

constexpr std::size_t children = 4;

}  // namespace

void TimerHeap::place(std::size_t index, const Entry& entry) noexcept {
  entries_[index] = entry;
  entry.op->slot = static_cast<std::uint32_t>(index);
}

void TimerHeap::sift_up(std::size_t index, const Entry& entry) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / children;
    if (!entry.before(entries_[parent])) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, entry);
}

void TimerHeap::sift_down(std::size_t index, const Entry& entry) noexcept {
  for (;;) {
    const std::size_t first = index * children + 1;
    if (first >= entries_.size()) break;
    const std::size_t end = std::min(first + children, entries_.size());
    std::size_t soonest = first;
    for (std::size_t child = first + 1; child < end; ++child) {
      if (entries_[child].before(entries_[soonest])) soonest = child;
    }
    if (!entries_[soonest].before(entry)) break;
    place(index, entries_[soonest]);
    index = soonest;
  }
  place(index, entry);
}

void TimerHeap::push(Op& op) {
  const Entry entry{op.due, ++order_, &op};
  entries_.push_back(entry);
  sift_up(entries_.size() - 1, entry);
}

void TimerHeap::remove(Op& op) {
  const std::size_t index = op.slot;
  PULTER_CHECK(index < entries_.size() && entries_[index].op == &op);
  const Entry last = entries_.back();
  entries_.pop_back();
  if (last.op == &op) return;
  if (index > 0 && last.before(entries_[(index - 1) / children])) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

Op* TimerHeap::pop_due(Instant now) {
  if (entries_.empty() || entries_.front().due > now) return nullptr;
  Op* op = entries_.front().op;
  remove(*op);
  return op;
}

}  // namespace pulter::io
