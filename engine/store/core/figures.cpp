#include <algorithm>

#include "engine/store/core/handlers.h"

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
  {
    Query query = session.db.query("SELECT count(*) FROM (SELECT 1 FROM imports WHERE 1" +
                                   filter_sql(request.filter, true) + " LIMIT ?)");
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
  Query query = session.db.query("SELECT count(*) FROM (SELECT 1 FROM events WHERE 1" +
                                 filter_sql(request.filter) + " LIMIT ?)");
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
        " FROM attempts a JOIN events e ON e.id = a.event_id WHERE a.number > (SELECT coalesce(max(number),"
        " 0) FROM attempts) - ? AND a.started_at >= ? ORDER BY a.number DESC";
  } else {
    sql +=
        " FROM events e JOIN attempts a ON a.event_id = e.id WHERE e.import_id = ? AND e.webhook_id = ?"
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

Answer handle(Session& session, ListLanes&) {
  std::vector<LaneFigures> lanes;
  Query query = session.db.query(
      "SELECT w.id, w.enabled, d.import_id, i.file_name, i.batch_count, d.batches_delivered, d.cursor,"
      " d.halted_event_id <> '', d.last_status, coalesce(e.id, ''), coalesce(e.state, ''),"
      " coalesce(e.next_attempt_at, 0) FROM webhooks w LEFT JOIN deliveries d ON d.webhook_id = w.id AND"
      " d.ended = 0 AND d.cancelled = 0 LEFT JOIN imports i ON i.id = d.import_id LEFT JOIN events e ON"
      " e.id = d.open_event_id ORDER BY w.number, d.halted_event_id <> '', d.seq");
  while (query.row()) {
    std::string id = query.text();
    const bool first = lanes.empty() || lanes.back().webhook_id != id;
    if (first) lanes.emplace_back().webhook_id = std::move(id);
    LaneFigures& lane = lanes.back();
    lane.enabled = query.flag();
    std::string import_id = query.text();
    if (import_id.empty()) continue;
    std::string file_name = query.text();
    const std::uint64_t count = query.unsigned_integer();
    const std::uint64_t delivered = query.unsigned_integer();
    const std::uint64_t cursor = query.unsigned_integer();
    const bool halted = query.flag();
    lane.queue += count > delivered ? count - delivered : 0;
    lane.held = lane.held || halted;
    if (!first) continue;
    lane.import_id = std::move(import_id);
    lane.file_name = std::move(file_name);
    lane.count = count;
    lane.index = std::min(cursor, count);
    lane.last_status = static_cast<std::int32_t>(query.integer());
    lane.event_id = query.text();
    const std::string state = query.text();
    lane.next_attempt_at_ms = state == "pending" ? query.integer() : 0;
    lane.in_flight = !lane.event_id.empty() && !halted && lane.next_attempt_at_ms == 0;
  }
  return done(std::move(lanes));
}

}  // namespace pulter::store
