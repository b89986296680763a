#include <algorithm>
#include <map>

#include "codec/base/ids.h"
#include "engine/control/fields.h"
#include "engine/control/import_lookup.h"
#include "engine/control/import_rates.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

// Figures for views: what goes on now, and how it went lately. Worked out from the response log when asked.

namespace pulter::control {
namespace {

using Attempts = std::vector<store::AttemptFigures>;

constexpr std::int64_t points_max = 300;
constexpr std::size_t last_answers_max = 30;

/// Answer times, for percentiles.
class Durations {
 public:
  void add(const store::AttemptFigures& attempt) {
    if (attempt.status != 0) us_.push_back(attempt.duration_us);
  }
  /// null when nothing was answered. Puts the durations out of order.
  void write(json::Writer& w, std::string_view name, unsigned percent) {
    if (!name.empty()) w.key(name);
    if (us_.empty()) {
      w.null();
      return;
    }
    const auto at = us_.begin() + static_cast<std::ptrdiff_t>((us_.size() - 1) * percent / 100);
    std::ranges::nth_element(us_, at);
    w.real(static_cast<double>(*at) / 1000.0);
  }

 private:
  std::vector<std::int64_t> us_;
};

struct Rate {
  std::uint64_t rows = 0;
  std::uint64_t batches = 0;
  void add(const store::AttemptFigures& attempt, std::int64_t now_ms) {
    if (!attempt.delivered || attempt.started_at_ms < now_ms - rate_window_ms) return;
    rows += attempt.rows;
    ++batches;
  }
};
/// `attempts` end where the limit on them ends, which on a busy daemon is before the window does.
double per_second(std::uint64_t count, const Attempts& newest_first, std::int64_t now_ms) {
  std::int64_t span_ms = rate_window_ms;
  if (newest_first.size() >= limits::figures_attempts_max)
    span_ms = std::min(span_ms, std::max(now_ms - newest_first.back().started_at_ms, rate_window_min_ms));
  return static_cast<double>(count) * 1000.0 / static_cast<double>(span_ms);
}

/// [unixSeconds, rowsPerSecond, p50, p95] for each step of the time in which something was sent.
void write_points(json::Writer& w, const Attempts& newest_first, std::int64_t step_ms) {
  struct Step {
    std::uint64_t rows = 0;
    Durations durations;
  };
  std::map<std::int64_t, Step> steps;
  for (const store::AttemptFigures& each : newest_first) {
    Step& step = steps[each.started_at_ms / step_ms];
    if (each.delivered) step.rows += each.rows;
    step.durations.add(each);
  }
  w.key("points").begin_array();
  for (auto& [number, step] : steps) {
    w.begin_array().integer(number * step_ms / 1000);
    w.real(static_cast<double>(step.rows) * 1000.0 / static_cast<double>(step_ms));
    step.durations.write(w, "", 50);
    step.durations.write(w, "", 95);
    w.end_array();
  }
  w.end_array();
}

void write_text_or_null(json::Writer& w, std::string_view name, std::string_view text) {
  if (text.empty()) {
    w.field_null(name);
  } else {
    w.field(name, text);
  }
}

std::string_view lane_state(const store::LaneFigures& lane) {
  if (!lane.enabled) return "disabled";
  if (lane.next_attempt_at_ms != 0) return "waiting";
  if (lane.in_flight) return "delivering";
  return lane.held ? "held" : "idle";
}

void write_lane(json::Writer& w, const store::LaneFigures& lane, const Attempts& newest_first,
                std::int64_t now_ms) {
  Durations durations;
  Rate rate;
  std::string last;
  // What is at the head knows its own last answer; a lane that has nothing at its head has one all the same.
  std::int32_t status = lane.last_status;
  for (const store::AttemptFigures& each : newest_first) {
    if (each.webhook_id != lane.webhook_id) continue;
    if (status == 0 && last.empty()) status = each.status;
    durations.add(each);
    rate.add(each, now_ms);
    if (last.size() < last_answers_max) last += each.delivered ? 'd' : each.halted ? 'h' : 'r';
  }
  std::ranges::reverse(last);
  w.begin_object().field("webhookId", lane.webhook_id).field("state", lane_state(lane));
  write_text_or_null(w, "importId", lane.import_id);
  write_text_or_null(w, "fileName", lane.file_name);
  write_text_or_null(w, "eventId", lane.event_id);
  if (lane.import_id.empty()) {
    w.field_null("index").field_null("count");
  } else {
    w.field("index", lane.index).field("count", lane.count);
  }
  write_time(w, "inFlightSince", lane.in_flight_since_ms);
  write_time(w, "waitingSince", lane.waiting_since_ms);
  write_time(w, "nextAttemptAt", lane.next_attempt_at_ms);
  w.field("queue", lane.queue).field("rowsPerSecond", per_second(rate.rows, newest_first, now_ms));
  durations.write(w, "p50Ms", 50);
  durations.write(w, "p95Ms", 95);
  if (status == 0) {
    w.field_null("lastStatus");
  } else {
    w.field("lastStatus", status);
  }
  w.field("lastAnswers", last).end_object();
}

/// What /v1/stats is made of.
struct Seen {
  Attempts attempts;
  std::vector<store::LaneFigures> lanes;
  store::Totals imports;
};

io::Task<Result<Seen>> look(Services& services, std::int64_t since_ms) {
  store::ListRecentAttempts recent{{}, {}, since_ms, limits::figures_attempts_max};
  auto attempts = co_await services.store.call(std::move(recent));
  store::ListLanes list;
  auto lanes = co_await services.store.call(std::move(list));
  store::CountImports count;
  auto imports = co_await services.store.call(std::move(count));
  if (!attempts.value || !lanes.value || !imports.value) {
    co_return fail(ErrorCode::store_unavailable,
                   "the figures could not be read: " + attempts.detail + lanes.detail + imports.detail);
  }
  co_return Seen{std::move(*attempts.value), std::move(*lanes.value), std::move(*imports.value)};
}

void write_stats(json::Writer& w, const Seen& seen, const Services& services, std::int64_t now_ms,
                 std::int64_t window_ms) {
  Durations durations;
  Rate rate;
  for (const store::AttemptFigures& each : seen.attempts) {
    durations.add(each);
    rate.add(each, now_ms);
  }
  const auto in_flight = std::ranges::count_if(seen.lanes, [](const auto& lane) { return lane.in_flight; });
  const auto disabled = std::ranges::count_if(seen.lanes, [](const auto& lane) { return !lane.enabled; });
  w.begin_object().field("version", std::string_view(PULTER_VERSION));
  write_time(w, "startedAt", services.started_at_ms);
  w.field("rowsPerSecond", per_second(rate.rows, seen.attempts, now_ms));
  w.field("batchesPerSecond", per_second(rate.batches, seen.attempts, now_ms));
  w.field("inFlight", static_cast<std::uint64_t>(in_flight));
  durations.write(w, "p50Ms", 50);
  durations.write(w, "p95Ms", 95);
  durations.write(w, "p99Ms", 99);
  w.key("imports").begin_object();
  for (const auto& [state, count] : seen.imports.counts) w.field(state, count);
  w.end_object().field("webhooksDisabled", static_cast<std::uint64_t>(disabled));
  w.key("lanes").begin_array();
  for (const store::LaneFigures& lane : seen.lanes) write_lane(w, lane, seen.attempts, now_ms);
  w.end_array();
  write_points(w, seen.attempts, window_ms / points_max);
  w.end_object();
}

}  // namespace

io::Task<Response> show_stats(Context& context) {
  if (auto ok = only_parameters(context.request, {"window"}); !ok) co_return problem(ok.error());
  const std::string* asked = context.request.parameter("window");
  const std::string window = asked == nullptr ? "15m" : *asked;
  constexpr std::int64_t minute_ms = 60'000;
  const std::int64_t window_ms = window == "15m"   ? 15 * minute_ms
                                 : window == "1h"  ? 60 * minute_ms
                                 : window == "24h" ? 24 * 60 * minute_ms
                                                   : 0;
  if (window_ms == 0) {
    const auto bad = refuse_field(ErrorCode::bad_value, "window", "must be one of 15m, 1h and 24h");
    co_return problem(bad.error());
  }
  const std::int64_t now_ms = shard::unix_ms(context.services.io);
  auto seen = co_await look(context.services, now_ms - window_ms);
  if (!seen) co_return problem(seen.error());
  std::string body;
  json::Writer w(body);
  write_stats(w, *seen, context.services, now_ms, window_ms);
  co_return json_response(200, std::move(body));
}

namespace {

/// `webhookId` of a call about one lane of an import; the import's only lane where it is left out.
io::Task<Result<std::string>> lane_of(Context& context) {
  if (auto ok = only_parameters(context.request, {"webhookId"}); !ok) co_return fail(std::move(ok.error()));
  const std::string& id = context.request.id;
  if (!is_id("imp_", id)) co_return fail(ErrorCode::not_found, "there is no import " + id);
  if (const std::string* webhook = context.request.parameter("webhookId")) co_return *webhook;
  Result<model::Import> import = co_await find_import(context);
  if (!import) co_return std::unexpected(std::move(import.error()));
  if (import->deliveries.size() == 1) co_return import->deliveries.front().webhook_id;
  co_return refuse_field(ErrorCode::bad_value, "webhookId", "must say which webhook of the import is meant");
}

}  // namespace

io::Task<Response> show_batches(Context& context) {
  Result<std::string> webhook = co_await lane_of(context);
  if (!webhook) co_return problem(webhook.error());
  store::ListBatchMarks list{context.request.id, std::move(*webhook)};
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "the lane");
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(*reply.value);
  co_return response;
}

io::Task<Response> show_timeline(Context& context) {
  Result<std::string> webhook = co_await lane_of(context);
  if (!webhook) co_return problem(webhook.error());
  store::ListLaneMarks list_marks{context.request.id, *webhook};
  auto marks = co_await context.services.store.call(std::move(list_marks));
  store::ListRecentAttempts list{context.request.id, std::move(*webhook), 0, limits::figures_attempts_max};
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "the timeline");
  const Attempts& attempts = *reply.value;
  std::int64_t span_ms = 0;
  for (const store::AttemptFigures& each : attempts)
    span_ms = std::max(span_ms, attempts.front().started_at_ms - each.started_at_ms);
  // Whole seconds: points are told apart by their second.
  const std::int64_t step_ms = (span_ms / points_max / 1000 + 1) * 1000;
  std::string body;
  json::Writer w(body);
  w.begin_object();
  write_points(w, attempts, step_ms);
  w.key("marks").begin_array();
  for (const store::LaneMark& mark : marks.value.value_or(std::vector<store::LaneMark>())) {
    w.begin_object();
    write_time(w, "at", mark.at_ms);
    w.field("kind", store::name(mark.kind)).end_object();
  }
  w.end_array().end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace pulter::control
