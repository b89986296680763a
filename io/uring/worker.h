#pragma once

#include <condition_variable>
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

/// One thread for calls that block (file work), shared by all Ios of a program. First come, first served.
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
  std::thread thread_;
};

}  // namespace pulter::io
