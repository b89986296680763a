#include <algorithm>

#include "engine/store/core/handlers.h"
#include "engine/store/core/number_span.h"

namespace pulter::store {
namespace {

/// Counts at most one more than a total may be.
std::optional<std::uint64_t> read_total(Query& query) {
  query.bind(listing_total_max + 1);
  if (!query.row()) return std::nullopt;
  const std::uint64_t total = query.unsigned_integer();
  return total > listing_total_max ? std::nullopt : std::optional(total);
}

AttemptFigures read_figures(Query& query) {
  AttemptFigures figures;
  figures.webhook_id = query.text();
  figures.import_id = query.text();
  figures.rows = query.unsigned_integer();
  figures.started_at_ms = query.integer();
  figures.duration_us = query.integer();
  figures.status = static_cast<std::int32_t>(query.integer());
  figures.delivered = query.text() == "delivered";
  figures.halted = query.text() == "halted";
  return figures;
}

constexpr std::string_view figures_columns =
    "e.webhook_id, e.import_id, e.row_count, a.started_at, a.duration_us, a.status, a.outcome, e.state";

}  // namespace

Answer handle(Session& session, CountImports& request) {
  Totals totals;
  const NumberSpan span = numbers_of(session, "imports", request.filter.since_ms, request.filter.until_ms);
  {
    Query query = session.db
                      .query("SELECT count(*) FROM (SELECT 1 FROM imports WHERE number >= ? AND number < ?" +
                             filter_sql(request.filter, true) + " LIMIT ?)")
                      .with(span.from, span.to);
    bind_filter(query, request.filter, true);
    totals.total = read_total(query);
  }
  Query query = session.db.query("SELECT state, count(*) FROM imports WHERE 1" +
                                 filter_sql(request.filter, false) + " GROUP BY state");
  bind_filter(query, request.filter, false);
  while (query.row()) {
    std::string state = query.text();
    totals.counts.emplace_back(std::move(state), query.unsigned_integer());
  }
  return done(std::move(totals));
}

Answer handle(Session& session, CountEvents& request) {
  Totals totals;
  const NumberSpan span = numbers_of(session, "events", request.filter.since_ms, request.filter.until_ms);
  Query query = session.db
                    .query("SELECT count(*) FROM (SELECT 1 FROM events WHERE number >= ? AND number < ?" +
                           filter_sql(request.filter) + " LIMIT ?)")
                    .with(span.from, span.to);
  bind_filter(query, request.filter);
  totals.total = read_total(query);
  return done(std::move(totals));
}

Answer handle(Session& session, ListRecentAttempts& request) {
  std::string sql = "SELECT " + std::string(figures_columns);
  // The newest of a lane are found through its events, the newest of all by number: neither reads more than
  // it gives.
  if (request.import_id.empty()) {
    sql +=
        " FROM attempts a JOIN events e ON e.number = a.event_number WHERE a.number > (SELECT "
        "coalesce(max(number),"
        " 0) FROM attempts) - ? AND a.started_at >= ? ORDER BY a.number DESC";
  } else {
    sql +=
        " FROM events e JOIN attempts a ON a.event_number = e.number WHERE e.import_id = ? AND e.webhook_id "
        "= ?"
        " AND a.started_at >= ? ORDER BY e.number DESC LIMIT ?";
  }
  Query query = session.db.query(sql);
  if (request.import_id.empty()) {
    query.with(request.limit, request.since_ms);
  } else {
    query.with(request.import_id, request.webhook_id, request.since_ms, request.limit);
  }
  std::vector<AttemptFigures> figures;
  while (query.row()) figures.push_back(read_figures(query));
  return done(std::move(figures));
}

namespace {

/// The import at a lane's head and its open event, as ListLanes asks for them: what `columns` says, in order.
struct Head {
  static constexpr std::string_view columns =
      "d.import_id, d.halted_event_id <> '', d.paused, i.file_name, i.batch_count, d.cursor, d.last_status,"
      " coalesce(e.id, ''), coalesce(e.state, ''), coalesce(e.attempts, 0), coalesce(e.next_attempt_at, 0),"
      " coalesce(e.created_at, 0), coalesce((SELECT a.started_at FROM attempts a WHERE a.event_number = "
      "e.number AND"
      " a.attempt = e.attempts - max(e.attempts_in_budget, 1) + 1), 0), coalesce((SELECT max(m.at) FROM"
      " lane_marks m WHERE m.import_id = d.import_id AND m.webhook_id = d.webhook_id AND m.kind ="
      " 'resumed'), 0)";
  std::string import_id;
  bool halted = false;
  bool paused = false;
};

/// When the request that is under way left, as far as the log tells: at its planned time, at the resume, or
/// when its event was opened, which is when its predecessor was answered.
std::int64_t in_flight_since(std::uint64_t attempts, std::int64_t planned_ms, std::int64_t opened_ms,
                             std::int64_t resumed_ms) {
  if (planned_ms != 0) return planned_ms;
  return attempts == 0 ? std::max(opened_ms, resumed_ms) : resumed_ms;
}

void read_head(Query& query, const Head& head, LaneFigures& lane, std::int64_t now_ms) {
  lane.import_id = head.import_id;
  lane.file_name = query.text();
  lane.count = query.unsigned_integer();
  lane.index = std::min(query.unsigned_integer(), lane.count);
  lane.last_status = static_cast<std::int32_t>(query.integer());
  lane.event_id = query.text();
  const std::string state = query.text();
  const std::uint64_t attempts = query.unsigned_integer();
  const std::int64_t planned = query.integer();
  const std::int64_t planned_ms = state == "pending" ? planned : 0;
  const std::int64_t opened_ms = query.integer();
  const std::int64_t first_failed_ms = query.integer();
  const std::int64_t resumed_ms = query.integer();
  const bool stands = head.halted || head.paused || !lane.enabled;
  if (stands || lane.event_id.empty()) return;
  if (planned_ms > now_ms) {
    lane.next_attempt_at_ms = planned_ms;
    lane.waiting_since_ms = first_failed_ms;
    return;
  }
  lane.in_flight = true;
  lane.in_flight_since_ms = in_flight_since(attempts, planned_ms, opened_ms, resumed_ms);
}

}  // namespace

Answer handle(Session& session, ListLanes&) {
  static const std::string sql =
      "SELECT w.id, w.enabled, (SELECT count(*) FROM lane_tasks t WHERE t.webhook_id = w.id), " +
      std::string(Head::columns) +
      " FROM webhooks w LEFT JOIN deliveries d ON d.webhook_id = w.id AND d.ended = 0 AND d.cancelled = 0 "
      "LEFT"
      " JOIN imports i ON i.id = d.import_id LEFT JOIN events e ON e.id = d.open_event_id"
      " ORDER BY w.number, d.halted_event_id <> '', d.paused, d.seq";
  std::vector<LaneFigures> lanes;
  Query query = session.db.query(sql);
  while (query.row()) {
    std::string id = query.text();
    const bool first = lanes.empty() || lanes.back().webhook_id != id;
    if (first) lanes.emplace_back().webhook_id = std::move(id);
    LaneFigures& lane = lanes.back();
    lane.enabled = query.flag();
    lane.tasks = query.unsigned_integer();
    Head head;
    head.import_id = query.text();
    if (head.import_id.empty()) continue;
    head.halted = query.flag();
    head.paused = query.flag();
    lane.held = lane.held || head.halted;
    // What stands still waits for a person, not for its turn.
    if (!first && !head.halted && !head.paused) ++lane.queue;
    if (first) read_head(query, head, lane, session.now_ms);
  }
  return done(std::move(lanes));
}

}  // namespace pulter::store
