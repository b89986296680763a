#include "engine/store/core/handlers.h"
#include "engine/store/core/number_span.h"
#include "engine/store/core/rows.h"

namespace pulter::store {

std::optional<model::Event> find_event(Session& session, std::string_view id) {
  static const std::string sql = "SELECT " + std::string(event_columns) + " FROM events WHERE id = ?";
  Query query = session.db.query(sql).with(id);
  if (!query.row()) return std::nullopt;
  return read_event(query);
}

/// As SQLite's AUTOINCREMENT would, which writes a page of its own for it in every commit.
static std::int64_t take_event_number(Session& session) {
  if (session.next_event_number == 0) {
    Query last = session.db.query("SELECT coalesce(max(number), 0) + 1 FROM events");
    if (!last.row()) return 0;
    session.next_event_number = last.integer();
  }
  return session.next_event_number++;
}

void insert_event(Session& session, const model::Event& event, std::string_view webhook_id) {
  const std::int64_t number = take_event_number(session);
  session.db
      .query(
          "INSERT INTO events (number, id, import_id, webhook_id, name, batch_index, first_row, row_count, "
          "body_bytes,"
          " body_digest, state, attempts, attempts_in_budget, last_status, next_attempt_at, delivered_at, "
          "created_at)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?)")
      .with(number, event.id, event.import_id, webhook_id, event.name, event.index, event.first_row,
            event.rows, event.body_bytes, event.body_digest, model::name(event.state), session.now_ms)
      .run();
}

std::int64_t event_number(Session& session, std::string_view id) {
  Query query = session.db.query("SELECT number FROM events WHERE id = ?").with(id);
  return query.row() ? query.integer() : 0;
}

void insert_attempt(Session& session, const model::Attempt& attempt, std::int64_t event_number) {
  Query query = session.db.query(
      "INSERT INTO attempts (id, event_number, attempt, trigger, started_at, duration_us, dns_us, "
      "connect_us, "
      "tls_us,"
      " send_us, wait_us, receive_us, remote_address, request_headers, body_bytes, body_digest, status,"
      " response_headers, response_body, outcome, error)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const model::Phases& phases = attempt.phases;
  query.with(attempt.id, event_number, attempt.number, model::name(attempt.trigger), attempt.started_at_ms,
             attempt.duration_us, phases.dns_us, phases.connect_us, phases.tls_us, phases.send_us,
             phases.wait_us, phases.receive_us, attempt.remote_address, attempt.request_headers,
             attempt.body_bytes, attempt.body_digest, attempt.status);
  query.bind_blob(attempt.response_headers).bind_blob(attempt.response_body);
  query.with(model::name(attempt.outcome), attempt.error).run();
}

void remove_event(Session& session, std::int64_t number, std::string_view id) {
  session.db.query("DELETE FROM lane_tasks WHERE event_id = ?").with(id).run();
  session.db.query("DELETE FROM attempts WHERE event_number = ?").with(number).run();
  session.db.query("DELETE FROM events WHERE number = ?").with(number).run();
}

Answer handle(Session& session, GetEvent& request) {
  std::optional<model::Event> event = find_event(session, request.id);
  if (!event) return not_found("There is no event '" + request.id + "', or it is not kept any more.");
  return done(std::move(*event));
}

std::string filter_sql(const ListEvents& list) {
  std::string sql;
  if (list.import_id) sql += " AND import_id = ?";
  if (list.webhook_id) sql += " AND webhook_id = ?";
  // States are literals so that the partial index over what is not delivered can be used.
  if (list.state) {
    sql += " AND state = '" + std::string(model::name(*list.state)) + "'";
    if (*list.state != model::EventState::delivered) sql += " AND state <> 'delivered'";
  }
  if (list.name) sql += *list.name == "all" ? " AND name = ?" : " AND name = ? AND name <> 'all'";
  if (list.index) sql += " AND batch_index = ?";
  if (list.since_ms != 0) sql += " AND created_at >= ?";
  if (list.until_ms != 0) sql += " AND created_at < ?";
  return sql;
}

void bind_filter(Query& query, const ListEvents& list) {
  if (list.import_id) query.bind(*list.import_id);
  if (list.webhook_id) query.bind(*list.webhook_id);
  if (list.name) query.bind(*list.name);
  if (list.index) query.bind(*list.index);
  if (list.since_ms != 0) query.bind(list.since_ms);
  if (list.until_ms != 0) query.bind(list.until_ms);
}

Answer handle(Session& session, ListEvents& request) {
  const std::optional<NumberSpan> span =
      page_span(session, "events", request.page, request.oldest_first, request.since_ms, request.until_ms);
  if (!span) return bad_cursor(request.page);
  std::string sql =
      "SELECT number, " + std::string(event_columns) + " FROM events WHERE number >= ? AND number < ?";
  sql += filter_sql(request);
  sql += request.oldest_first ? " ORDER BY number LIMIT ?" : " ORDER BY number DESC LIMIT ?";
  Query query = session.db.query(sql).with(span->from, span->to);
  bind_filter(query, request);
  query.bind(items_of(request.page) + 1);
  return done(read_page<model::Event>(query, request.page, read_event));
}

Answer handle(Session& session, ListAttempts& request) {
  static const std::string sql =
      "SELECT number, " + std::string(attempt_columns) +
      " FROM attempts WHERE event_number = ? AND number > ? ORDER BY number LIMIT ?";
  const auto cursor = cursor_of(request.page, 0);
  if (!cursor) return bad_cursor(request.page);
  const std::int64_t event = event_number(session, request.event_id);
  if (event == 0)
    return not_found("There is no event '" + request.event_id + "', or it is not kept any more.");
  Query query = session.db.query(sql).with(event, *cursor, items_of(request.page) + 1);
  return done(read_page<model::Attempt>(query, request.page, [&](Query& row) {
    model::Attempt attempt = read_attempt(row);
    attempt.event_id = request.event_id;
    return attempt;
  }));
}

}  // namespace pulter::store
