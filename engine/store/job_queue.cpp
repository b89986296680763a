#include "engine/store/job_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pulter::store {

bool JobQueue::push(Job&& job) {
  {
    const std::scoped_lock lock(mutex_);
    if (jobs_.size() - first_ >= jobs_max_) return false;
    jobs_.push_back(std::move(job));
  }
  waiting_.notify_one();
  return true;
}

JobQueue::Taken JobQueue::take(std::vector<Job>& into, std::size_t count_max,
                               std::optional<std::chrono::milliseconds> wait_max) {
  std::unique_lock lock(mutex_);
  const auto is_due = [this] { return closed_ || poked_ || first_ < jobs_.size(); };
  if (wait_max) {
    waiting_.wait_for(lock, *wait_max, is_due);
  } else {
    waiting_.wait(lock, is_due);
  }
  poked_ = false;
  const std::size_t count = std::min(count_max, jobs_.size() - first_);
  if (count == 0) return closed_ ? Taken::closed : Taken::nothing;
  if (first_ == 0 && count == jobs_.size()) {
    std::swap(into, jobs_);
    return Taken::jobs;
  }
  const auto begin = jobs_.begin() + static_cast<std::ptrdiff_t>(first_);
  into.assign(std::make_move_iterator(begin),
              std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
  first_ += count;
  // Also where more always waits than is taken, what is left behind must not grow.
  if (2 * first_ >= jobs_.size()) {
    jobs_.erase(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  return Taken::jobs;
}

void JobQueue::poke() {
  {
    const std::scoped_lock lock(mutex_);
    poked_ = true;
  }
  waiting_.notify_one();
}

void JobQueue::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  waiting_.notify_all();
}

}  // namespace pulter::store
