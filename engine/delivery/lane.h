#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/net/url.h"
#include "codec/sign/secret.h"
#include "engine/config/config.h"
#include "engine/delivery/ahead.h"
#include "engine/delivery/attempt.h"
#include "engine/delivery/changes.h"
#include "engine/delivery/connection.h"
#include "engine/delivery/dialer.h"
#include "engine/delivery/lease.h"
#include "engine/delivery/outgoing.h"
#include "engine/delivery/renderer.h"
#include "engine/metrics/counters.h"
#include "engine/shard/body_pool.h"
#include "engine/shard/turns.h"
#include "engine/store/spool.h"
#include "engine/store/store.h"
#include "engine/store/store_client.h"
#include "io/scope.h"

namespace pulter::delivery {

/// What every lane of a shard works with. All of it outlives the lanes.
struct LaneServices {
  store::StoreClient& store;
  store::Spool& spool;
  shard::BodyPool& bodies;
  Renderer& renderer;
  shard::Turns& turns;
  Dialer& dialer;
  const config::Config& config;
  metrics::DeliveryCounters& counters;
  ChangeSink* changes = nullptr;  ///< told after commits; may be null
};

/// The ordered queue of one webhook: at most one request in flight, ever (contract, section 4).
///
/// A lane exists while its webhook has work. It asks the store what comes next, delivers it step by step, and
/// makes each answer durable before what follows it leaves. Everything it knows can be read again from the
/// store, so it may be stopped at any await. One shard only.
class Lane {
 public:
  Lane(io::Scope& shard, LaneServices services, std::string webhook_id, std::uint64_t epoch);

  /// Works until nothing is left to do, the lane is fenced, or `drain` was called. `turn` may be empty: the
  /// lane waits for one then. It holds a turn while it is under way, and none while it waits for a retry.
  io::Task<> run(shard::Turn turn);
  /// Something about this lane changed in the store: look again.
  void poke() {
    poked_.set();
    was_poked_ = true;
  }
  /// True once after a poke that `run` had not seen when it ended.
  [[nodiscard]] bool take_poke() { return std::exchange(was_poked_, false); }
  /// No new request; the answer to one in flight is still awaited and recorded.
  void drain() {
    draining_ = true;
    poked_.set();
  }

 private:
  /// One import on its way through this lane.
  struct Run {
    store::LaneWork work;
    std::shared_ptr<BodySource> source;
    [[nodiscard]] const model::Delivery& delivery() const { return work.import.deliveries.front(); }
  };
  enum class Step : std::uint8_t { go_on, ask_again, stop };

  [[nodiscard]] store::LaneKey key() const { return {webhook_id_, epoch_}; }
  [[nodiscard]] bool stopping() const { return draining_ || fenced_ || scope_.cancelled(); }

  bool use_webhook(const model::Webhook& webhook);
  io::Task<> linger();
  io::Task<> step_aside(io::Instant until);
  [[nodiscard]] io::Instant due_at(const model::Event& event, io::Instant now);
  io::Task<> wait_for_descriptor(const Error& error);
  io::Task<> pause(io::Duration duration);

  io::Task<> deliver(store::LaneWork work);
  io::Task<> perform(store::LaneWork work);
  io::Task<bool> make_source(Run& run, model::Event event, std::uint64_t cursor);
  io::Task<std::optional<Outgoing>> open_event(Run& run, std::uint64_t cursor);
  io::Task<std::optional<Outgoing>> reopen_event(Run& run, model::Event event, std::uint64_t cursor);
  io::Task<bool> open_file(Run& run, shard::BodyBuffer& buffer, const model::Event& event,
                           std::uint64_t cursor);
  io::Task<std::optional<Outgoing>> render(Run& run, model::Event event, std::uint64_t cursor,
                                           shard::BodyBuffer buffer);
  void render_ahead(Run& run, std::uint64_t cursor);
  std::vector<BodyJob> next_jobs(Run& run, std::uint64_t cursor);
  [[nodiscard]] model::Event event_at(const Run& run, std::uint64_t cursor) const;
  Result<model::Event> next_event(const Run& run, std::uint64_t cursor);
  void note_retry(model::Event& event, const store::Record& record);
  [[nodiscard]] static bool has_waited(const Run& run, const model::Event& event);
  io::Task<> show_in_flight(std::string event_id);
  io::Task<bool> wait_until_due(Outgoing& outgoing);
  io::Task<bool> make_fresh(Run& run, std::optional<Outgoing>& current, std::uint64_t cursor);
  io::Task<> renew_connection();
  io::Task<> settle_attempt(AttemptRun& attempt, const Outgoing& outgoing);
  io::Task<> drop_connection();
  store::Record make_record(Run& run, const Outgoing& outgoing, AttemptRun& attempt);
  void count(const store::Record& record, const Outgoing& outgoing);
  void tell(const store::Record& record);
  io::Task<Step> commit(store::Record record);
  io::Task<Step> commit_overlapped(store::Record record);
  io::Task<> commit_in_background(store::Record record);
  io::Task<Step> finish_background();
  io::Task<> halt_unsendable(Run& run, model::Event event, std::uint64_t cursor, const Error& error);

  io::Scope scope_;
  LaneServices services_;
  std::string webhook_id_;
  std::uint64_t epoch_;
  Lease lease_;
  model::Webhook webhook_;
  net::Url url_;
  std::vector<sign::Secret> secrets_;
  shard::Turn turn_;
  std::unique_ptr<Connection> connection_;
  Ahead ahead_;
  io::Event poked_;
  bool was_poked_ = false;
  bool idle_ = false;  ///< the store said with the last commit that nothing is left to do
  bool draining_ = false;
  bool fenced_ = false;
  // relaxed durability: the one commit that may be under way while the next request flies
  bool background_running_ = false;
  Step background_step_ = Step::go_on;
  io::Event background_done_;
};

}  // namespace pulter::delivery
