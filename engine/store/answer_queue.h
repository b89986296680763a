#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/store/store.h"

namespace pulter::store {

/// One port's answers: pushed by the store's threads, taken by the port's.
class AnswerQueue {
 public:
  explicit AnswerQueue(Waker waker) : waker_(waker) {}

  /// Store's threads. `wake` once after the last of a group.
  void push(Answer answer) {
    const std::scoped_lock lock(mutex_);
    pushed_.push_back(std::move(answer));
  }
  void wake() noexcept {
    const std::scoped_lock lock(waker_mutex_);
    if (waker_.wake != nullptr) waker_.wake(waker_.argument);
  }
  /// Whoever took the last answer may go before the store's thread comes to wake it: not before this
  /// returned.
  void close() noexcept {
    const std::scoped_lock lock(waker_mutex_);
    waker_ = Waker{};
  }

  /// The port's thread.
  bool take(Answer& answer) {
    if (next_ == taken_.size()) {
      taken_.clear();
      next_ = 0;
      const std::scoped_lock lock(mutex_);
      std::swap(taken_, pushed_);
    }
    if (next_ == taken_.size()) return false;
    answer = std::move(taken_[next_++]);
    return true;
  }

 private:
  std::mutex waker_mutex_;
  Waker waker_;
  std::mutex mutex_;
  std::vector<Answer> pushed_;
  std::vector<Answer> taken_;  ///< the port's own
  std::size_t next_ = 0;
};

}  // namespace pulter::store
