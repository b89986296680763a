#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/json/writer.h"
#include "engine/model/event.h"
#include "engine/store/store.h"
#include "io/scope.h"

namespace pulter::control {

struct Services;

/// Which events are meant; what is not set matches all.
struct EventFilter {
  store::ListEvents list;  ///< importId, webhookId, state, name
  std::int64_t since_ms = 0;
  std::int64_t until_ms = INT64_MAX;
  std::int64_t as_of_ms = INT64_MAX;  ///< events made later do not match: what was counted is what is sent
};

/// What a filter matches.
struct MatchedEvents {
  struct One {
    std::string id;
    std::string webhook_id;
  };
  struct PerWebhook {
    std::string webhook_id;
    std::uint64_t count = 0;
  };
  std::vector<One> events;  ///< oldest first: the order they had
  std::vector<PerWebhook> webhooks;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t delivered = 0;  ///< of them, accepted before
};

/// Errors: limit_reached over limits::resend_events_max, store_unavailable.
io::Task<Result<MatchedEvents>> match_events(Services& services, EventFilter filter);

/// Many resends under way: each puts its events into their lanes, oldest first.
struct ResendJob {
  enum class State : std::uint8_t { running, done, stopped };
  std::string id;
  State state = State::running;
  std::uint64_t count = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;  ///< could not be put into their lane: gone meanwhile
  bool stop_asked = false;
};
[[nodiscard]] std::string_view name(ResendJob::State state);
void write(json::Writer& w, const ResendJob& job);

/// The jobs of this run of the daemon; the newest are remembered. What a job has put into lanes is in the
/// store and survives a restart; a job itself does not, and asking again with the same filter and asOf is
/// safe.
class ResendJobs {
 public:
  /// Starts a job in `scope`, which must outlive it.
  std::shared_ptr<ResendJob> start(io::Scope& scope, Services& services, MatchedEvents matched);
  [[nodiscard]] std::shared_ptr<ResendJob> find(std::string_view id) const;

 private:
  std::deque<std::shared_ptr<ResendJob>> jobs_;
};

}  // namespace pulter::control
