#include "engine/store/core/handlers.h"
#include "engine/store/core/number_span.h"
#include "engine/store/core/rows.h"

namespace pulter::store {
namespace {

std::string no_import(const std::string& id) {
  return "There is no import '" + id + "'. See the existing ones with: pulter imports list";
}

void read_deliveries(Session& session, model::Import& import) {
  static const std::string sql =
      "SELECT " + std::string(delivery_columns) + " FROM deliveries WHERE import_id = ? ORDER BY webhook_id";
  Query query = session.db.query(sql).with(import.id);
  while (query.row()) import.deliveries.push_back(read_delivery(query));
}

}  // namespace

std::optional<model::Import> find_import_alone(Session& session, std::string_view id) {
  static const std::string sql = "SELECT " + std::string(import_columns) + " FROM imports WHERE id = ?";
  Query query = session.db.query(sql).with(id);
  if (!query.row()) return std::nullopt;
  return read_import(query);
}

std::optional<model::Import> find_import(Session& session, std::string_view id) {
  std::optional<model::Import> import = find_import_alone(session, id);
  if (import) read_deliveries(session, *import);
  return import;
}

std::string find_plan(Session& session, std::string_view import_id) {
  Query query = session.db.query("SELECT plan FROM plans WHERE import_id = ?").with(import_id);
  return query.row() ? query.blob() : std::string();
}

bool refresh_state(Session& session, std::string_view id) {
  model::Import import;
  {
    Query query = session.db
                      .query(
                          "SELECT planned, batch_count, error_code, paused, cancelled, started_at,"
                          " completed_at FROM imports WHERE id = ?")
                      .with(id);
    if (!query.row()) return false;
    import.planned = query.flag();
    import.count = query.unsigned_integer();
    import.error.code = query.text();
    import.paused = query.flag();
    import.cancelled = query.flag();
    import.started_at_ms = query.integer();
    import.completed_at_ms = query.integer();
  }
  import.id = id;
  read_deliveries(session, import);
  const bool ended = model::has_ended(import);
  if (ended && import.completed_at_ms == 0) import.completed_at_ms = session.now_ms;
  session.db.query("UPDATE imports SET state = ?, completed_at = ? WHERE id = ?")
      .with(model::name(model::state_of(import)), import.completed_at_ms, id)
      .run();
  return ended;
}

model::Import refresh_import(Session& session, std::string_view id) {
  refresh_state(session, id);
  return find_import(session, id).value_or(model::Import{});
}

Answer handle(Session& session, GetImport& request) {
  std::optional<model::Import> import = find_import(session, request.id);
  if (!import) return not_found(no_import(request.id));
  return done(std::move(*import));
}

Answer handle(Session& session, FindImportByKey& request) {
  std::string id;
  {
    Query query =
        session.db.query("SELECT id FROM imports WHERE idempotency_key = ?").with(request.idempotency_key);
    if (!query.row()) return not_found("No import was made with this Idempotency-Key.");
    id = query.text();
  }
  return done(find_import(session, id).value_or(model::Import{}));
}

Answer handle(Session& session, GetPlan& request) {
  Query query = session.db.query("SELECT plan FROM plans WHERE import_id = ?").with(request.import_id);
  if (!query.row())
    return not_found("The import '" + request.import_id +
                     "' has no plan: it is receiving, failed or removed.");
  return done(query.blob());
}

std::string filter_sql(const ListImports& list, bool with_state) {
  std::string sql;
  if (list.template_id) sql += " AND template_id = ?";
  if (list.state && with_state) sql += " AND state = ?";
  if (!list.file_name_part.empty()) sql += " AND instr(lower(file_name), lower(?)) > 0";
  if (list.since_ms != 0) sql += " AND created_at >= ?";
  if (list.until_ms != 0) sql += " AND created_at < ?";
  return sql;
}

void bind_filter(Query& query, const ListImports& list, bool with_state) {
  if (list.template_id) query.bind(*list.template_id);
  if (list.state && with_state) query.bind(model::name(*list.state));
  if (!list.file_name_part.empty()) query.bind(list.file_name_part);
  if (list.since_ms != 0) query.bind(list.since_ms);
  if (list.until_ms != 0) query.bind(list.until_ms);
}

Answer handle(Session& session, ListImports& request) {
  const std::optional<NumberSpan> span =
      page_span(session, "imports", request.page, request.oldest_first, request.since_ms, request.until_ms);
  if (!span) return bad_cursor(request.page);
  std::string sql =
      "SELECT number, " + std::string(import_columns) + " FROM imports WHERE number >= ? AND number < ?";
  sql += filter_sql(request, true);
  sql += request.oldest_first ? " ORDER BY number LIMIT ?" : " ORDER BY number DESC LIMIT ?";
  Query query = session.db.query(sql).with(span->from, span->to);
  bind_filter(query, request, true);
  query.bind(items_of(request.page) + 1);
  Listing<model::Import> listing = read_page<model::Import>(query, request.page, read_import);
  for (model::Import& import : listing.items) read_deliveries(session, import);
  return done(std::move(listing));
}

Answer handle(Session& session, ListRowErrors& request) {
  const auto cursor = cursor_of(request.page, 0);
  if (!cursor) return bad_cursor(request.page);
  if (!find_import_alone(session, request.import_id)) return not_found(no_import(request.import_id));
  Query query = session.db
                    .query(
                        "SELECT number, row, field, message, webhook_id, batch_index FROM row_errors WHERE "
                        "import_id = ? AND number > ?"
                        " ORDER BY number LIMIT ?")
                    .with(request.import_id, *cursor, items_of(request.page) + 1);
  return done(read_page<model::RowError>(query, request.page, [](Query& row) {
    model::RowError error;
    error.row = row.unsigned_integer();
    error.field = row.text();
    error.message = row.text();
    error.webhook_id = row.text();
    error.index = row.unsigned_integer();
    return error;
  }));
}

}  // namespace pulter::store
