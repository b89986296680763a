#include "engine/store/core/handlers.h"
#include "engine/store/core/json_columns.h"
#include "engine/store/core/rows.h"

namespace pulter::store {
namespace {

std::optional<model::Importer> find_importer(Session& session, std::string_view id) {
  static const std::string sql = "SELECT " + std::string(importer_columns) + " FROM importers WHERE id = ?";
  Query query = session.db.query(sql).with(id);
  if (!query.row()) return std::nullopt;
  return read_importer(query);
}

std::string no_importer(const std::string& id) {
  return "There is no importer '" + id + "'. See the existing ones with: pulter importers list";
}

}  // namespace

Answer handle(Session& session, PutImporter& request) {
  const model::Importer& importer = request.importer;
  std::optional<model::Importer> current = find_importer(session, importer.id);
  if (request.create && current) {
    return conflict("An importer '" + importer.id + "' exists already.", std::move(*current));
  }
  if (!request.create && !current) return not_found(no_importer(importer.id));
  if (request.create) {
    session.db
        .query(
            "INSERT INTO importers (id, name, webhook_url, batch_size, data_sync, columns, drop_unmapped,"
            " allowed_webhook_hosts, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .with(importer.id, importer.name, importer.webhook_url, importer.batch_size, importer.data_sync,
              encode_pairs(importer.columns), importer.drop_unmapped,
              encode_strings(importer.allowed_webhook_hosts), session.now_ms)
        .run();
  } else {
    session.db
        .query(
            "UPDATE importers SET name = ?, webhook_url = ?, batch_size = ?, data_sync = ?, columns = ?,"
            " drop_unmapped = ?, allowed_webhook_hosts = ? WHERE id = ?")
        .with(importer.name, importer.webhook_url, importer.batch_size, importer.data_sync,
              encode_pairs(importer.columns), importer.drop_unmapped,
              encode_strings(importer.allowed_webhook_hosts), importer.id)
        .run();
  }
  return done(find_importer(session, importer.id).value_or(model::Importer{}));
}

Answer handle(Session& session, GetImporter& request) {
  std::optional<model::Importer> importer = find_importer(session, request.id);
  if (!importer) return not_found(no_importer(request.id));
  return done(std::move(*importer));
}

Answer handle(Session& session, ListImporters& request) {
  static const std::string sql = "SELECT number, " + std::string(importer_columns) +
                                 " FROM importers WHERE number < ? ORDER BY number DESC LIMIT ?";
  const auto cursor = cursor_of(request.page, newest);
  if (!cursor) return bad_cursor(request.page);
  Query query = session.db.query(sql).with(*cursor, items_of(request.page) + 1);
  return done(read_page<model::Importer>(query, request.page, read_importer));
}

Answer handle(Session& session, DeleteImporter& request) {
  if (request.id == model::default_importer_id) {
    return conflict("The importer 'default' is built in: imports without a templateId go through it.");
  }
  if (!find_importer(session, request.id)) return not_found(no_importer(request.id));
  {
    Query unfinished =
        session.db.query("SELECT id FROM imports WHERE template_id = ? AND completed_at = 0 LIMIT 1")
            .with(request.id);
    if (unfinished.row()) {
      return conflict("The import " + unfinished.text() + " of importer '" + request.id +
                      "' is not finished. Wait for it or cancel it first.");
    }
  }
  std::vector<std::string> webhooks;
  {
    Query query = session.db.query("SELECT id FROM webhooks WHERE template_id = ?").with(request.id);
    while (query.row()) webhooks.push_back(query.text());
  }
  for (const std::string& webhook : webhooks) remove_webhook(session, webhook);
  session.db.query("DELETE FROM importers WHERE id = ?").with(request.id).run();
  return done(Nothing{});
}

}  // namespace pulter::store
