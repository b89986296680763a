#pragma once

#include "io/op.h"

namespace pulter::io {

/// A queue of Ops through their own links: never allocates. An Op is in at most one list at a time.
class OpList {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] Op* front() const noexcept { return first_; }

  void push_back(Op& op) noexcept {
    op.next = nullptr;
    op.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &op;
    last_ = &op;
  }

  void remove(Op& op) noexcept {
    (op.previous != nullptr ? op.previous->next : first_) = op.next;
    (op.next != nullptr ? op.next->previous : last_) = op.previous;
    op.next = op.previous = nullptr;
  }

  /// The oldest, taken out; null when empty.
  Op* pop_front() noexcept {
    Op* op = first_;
    if (op != nullptr) remove(*op);
    return op;
  }

 private:
  Op* first_ = nullptr;
  Op* last_ = nullptr;
};

}  // namespace pulter::io
