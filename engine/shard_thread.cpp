#include "engine/shard_thread.h"

#include <string>
#include <utility>

#include "io/process.h"

namespace pulter::engine {

ShardThread::ShardThread(store::Store& store, store::Spool& spool, const config::Config& config,
                         io::Worker& worker, std::uint32_t index, std::uint32_t count, std::uint64_t turns)
    : thread_([this, &store, &spool, &config, &worker, index, count, turns] {
        run(store, spool, config, worker, index, count, turns);
      }) {}

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
                      io::Worker& worker, std::uint32_t index, std::uint32_t count, std::uint64_t turns) {
  io::name_thread("shard-" + std::to_string(index));
  const io::UringSettings settings{.tcp_congestion = config.tcp_congestion, .worker = &worker};
  auto ring = io::UringIo::create(settings);
  if (!ring) {
    problem_ = std::move(ring.error());
    started_.release();
    return;
  }
  io_ = std::move(*ring);
  loop_ = std::make_unique<ShardLoop>(*io_, store, spool, config, index, count, nullptr, turns);
  loop_->start();
  started_.release();
  while (!loop_->finished()) loop_->turn(io::never);
  may_end_.acquire();
  loop_.reset();
  io_.reset();
}

}  // namespace pulter::engine
