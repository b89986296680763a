#include "engine/shard_thread.h"

#include <chrono>
#include <string>
#include <utility>

#include "io/process.h"

namespace pulter::engine {

io::UringSettings ring_settings(const config::Config& config, io::Worker& worker) {
  return {.tcp_congestion = config.tcp_congestion,
          .busy_poll = std::chrono::microseconds(config.busy_poll_us),
          .worker = &worker};
}

ShardThread::ShardThread(store::Store& store, store::Spool& spool, const config::Config& config,
                         io::Worker& worker, const ShardPlace& place)
    : thread_([this, &store, &spool, &config, &worker, place] { run(store, spool, config, worker, place); }) {
}

Result<> ShardThread::await_start() {
  started_.acquire();
  if (problem_) return fail(*problem_);
  return {};
}

void ShardThread::join() {
  may_end_.release();
  thread_.join();
}

void ShardThread::run(store::Store& store, store::Spool& spool, const config::Config& config,
                      io::Worker& worker, const ShardPlace& place) {
  io::name_thread("shard-" + std::to_string(place.index));
  auto ring = io::UringIo::create(ring_settings(config, worker));
  if (!ring) {
    problem_ = std::move(ring.error());
    started_.release();
    return;
  }
  io_ = std::move(*ring);
  loop_ = std::make_unique<ShardLoop>(*io_, store, spool, config, place);
  loop_->start();
  started_.release();
  while (!loop_->finished()) loop_->turn(io::never);
  ended_.release();
  may_end_.acquire();
  loop_.reset();
  io_.reset();
}

}  // namespace pulter::engine
