#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "engine/delivery/lane.h"
#include "engine/model/webhook.h"
#include "io/scope.h"

namespace pulter::delivery {

/// The lanes of one shard: those whose webhook's store shard, modulo the number of shards, is this one.
/// A webhook without work has no lane and costs nothing here; one whose work waits for its turn costs its id.
class Dispatcher {
 public:
  Dispatcher(io::Scope& scope, LaneServices services, std::uint32_t shard, std::uint32_t shard_count);

  /// Takes ownership of this shard's store shards, then starts a lane for each webhook with unfinished work.
  /// False: the store could not answer (its reason is in `problem`).
  io::Task<bool> start();
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Something about this webhook changed in the store. Starts its lane where it has none.
  void poke(std::string_view webhook_id);
  /// Looks for all webhooks with unfinished work: after pokes may have been lost.
  io::Task<> rescan();
  /// No new requests; lanes end after the answer that they wait for.
  void drain();
  [[nodiscard]] std::size_t lane_count() const { return lanes_.size(); }
  /// Webhooks with work whose lanes have not started yet.
  [[nodiscard]] std::size_t waiting_count() const { return waiting_.size(); }

 private:
  [[nodiscard]] bool is_mine(std::uint32_t store_shard) const { return store_shard % shard_count_ == shard_; }
  io::Task<> start_waiting();
  void start_lane(std::string id, shard::Turn turn);
  io::Task<> keep(std::string webhook_id, shard::Turn turn);

  io::Scope& scope_;
  LaneServices services_;
  std::uint32_t shard_;
  std::uint32_t shard_count_;
  bool draining_ = false;
  std::string problem_;
  std::array<std::uint64_t, model::store_shard_count> epochs_{};
  std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_;
  std::unordered_set<std::string> waiting_;  // whose turn has not come
  std::deque<const std::string*> in_order_;  // the same, in order of asking
  bool is_starting_ = false;
};

}  // namespace pulter::delivery
