#include "engine/delivery/dispatcher.h"

#include <utility>
#include <vector>

#include "codec/base/planted.h"

namespace pulter::delivery {

Dispatcher::Dispatcher(io::Scope& scope, LaneServices services, std::uint32_t shard,
                       std::uint32_t shard_count)
    : scope_(scope), services_(services), shard_(shard), shard_count_(shard_count) {}

io::Task<bool> Dispatcher::start() {
  for (std::uint32_t store_shard = 0; store_shard < model::store_shard_count; ++store_shard) {
    if (!is_mine(store_shard)) continue;
    store::AcquireShard acquire{store_shard};
    auto epoch = co_await services_.store.call(std::move(acquire));
    if (!epoch.done()) {
      problem_ = epoch.detail;
      co_return false;
    }
    epochs_[store_shard] = *epoch.value;
  }
  if constexpr (planted(Bug::nothing_resumed_at_start)) co_return true;
  co_await rescan();
  co_return problem_.empty();
}

io::Task<> Dispatcher::rescan() {
  for (std::uint32_t store_shard = 0; store_shard < model::store_shard_count; ++store_shard) {
    if (!is_mine(store_shard)) continue;
    store::ListBusyLanes list{store_shard};
    auto busy = co_await services_.store.call(std::move(list));
    if (!busy.done()) {
      problem_ = busy.detail;
      co_return;
    }
    for (const std::string& webhook_id : *busy.value) poke(webhook_id);
  }
}

void Dispatcher::poke(std::string_view webhook_id) {
  if (draining_) return;
  if (const auto found = lanes_.find(webhook_id); found != lanes_.end()) {
    found->second->poke();
    return;
  }
  const auto [place, is_new] = waiting_.emplace(webhook_id);
  if (!is_new) return;
  in_order_.push_back(&*place);
  if (is_starting_) return;
  is_starting_ = true;
  scope_.spawn(start_waiting());
}

/// Lanes begin as turns come free, in the order in which they were asked for.
io::Task<> Dispatcher::start_waiting() {
  while (!in_order_.empty() && !draining_) {
    shard::Turn turn = co_await services_.turns.take(scope_);
    if (!turn || draining_) break;
    std::string id = *in_order_.front();
    in_order_.pop_front();
    waiting_.erase(id);
    start_lane(std::move(id), std::move(turn));
  }
  is_starting_ = false;
}

void Dispatcher::start_lane(std::string id, shard::Turn turn) {
  const std::uint64_t epoch = epochs_[model::store_shard_of(id)];
  services_.counters.lanes.add(1);
  lanes_.emplace(id, std::make_unique<Lane>(scope_, services_, id, epoch));
  scope_.spawn(keep(std::move(id), std::move(turn)));
}

io::Task<> Dispatcher::keep(std::string webhook_id, shard::Turn turn) {
  Lane& lane = *lanes_.find(webhook_id)->second;
  do {
    co_await lane.run(std::move(turn));
  } while (!draining_ && !scope_.cancelled() && lane.take_poke());
  lanes_.erase(webhook_id);
  services_.counters.lanes.add(-1);
}

void Dispatcher::drain() {
  draining_ = true;
  for (auto& [id, lane] : lanes_) lane->drain();
}

}  // namespace pulter::delivery
