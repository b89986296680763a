#pragma once

#include <memory>
#include <optional>
#include <semaphore>
#include <thread>

#include "codec/base/result.h"
#include "engine/shard_loop.h"
#include "io/uring/uring_io.h"

namespace pulter::engine {

/// A shard with a thread of its own. Its ring is made, turned and closed on that thread, as the kernel wants
/// it.
class ShardThread {
 public:
  ShardThread(store::Store& store, store::Spool& spool, const config::Config& config, io::Worker& worker,
              std::uint32_t index, std::uint32_t count, std::uint64_t turns);

  /// Waits until the shard turns, or could not be started (its ring's error).
  Result<> await_start();
  /// Waits for the shard's end after `drain` or `cancel`. The loop is gone afterwards: from here on nobody
  /// may post.
  void join();
  [[nodiscard]] ShardLoop& loop() { return *loop_; }

 private:
  void run(store::Store& store, store::Spool& spool, const config::Config& config, io::Worker& worker,
           std::uint32_t index, std::uint32_t count, std::uint64_t turns);

  std::binary_semaphore started_{0};
  std::binary_semaphore may_end_{0};  ///< nobody reaches for the loop any more
  std::optional<Error> problem_;
  std::unique_ptr<io::UringIo> io_;
  std::unique_ptr<ShardLoop> loop_;
  std::thread thread_;
};

}  // namespace pulter::engine
