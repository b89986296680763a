#include <algorithm>
#include <map>

#include "codec/base/time_text.h"
#include "engine/control/fields.h"
#include "engine/control/represent.h"
#include "engine/control/resend_job.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

// Resending many events: first counted (`dryRun`), then sent as they were counted (`asOf`).

namespace pulter::control {
namespace {

void read_time(json::ObjectReader& fields, std::string_view name, std::int64_t& ms) {
  const auto text = fields.string(name);
  if (!text) return;
  const auto ns = parse_rfc3339(*text);
  if (!ns) fields.refuse(name, "must be a time such as 2026-01-31T12:00:00.000Z");
  if (ns) ms = *ns / 1'000'000;
}

Result<EventFilter> read_filter(const json::Value& value) {
  EventFilter filter;
  json::ObjectReader fields(value);
  filter.list.import_id = fields.string("importId");
  filter.list.webhook_id = fields.string("webhookId");
  filter.list.name = fields.string("name");
  if (const auto state = fields.string("state")) {
    filter.list.state = model::parse_event_state(*state);
    if (!filter.list.state) {
      fields.refuse("state", "must be one of pending, delivering, delivered, halted and cancelled");
    }
  }
  read_time(fields, "since", filter.since_ms);
  read_time(fields, "until", filter.until_ms);
  if (auto ok = fields.finish(); !ok) return std::unexpected(std::move(ok.error()));
  if (value.members.empty()) {
    return refuse_field(ErrorCode::bad_value, "filter",
                        "must name at least one of importId, webhookId, state, name, since and until");
  }
  return filter;
}

/// What stands before them in each lane, and how long an answer takes there: what the resend will cost.
struct LaneCost {
  std::uint64_t queue = 0;
  std::vector<std::int64_t> durations_us;
};

io::Task<std::map<std::string, LaneCost>> costs_of(Services& services) {
  std::map<std::string, LaneCost> costs;
  store::ListLanes list;
  auto lanes = co_await services.store.call(std::move(list));
  if (lanes.value) {
    for (const store::LaneFigures& lane : *lanes.value) costs[lane.webhook_id].queue = lane.tasks;
  }
  store::ListRecentAttempts recent{{}, {}, 0, limits::figures_attempts_max};
  auto attempts = co_await services.store.call(std::move(recent));
  if (attempts.value) {
    for (const store::AttemptFigures& each : *attempts.value) {
      if (each.status != 0) costs[each.webhook_id].durations_us.push_back(each.duration_us);
    }
  }
  co_return costs;
}

void write_cost(json::Writer& w, LaneCost& cost) {
  w.field("queue", cost.queue);
  std::vector<std::int64_t>& us = cost.durations_us;
  if (us.empty()) {
    w.field_null("p50Ms");
    return;
  }
  const auto middle = us.begin() + static_cast<std::ptrdiff_t>((us.size() - 1) / 2);
  std::ranges::nth_element(us, middle);
  w.field("p50Ms", static_cast<double>(*middle) / 1000.0);
}

Response plan_response(const MatchedEvents& matched, std::int64_t as_of_ms,
                       std::map<std::string, LaneCost> costs) {
  std::string body;
  json::Writer w(body);
  w.begin_object()
      .field("count", matched.events.size())
      .field("rows", matched.rows)
      .field("bytes", matched.bytes);
  w.field("delivered", matched.delivered);
  write_time(w, "asOf", as_of_ms);
  w.key("webhooks").begin_array();
  for (const auto& each : matched.webhooks) {
    w.begin_object().field("webhookId", each.webhook_id).field("count", each.count);
    write_cost(w, costs[each.webhook_id]);
    w.end_object();
  }
  w.end_array().end_object();
  return json_response(200, std::move(body));
}

Response job_response(int status, const ResendJob& job) {
  std::string body;
  json::Writer w(body);
  write(w, job);
  return json_response(status, std::move(body));
}

Response no_job(const std::string& id) {
  return problem(404, "not_found", "there is no resend " + id + "; the last 32 of this start are remembered");
}

}  // namespace

io::Task<Response> resend_events(Context& context) {
  Services& services = context.services;
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  json::ObjectReader fields(*value);
  const json::Value* filter_value = fields.value("filter");
  const bool dry_run = fields.boolean("dryRun").value_or(false);
  const std::int64_t now_ms = shard::unix_ms(services.io);
  std::int64_t as_of_ms = now_ms;
  read_time(fields, "asOf", as_of_ms);
  if (filter_value == nullptr) fields.refuse("filter", "is missing: which events are to be sent again");
  if (auto ok = fields.finish(); !ok) co_return problem(ok.error());
  auto filter = read_filter(*filter_value);
  if (!filter) co_return problem(filter.error());
  filter->as_of_ms = std::min(as_of_ms, now_ms);

  auto matched = co_await match_events(services, std::move(*filter));
  if (!matched) co_return problem(matched.error());
  if (dry_run) {
    auto costs = co_await costs_of(services);
    co_return plan_response(*matched, std::min(as_of_ms, now_ms), std::move(costs));
  }
  auto job = services.resends.start(context.scope, services, std::move(*matched));
  co_return job_response(202, *job);
}

io::Task<Response> show_resend(Context& context) {
  const auto job = context.services.resends.find(context.request.id);
  if (!job) co_return no_job(context.request.id);
  co_return job_response(200, *job);
}

io::Task<Response> stop_resend(Context& context) {
  const auto job = context.services.resends.find(context.request.id);
  if (!job) co_return no_job(context.request.id);
  job->stop_asked = true;
  co_return job_response(200, *job);
}

}  // namespace pulter::control
