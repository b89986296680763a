#include "engine/control/resend_job.h"

#include <algorithm>

#include "engine/control/announce.h"
#include "engine/control/services.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

namespace pulter::control {
namespace {

constexpr std::size_t jobs_remembered = 32;
/// Events between two messages about a job's progress.
constexpr std::uint64_t told_every = 100;

void add(MatchedEvents& matched, const model::Event& event) {
  matched.events.push_back({event.id, event.webhook_id});
  matched.rows += event.rows;
  matched.bytes += event.body_bytes;
  matched.delivered += event.state == model::EventState::delivered ? 1u : 0u;
  const auto same = std::find_if(matched.webhooks.begin(), matched.webhooks.end(),
                                 [&event](const auto& each) { return each.webhook_id == event.webhook_id; });
  if (same == matched.webhooks.end()) {
    matched.webhooks.push_back({event.webhook_id, 1});
  } else {
    ++same->count;
  }
}

io::Task<> run(io::Scope& scope, Services& services, std::shared_ptr<ResendJob> job, MatchedEvents matched) {
  for (const MatchedEvents::One& event : matched.events) {
    if (job->stop_asked || scope.cancelled()) break;
    store::AddLaneTask task;
    task.kind = store::LaneTaskKind::resend;
    task.event_id = event.id;
    auto added = co_await services.store.call(std::move(task));
    ++(added.done() ? job->done : job->failed);
    services.lanes.poke(event.webhook_id);
    if ((job->done + job->failed) % told_every == 0) announce(services, "resend", *job);
  }
  const bool whole = job->done + job->failed == job->count;
  job->state = whole ? ResendJob::State::done : ResendJob::State::stopped;
  announce(services, "resend", *job);
}

}  // namespace

std::string_view name(ResendJob::State state) {
  if (state == ResendJob::State::running) return "running";
  return state == ResendJob::State::done ? "done" : "stopped";
}

void write(json::Writer& w, const ResendJob& job) {
  w.begin_object().field("id", job.id).field("state", name(job.state)).field("count", job.count);
  w.field("done", job.done).field("failed", job.failed).end_object();
}

io::Task<Result<MatchedEvents>> match_events(Services& services, EventFilter filter) {
  MatchedEvents matched;
  filter.list.page = {limits::list_items_max, {}};
  while (true) {
    auto request = filter.list;
    auto reply = co_await services.store.call(std::move(request));
    if (!reply.done() || !reply.value) {
      co_return fail(ErrorCode::store_unavailable, "the events could not be listed: " + reply.detail);
    }
    for (const model::Event& event : reply.value->items) {
      const std::int64_t at = event.created_at_ms;
      if (at < filter.since_ms || at >= filter.until_ms || at > filter.as_of_ms) continue;
      add(matched, event);
    }
    if (matched.events.size() > limits::resend_events_max) {
      co_return std::unexpected(
          Error{ErrorCode::bad_value, -1,
                "\"filter\" matches more than 10,000 events; narrow it by importId, webhookId, "
                "since or until",
                "filter"});
    }
    filter.list.page.cursor = reply.value->next;
    if (filter.list.page.cursor.empty()) break;
  }
  std::reverse(matched.events.begin(), matched.events.end());
  co_return matched;
}

std::shared_ptr<ResendJob> ResendJobs::start(io::Scope& scope, Services& services, MatchedEvents matched) {
  auto job = std::make_shared<ResendJob>();
  job->id = shard::new_id(services.io, "job_");
  job->count = matched.events.size();
  jobs_.push_back(job);
  if (jobs_.size() > jobs_remembered) jobs_.pop_front();
  scope.spawn(run(scope, services, job, std::move(matched)));
  return job;
}

std::shared_ptr<ResendJob> ResendJobs::find(std::string_view id) const {
  for (const auto& job : jobs_) {
    if (job->id == id) return job;
  }
  return nullptr;
}

}  // namespace pulter::control
