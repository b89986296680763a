#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/base/check.h"
#include "engine/config/config.h"
#include "engine/intake/intake.h"
#include "engine/limits.h"
#include "engine/shard_loop.h"
#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "io/sim/sim_io.h"

namespace pulter::tests {

/// The engine in virtual time: one shard over SimIo, the real SQL in memory, files in memory. The disk
/// (database and spool) outlives a crash; everything else dies with it.
class SimEngine {
 public:
  /// `turns`: lanes that may be under way at a time.
  explicit SimEngine(std::uint64_t seed = 1, config::Durability durability = config::Durability::strict,
                     std::uint64_t turns = limits::turns_max_of_all_shards);
  ~SimEngine();

  [[nodiscard]] io::SimIo& io() { return io_; }
  /// For flows of the test itself, such as receivers: no crash reaches them.
  [[nodiscard]] io::Scope& world() { return world_; }
  [[nodiscard]] store::InlineStore& store() { return process_->store; }
  [[nodiscard]] engine::ShardLoop& shard() { return process_->loop; }
  [[nodiscard]] store::MemorySpool& spool() { return spool_; }

  /// Turns until `done` says so. False when `limit` of virtual time passed before.
  template <class Done>
  bool run_until(Done done, io::Duration limit = std::chrono::hours(72)) {
    const io::Instant end = io_.now() + limit;
    while (!done()) {
      if (io_.now() >= end) return false;
      turn(end);
    }
    return true;
  }
  void run_for(io::Duration duration) {
    run_until([] { return false; }, duration);
  }

  /// The process dies. The group that the store is at reaches the disk when `keep`.
  void crash(bool keep);
  /// A new process on the same disk; lanes go on by themselves.
  void restart();

  /// One request to the store, answered.
  template <class R>
  store::Reply<typename R::Answer> ask(R request) {
    std::optional<store::Reply<typename R::Answer>> reply;
    world_.spawn(ask_into(process_->loop.store(), std::move(request), reply));
    PULTER_CHECK(run_until([&] { return reply.has_value(); }));
    return std::move(*reply);
  }

  /// Puts a file in, makes it an import, pokes its lanes.
  Result<model::Import> import(std::string_view csv, intake::ImportRequest request);
  model::Import look(const std::string& import_id);
  /// The webhook of the default importer for `url`, with this secret and this schedule.
  model::Webhook make_webhook(const std::string& url, const std::string& secret);
  void poke(const std::string& webhook_id) { process_->loop.dispatcher().poke(webhook_id); }

 private:
  struct Process {
    Process(store::Core& core, io::SimIo& io, store::MemorySpool& spool, const config::Config& config,
            std::uint64_t turns)
        : store(core, io),
          loop(io, store, spool, config, {.turns = turns}),
          intake(loop.store(), loop.files(), limits(config)) {}
    static intake::IntakeSettings limits(const config::Config& config) {
      return {.max_file_bytes = 0, .max_rows = 0, .max_batch_bytes = config.max_batch_bytes};
    }
    store::InlineStore store;
    engine::ShardLoop loop;
    intake::Intake intake;
  };

  template <class R>
  static io::Task<> ask_into(store::StoreClient& client, R request,
                             std::optional<store::Reply<typename R::Answer>>& reply) {
    auto answered = co_await client.call(std::move(request));
    reply.emplace(std::move(answered));
  }
  io::Task<> import_into(std::string_view csv, intake::ImportRequest request,
                         std::optional<Result<model::Import>>& result);
  void turn(io::Instant until) { process_->loop.turn(until); }

  io::SimIo io_;
  io::Scope world_;
  config::Config config_;
  std::uint64_t turns_;
  std::unique_ptr<store::Core> disk_;
  store::MemorySpool spool_;
  std::size_t small_max_;  ///< even seeds: all files are large; odd ones: as in the daemon
  std::unique_ptr<Process> process_;
};

}  // namespace pulter::tests
