#pragma once

namespace pulter::shard {

/// Takes `waiter` out of a line that is linked by `next` from `first` to `last`, wherever it stands; nothing
/// happens where it is not in it. O(length): lines are short, and one thread has them.
template <typename Waiter>
void leave_line(Waiter& waiter, Waiter*& first, Waiter*& last) noexcept {
  Waiter* before = nullptr;
  for (Waiter* at = first; at != nullptr; before = at, at = at->next) {
    if (at != &waiter) continue;
    (before != nullptr ? before->next : first) = at->next;
    if (last == at) last = before;
    return;
  }
}

}  // namespace pulter::shard
