#pragma once

#include "engine/config/config.h"
#include "engine/control/services.h"
#include "engine/store/spool.h"
#include "engine/store/store.h"
#include "engine/store/store_client.h"
#include "io/scope.h"

namespace pulter::engine {

/// What has to be done from time to time and stalls no lane: retention in small steps, files of imports that
/// are kept no longer, what a crash left in the spool, and whether the store can still write. One flow on the
/// control shard.
class Upkeep {
 public:
  Upkeep(io::Scope& scope, const config::Config& config, store::Store& store, store::StoreClient& client,
         store::Spool& spool, control::Readiness& readiness);

  /// Runs until its scope is cancelled.
  io::Task<> run();

 private:
  io::Task<> sweep_leftovers();
  io::Task<> apply_retention();
  io::Task<std::uint64_t> bytes_over();
  io::Task<> remove(std::string key);
  void look_at_store();

  io::Scope& scope_;
  const config::Config& config_;
  store::Store& store_;
  store::StoreClient& client_;
  store::Spool& spool_;
  control::Readiness& readiness_;
};

}  // namespace pulter::engine
