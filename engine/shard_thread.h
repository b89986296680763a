#pragma once

#include <memory>
#include <optional>
#include <semaphore>
#include <thread>

#include "codec/base/result.h"
#include "engine/shard_loop.h"
#include "io/uring/uring_io.h"

namespace pulter::engine {

/// How the ring of each shard is set up, the first one's included.
[[nodiscard]] io::UringSettings ring_settings(const config::Config& config, io::Worker& worker);

/// A shard with a thread of its own. Its ring is made, turned and closed on that thread, as the kernel wants
/// it.
class ShardThread {
 public:
  ShardThread(store::Store& store, store::Spool& spool, const config::Config& config, io::Worker& worker,
              const ShardPlace& place);

  /// Waits until the shard turns, or could not be started (its ring's error).
  Result<> await_start();
  /// Waits until the shard turns no more, after `drain` or `cancel`. Its loop is still there: others, which
  /// have helped it, may be about to wake it.
  void await_end() { ended_.acquire(); }
  /// After the end of all shards. The loop is gone afterwards: from here on nobody may post.
  void join();
  [[nodiscard]] ShardLoop& loop() { return *loop_; }

 private:
  void run(store::Store& store, store::Spool& spool, const config::Config& config, io::Worker& worker,
           const ShardPlace& place);

  std::binary_semaphore started_{0};
  std::binary_semaphore ended_{0};
  std::binary_semaphore may_end_{0};  ///< nobody reaches for the loop any more
  std::optional<Error> problem_;
  std::unique_ptr<io::UringIo> io_;
  std::unique_ptr<ShardLoop> loop_;
  std::thread thread_;
};

}  // namespace pulter::engine
