#include "engine/store/sqlite_schema.h"

#include <string_view>
#include <utility>

#include "engine/model/importer.h"
#include "engine/store/migrations/migrations.h"

namespace pulter::store {
namespace {

std::int64_t pragma(Database& db, const char* sql) {
  Query query = db.query(sql);
  return query.row() ? query.integer() : 0;
}

Result<> check_owner(Database& db) {
  const std::int64_t application = pragma(db, "PRAGMA application_id");
  const std::int64_t version = pragma(db, "PRAGMA user_version");
  const std::int64_t tables = pragma(db, "SELECT count(*) FROM sqlite_schema");
  if (db.failure()) return fail(to_error(*db.take_failure()));
  if (application != application_id && (application != 0 || version != 0 || tables != 0)) {
    return fail(ErrorCode::store_corrupt, db.path() +
                                              " is a database of another program. Give pulterd another " +
                                              "--data-dir, or move that file away.");
  }
  const auto known = static_cast<std::int64_t>(migrations().size());
  if (version > known) {
    return fail(ErrorCode::not_supported,
                db.path() + " has schema version " + std::to_string(version) +
                    " and this program knows up to " + std::to_string(known) +
                    ". Install the newer Pulter that wrote it, or restore an older backup.");
  }
  return {};
}

/// One script and its version number, in one transaction.
bool run_script(Database& db, const char* script, std::size_t version) {
  const std::string stamp = "PRAGMA application_id = " + std::to_string(application_id) +
                            "; PRAGMA user_version = " + std::to_string(version) + ";";
  // A script may put a constraint's text right, which a defended connection refuses.
  const Database::Undefended undefended(db);
  return db.execute("BEGIN IMMEDIATE") && db.execute(script) && db.execute(stamp.c_str()) &&
         db.execute("COMMIT");
}

bool make_default_importer(Database& db, std::int64_t now_ms) {
  return db
      .query(
          "INSERT INTO importers (id, name, webhook_url, batch_size, data_sync, columns, drop_unmapped,"
          " allowed_webhook_hosts, created_at) VALUES (?, 'Default', '', 5000, 1, '[]', 0, '[]', ?)"
          " ON CONFLICT (id) DO NOTHING")
      .with(model::default_importer_id, now_ms)
      .run();
}

}  // namespace

Result<std::unique_ptr<Database>> open_as_it_is(const Database::Settings& settings) {
  Result<std::unique_ptr<Database>> opened = Database::open(settings);
  if (!opened) return opened;
  if (Result<> owner = check_owner(**opened); !owner) return fail(std::move(owner.error()));
  return opened;
}

Result<> migrate(Database& db, std::int64_t now_ms) {
  const auto scripts = migrations();
  for (auto version = static_cast<std::size_t>(pragma(db, "PRAGMA user_version")); version < scripts.size();
       ++version) {
    if (!run_script(db, scripts[version], version + 1)) return fail(to_error(*db.take_failure()));
  }
  if (!make_default_importer(db, now_ms)) return fail(to_error(*db.take_failure()));
  return {};
}

Result<std::unique_ptr<Database>> open_database(const Database::Settings& settings, std::int64_t now_ms) {
  Result<std::unique_ptr<Database>> opened = open_as_it_is(settings);
  if (!opened) return opened;
  if (Result<> migrated = migrate(**opened, now_ms); !migrated) return fail(std::move(migrated.error()));
  return opened;
}

Result<> begin_epoch(Database& db) {
  // Whatever was in flight is so no longer. Where the lane goes on by itself it says so soon; where it was
  // stopped nobody would.
  const bool begun =
      db.query("UPDATE store_shards SET epoch = epoch + 1").run() &&
      db.query(
            "UPDATE events SET state = 'pending' WHERE state = 'delivering' AND state <> 'delivered' AND "
            "EXISTS"
            " (SELECT 1 FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.import_id ="
            " events.import_id AND d.webhook_id = events.webhook_id AND d.open_event_id = events.id AND"
            " (d.paused = 1 OR w.enabled = 0))")
          .run();
  if (!begun) return fail(to_error(*db.take_failure()));
  return {};
}

}  // namespace pulter::store
