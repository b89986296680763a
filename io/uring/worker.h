#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

#include "io/op.h"

namespace pulter::io {

/// Where a finished piece of work goes back to. Called on the worker's thread.
class WorkOwner {
 public:
  virtual void work_finished(Op& op) noexcept = 0;

 protected:
  ~WorkOwner() = default;
};

/// A few threads for calls that block (file work), shared by all Ios of a program. Begun first come, first
/// served: a job that takes long (copying, syncing or reading a large file) holds one of them and not those
/// behind it.
class Worker {
 public:
  Worker();
  /// Runs what is queued to its end first.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `op.run(op.argument)`, then `owner.work_finished(op)`. Both stay alive until then. Any thread.
  void post(Op& op, WorkOwner& owner);

 private:
  struct Job {
    Op* op;
    WorkOwner* owner;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool ending_ = false;
  static constexpr std::size_t threads = 4;  // one job more that takes so long is rare, and waits
  std::array<std::thread, threads> threads_;
};

}  // namespace pulter::io
