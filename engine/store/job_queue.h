#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/store/core/core.h"

namespace pulter::store {

/// Requests on their way to one of the store's threads. The lock is held for a push or a swap only, so that a
/// shard never waits for a commit.
class JobQueue {
 public:
  explicit JobQueue(std::size_t jobs_max) : jobs_max_(jobs_max) {}

  /// False: too many wait; the job was not taken.
  bool push(Job&& job);
  enum class Taken : std::uint8_t { jobs, nothing, closed };
  /// Moves what waits into `into` (empty before), at most `count_max`; waits for the first one at most so
  /// long (none: for ever). `nothing`: nothing came, or somebody called `poke`; `closed`: nothing will come.
  Taken take(std::vector<Job>& into, std::size_t count_max,
             std::optional<std::chrono::milliseconds> wait_max);
  /// Has whoever waits in `take`, or does next, look around.
  void poke();
  /// What was pushed before is still taken.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::vector<Job> jobs_;
  std::size_t first_ = 0;  ///< of those in `jobs_` not taken yet
  std::size_t jobs_max_;
  bool poked_ = false;
  bool closed_ = false;
};

}  // namespace pulter::store
