#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/change_outbox.h"
#include "engine/control/hub.h"
#include "engine/control/import_rates.h"
#include "engine/store/store_client.h"
#include "io/scope.h"

namespace pulter::engine {

/// Reads what changed back from the store, as it is by then, and tells the listeners of /v1/stream. Changes
/// of one import that come together are told once. Control shard.
class ChangeFeed {
 public:
  ChangeFeed(io::Scope& scope, store::StoreClient& store, control::Hub& hub)
      : scope_(scope), store_(store), hub_(hub) {}

  void add(ChangeOutbox& outbox) { outboxes_.push_back(&outbox); }
  /// Empties the outboxes; once per turn of the control shard. Cheap when nobody listens.
  void look();
  /// Runs until its scope is cancelled.
  io::Task<> run();

 private:
  io::Task<> tell_import(std::string id);
  io::Task<> tell_event(std::string id, std::set<std::string> attempts);
  io::Task<> tell_webhook(std::string id);

  io::Scope& scope_;
  store::StoreClient& store_;
  control::Hub& hub_;
  std::vector<ChangeOutbox*> outboxes_;
  std::set<std::string> imports_;
  std::map<std::string, std::set<std::string>> events_;  ///< event → its new attempts
  control::ImportRates rates_;
  io::Event waiting_;
};

}  // namespace pulter::engine
