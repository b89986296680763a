#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/change_outbox.h"
#include "engine/config/config.h"
#include "engine/delivery/dialer.h"
#include "engine/delivery/dispatcher.h"
#include "engine/delivery/render_desk.h"
#include "engine/delivery/renderer.h"
#include "engine/limits.h"
#include "engine/shard/body_pool.h"
#include "engine/shard/mailbox.h"
#include "engine/shard/turns.h"
#include "engine/store/spool.h"
#include "engine/store/store.h"
#include "engine/store/store_client.h"
#include "engine/store/tiered_spool.h"
#include "io/io.h"
#include "io/net/resolver.h"
#include "io/scope.h"

namespace pulter::engine {

/// What one shard may be told by the control shard.
struct Message {
  enum class Kind : std::uint8_t {
    poke,    ///< a webhook of yours has work: look into the store
    drain,   ///< no new requests; end when the last answer is durable, or patience is over
    cancel,  ///< end now
  };
  Kind kind = Kind::poke;
  std::string webhook_id;   ///< poke
  io::Duration patience{};  ///< drain: how long answers are awaited before the rest is cancelled
};

/// Which of the shards this is.
struct ShardPlace {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  std::uint64_t turns = limits::turns_max_of_all_shards;  ///< lanes that are under way at a time, at most
  /// Where shards help each other: one desk per shard, shared by all. None: nobody helps.
  std::span<delivery::RenderDesk> desks = {};
  std::uint64_t helped_bytes_min = limits::helped_bytes_min;  ///< of a file; for less nobody is asked
};

/// One shard: a thread's own Io, its lanes, buffers and timers (architecture, section 3, point 4). It shares
/// nothing; others reach it through `post` alone. Runs over any Io, so a simulation turns the same object.
class ShardLoop {
 public:
  /// Everything referenced outlives it, the desks also the last turn of every other shard. Names are looked
  /// up over DNS unless a simulation gives a `resolver` of its own.
  ShardLoop(io::Io& io, store::Store& store, store::Spool& spool, const config::Config& config,
            const ShardPlace& place, std::unique_ptr<io::Resolver> resolver = nullptr);

  /// Hands a message to this shard and wakes it. One posting thread: the control shard. Never blocks: a poke
  /// that finds the mailbox full becomes a look at the whole store.
  void post(Message message);

  /// Starts the lanes that have unfinished work. The shard's thread, like everything below.
  void start();
  /// One turn: answers of the store, messages, then the Io until something happens or `until`.
  void turn(io::Instant until);
  /// After drain or cancel: nothing runs any more.
  [[nodiscard]] bool finished() const { return ending_ && scope_.running() == 0 && store_.waiting() == 0; }
  /// Why the start failed; empty: it did not.
  [[nodiscard]] const std::string& problem() const { return dispatcher_.problem(); }
  [[nodiscard]] bool started() const { return started_; }

  [[nodiscard]] io::Io& io() { return io_; }
  [[nodiscard]] io::Scope& scope() { return scope_; }
  [[nodiscard]] store::StoreClient& store() { return store_; }
  /// The files of imports: small ones in the store, the others in the spool.
  [[nodiscard]] store::TieredSpool& files() { return files_; }
  [[nodiscard]] delivery::Dispatcher& dispatcher() { return dispatcher_; }
  /// What lanes changed, for the control shard.
  [[nodiscard]] ChangeOutbox& changes() { return changes_; }
  /// What its lanes counted; any thread.
  [[nodiscard]] const metrics::DeliveryCounters& counters() const { return counters_; }
  [[nodiscard]] delivery::Dialer& dialer() { return dialer_; }
  [[nodiscard]] io::Resolver& resolver() { return *resolver_; }

 private:
  void handle(Message message);
  io::Task<> start_lanes();

  io::Io& io_;
  store::StoreClient store_;
  store::TieredSpool files_;
  shard::BodyPool bodies_;
  delivery::Renderer renderer_;
  shard::Turns turns_;
  io::Scope scope_;
  std::unique_ptr<io::Resolver> resolver_;
  delivery::Dialer dialer_;
  ChangeOutbox changes_;
  metrics::DeliveryCounters counters_;
  delivery::Dispatcher dispatcher_;
  shard::Mailbox<Message, limits::mailbox_messages> inbox_;
  std::atomic<bool> rescan_{false};
  std::atomic<bool> cancel_{false};
  bool ending_ = false;
  io::Instant cancel_at_ = io::never;
  bool started_ = false;
};

}  // namespace pulter::engine
