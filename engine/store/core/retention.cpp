#include "engine/store/core/handlers.h"
#include "engine/store/spool_key.h"

namespace pulter::store {
namespace {

constexpr std::int64_t rows_per_step = 500;

/// An import that has ended and whose content is due; empty when there is none.
std::string due_import(Session& session, std::int64_t before_ms) {
  for (const int data_sync : {0, 1}) {
    Query query =
        session.db
            .query(
                "SELECT id FROM imports WHERE content_removed = 0 AND completed_at > 0 AND data_sync = ? AND"
                " completed_at < ? ORDER BY completed_at LIMIT 1")
            .with(data_sync, data_sync == 0 ? newest : before_ms);
    if (query.row()) return query.text();
  }
  return {};
}

struct EventRow {
  std::int64_t number = 0;
  std::string id;
};

std::vector<EventRow> read_events(Query query) {
  std::vector<EventRow> found;
  while (query.row()) {
    EventRow& event = found.emplace_back();
    event.number = query.integer();
    event.id = query.text();
  }
  return found;
}

/// Removes up to `budget` rows (attempts count too) and takes them off it. True when all given events are
/// gone.
bool remove_events(Session& session, const std::vector<EventRow>& events, std::int64_t& budget) {
  for (const EventRow& event : events) {
    if (budget <= 0) return false;
    session.db
        .query(
            "DELETE FROM attempts WHERE number IN (SELECT number FROM attempts WHERE event_number = ? LIMIT "
            "?)")
        .with(event.number, budget)
        .run();
    budget -= session.db.changes();
    if (budget <= 0) return false;
    remove_event(session, event.number, event.id);
    --budget;
  }
  return true;
}

bool remove_row_errors(Session& session, const std::string& import_id, std::int64_t& budget) {
  session.db
      .query(
          "DELETE FROM row_errors WHERE number IN (SELECT number FROM row_errors WHERE import_id = ? LIMIT "
          "?)")
      .with(import_id, budget)
      .run();
  budget -= session.db.changes();
  return budget > 0;
}

/// The keys of the file and the text that the row starts with, where there are any.
std::vector<std::string> read_keys(Query& query) {
  std::vector<std::string> keys;
  std::string file = query.text();
  std::string text = query.text();
  if (!text.empty() && text != file) keys.push_back(std::move(text));
  if (!file.empty()) keys.push_back(std::move(file));
  return keys;
}

/// The last of an import: its plan, its small files, and the names of all its files.
void remove_content(Session& session, const std::string& import_id, RetentionStep::Removed& removed) {
  std::vector<std::string> keys;
  std::int64_t bytes = 0;
  {
    Query query =
        session.db.query("SELECT file_key, text_key, file_length, text_length FROM imports WHERE id = ?")
            .with(import_id);
    if (query.row()) {
      keys = read_keys(query);
      bytes = query.integer();
      const std::int64_t text_bytes = query.integer();
      if (keys.size() > 1) bytes += text_bytes;
    }
  }
  removed.bytes += static_cast<std::uint64_t>(bytes);
  count_kept_bytes(session, -bytes);
  for (std::string& key : keys) {
    if (is_small_key(key)) remove_small_file(session, key);
    removed.spool_keys.push_back(std::move(key));
  }
  session.db.query("DELETE FROM plans WHERE import_id = ?").with(import_id).run();
  session.db.query("DELETE FROM lane_marks WHERE import_id = ?").with(import_id).run();
  session.db.query("UPDATE imports SET content_removed = 1 WHERE id = ?").with(import_id).run();
}

/// An import that has neither files nor events any more and ended before then; empty: none.
std::string due_record(Session& session, std::int64_t before_ms) {
  Query query =
      session.db
          .query(
              "SELECT id FROM imports WHERE content_removed = 1 AND completed_at < ? ORDER BY completed_at"
              " LIMIT 1")
          .with(before_ms);
  return query.row() ? query.text() : std::string();
}

/// Takes the rows that went off the budget: one import may go to many webhooks.
void remove_record(Session& session, const std::string& import_id, std::int64_t& budget) {
  session.db.query("DELETE FROM deliveries WHERE import_id = ?").with(import_id).run();
  budget -= session.db.changes();
  session.db.query("DELETE FROM imports WHERE id = ?").with(import_id).run();
  --budget;
}

/// The last that is left of old imports. True when none is.
bool remove_records(Session& session, std::int64_t before_ms, std::int64_t& budget) {
  while (budget > 0 && !session.db.failure()) {
    const std::string import = due_record(session, before_ms);
    if (import.empty()) return true;
    remove_record(session, import, budget);
  }
  return false;
}

}  // namespace

void count_kept_bytes(Session& session, std::int64_t bytes) {
  if (bytes != 0) session.db.query("UPDATE kept_bytes SET bytes = bytes + ?").with(bytes).run();
}

Answer handle(Session& session, RetentionStep& request) {
  RetentionStep::Removed removed;
  std::int64_t budget = rows_per_step;
  removed.more = true;
  while (budget > 0 && !session.db.failure()) {
    const bool too_much = removed.bytes < request.bytes_over;
    const std::string import = due_import(session, too_much ? newest : request.before_ms);
    if (import.empty()) {
      // Tests belong to no import.
      const std::vector<EventRow> tests = read_events(
          session.db
              .query("SELECT number, id FROM events WHERE name = 'test' AND name <> 'all' AND created_at < ?"
                     " AND state <> 'pending' ORDER BY number LIMIT ?")
              .with(request.before_ms, budget));
      removed.more = !remove_events(session, tests, budget) ||
                     !remove_records(session, request.records_before_ms, budget);
      break;
    }
    const std::vector<EventRow> events = read_events(
        session.db.query("SELECT number, id FROM events WHERE import_id = ? ORDER BY number LIMIT ?")
            .with(import, budget));
    if (!remove_events(session, events, budget) || !remove_row_errors(session, import, budget)) break;
    remove_content(session, import, removed);
    --budget;
  }
  return done(std::move(removed));
}

Answer handle(Session& session, ProbeWrite&) {
  // There and back, because SQLite leaves a page alone that would get what it has.
  session.db.query("UPDATE store_shards SET epoch = epoch + 1 WHERE store_shard = 0").run();
  session.db.query("UPDATE store_shards SET epoch = epoch - 1 WHERE store_shard = 0").run();
  return done(Nothing{});
}

Answer handle(Session& session, SumSpoolBytes&) {
  Query query = session.db.query("SELECT bytes FROM kept_bytes");
  return done(query.row() ? query.unsigned_integer() : std::uint64_t{0});
}

Answer handle(Session& session, ListSpoolKeys&) {
  std::vector<std::string> keys;
  Query query = session.db.query("SELECT file_key, text_key FROM imports WHERE content_removed = 0");
  while (query.row()) {
    for (std::string& key : read_keys(query)) {
      if (!is_small_key(key)) keys.push_back(std::move(key));
    }
  }
  return done(std::move(keys));
}

}  // namespace pulter::store
