#include "io/uring/worker.h"

#include "io/process.h"

namespace pulter::io {

Worker::Worker() {
  for (std::thread& thread : threads_) thread = std::thread([this] { work(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Worker::post(Op& op, WorkOwner& owner) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({&op, &owner});
  }
  changed_.notify_one();
}

void Worker::work() {
  name_thread("pulter-work");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = jobs_.front();
    jobs_.pop_front();
    lock.unlock();
    job.op->run(job.op->argument);
    job.owner->work_finished(*job.op);
    lock.lock();
  }
}

}  // namespace pulter::io
