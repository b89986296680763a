#include <set>
#include <string>
#include <tuple>

#include "codec/base/planted.h"
#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

/// What a Record is compared with and continues from.
struct Standing {
  std::uint64_t cursor = 0;
  std::string open_event_id;
  std::string halted_event_id;
  bool started = false;
  bool cancelled = false;
  bool paused = false;
  bool data_sync = true;
  std::uint64_t count = 0;
  bool enabled = false;  ///< its webhook
  bool task_waiting = false;
  std::int64_t event_number = 0;  ///< 0: there is no such event
  bool event_is_batch = false;
  std::uint64_t event_index = 0;
  std::uint64_t event_rows = 0;
};

/// All of it in one statement: starting five would cost more than what they read.
std::optional<Standing> find_standing(Session& session, const Record& record) {
  Query query =
      session.db
          .query(
              "SELECT d.cursor, d.open_event_id, d.halted_event_id, d.started, d.cancelled, d.paused,"
              " i.data_sync, i.batch_count, w.enabled,"
              " EXISTS (SELECT 1 FROM lane_tasks WHERE webhook_id = d.webhook_id AND retry_at <= ?),"
              " e.number, e.name, e.batch_index, e.row_count"
              " FROM deliveries d JOIN imports i ON i.id = d.import_id"
              " LEFT JOIN webhooks w ON w.id = d.webhook_id LEFT JOIN events e ON e.id = ?"
              " WHERE d.import_id = ? AND d.webhook_id = ?")
          .with(session.now_ms, record.attempt.event_id, record.import_id, record.lane.webhook_id);
  if (!query.row()) return std::nullopt;
  Standing standing;
  standing.cursor = query.unsigned_integer();
  standing.open_event_id = query.text();
  standing.halted_event_id = query.text();
  standing.started = query.flag();
  standing.cancelled = query.flag();
  standing.paused = query.flag();
  standing.data_sync = query.flag();
  standing.count = query.unsigned_integer();
  standing.enabled = query.flag();
  standing.task_waiting = query.flag();
  standing.event_number = query.integer();
  standing.event_is_batch = query.text() == "all";
  standing.event_index = query.unsigned_integer();
  standing.event_rows = query.unsigned_integer();
  return standing;
}

/// Counts the attempt on its event, and sets what follows from it.
void update_event(Session& session, const Record& record, std::int64_t number, model::EventState state) {
  const bool retry = record.disposition == Disposition::retry;
  const bool delivered = record.disposition == Disposition::delivered;
  session.db
      .query(
          "UPDATE events SET state = ?, attempts = attempts + 1, attempts_in_budget = attempts_in_budget + ?,"
          " last_status = ?, next_attempt_at = ?, delivered_at = CASE WHEN ? THEN ? ELSE delivered_at END"
          " WHERE number = ?")
      .with(model::name(state), record.spends_budget ? 1 : 0, record.attempt.status,
            retry ? record.retry_at_ms : 0, delivered, session.now_ms, number)
      .run();
}

void insert_row_errors(Session& session, const Record& record, std::uint64_t batch) {
  for (const model::RowError& error : record.row_errors) {
    session.db
        .query(
            "INSERT INTO row_errors (import_id, webhook_id, row, field, message, batch_index)"
            " VALUES (?, ?, ?, ?, ?, ?)")
        .with(record.import_id, record.lane.webhook_id, error.row, error.field, error.message, batch)
        .run();
  }
}

/// Rows that the answer to a resend refuses are added to those of its batch that are known; nothing counts
/// twice.
void add_row_errors(Session& session, Record& record, const model::Event& event) {
  if (record.row_errors.empty()) return;
  std::set<std::tuple<std::uint64_t, std::string, std::string>> known;
  {
    // Index 0: written before batches were.
    Query query = session.db
                      .query(
                          "SELECT row, field, message FROM row_errors WHERE import_id = ? AND webhook_id = ?"
                          " AND batch_index IN (0, ?)")
                      .with(event.import_id, event.webhook_id, event.index);
    while (query.row()) {
      const std::uint64_t row = query.unsigned_integer();
      std::string field = query.text();
      known.emplace(row, std::move(field), query.text());
    }
  }
  std::erase_if(record.row_errors, [&](const model::RowError& error) {
    return !known.emplace(error.row, error.field, error.message).second;
  });
  record.import_id = event.import_id;
  insert_row_errors(session, record, event.index);
  session.db.query("UPDATE deliveries SET row_errors = row_errors + ? WHERE import_id = ? AND webhook_id = ?")
      .with(record.row_errors.size(), event.import_id, event.webhook_id)
      .run();
}

model::EventState state_after(Disposition disposition) {
  switch (disposition) {
    case Disposition::delivered:
      return model::EventState::delivered;
    case Disposition::retry:
      return model::EventState::pending;
    case Disposition::halted:
    case Disposition::gone:
      return model::EventState::halted;
  }
  return model::EventState::pending;
}

/// The delivered event in the log, or out of it where nothing is kept.
void log_delivered(Session& session, const Record& record, const Standing& standing) {
  if (!standing.data_sync) return remove_event(session, standing.event_number, record.attempt.event_id);
  insert_attempt(session, record.attempt, standing.event_number);
  update_event(session, record, standing.event_number, model::EventState::delivered);
  insert_row_errors(session, record, standing.event_index);
}

std::string what_went_wrong(const Record& record) {
  if (record.disposition == Disposition::delivered) return {};
  return record.reason.empty() ? record.attempt.error : record.reason;
}

/// The batch is behind: counters, cursor, and the event that comes next.
void advance(Session& session, Record& record, const Standing& standing) {
  log_delivered(session, record, standing);
  // While the lane is stopped its next event is not on its way, only ready.
  if (record.next_event) {
    const bool waits = (standing.paused || !standing.enabled) && !record.next_leaves;
    record.next_event->state = waits ? model::EventState::pending : model::EventState::delivering;
    if (standing.cancelled) record.next_event.reset();
  }
  if (record.next_event) insert_event(session, *record.next_event, record.lane.webhook_id);
  // Naming `ended` alone would have the entries of two partial indices taken out and put back for every
  // batch.
  const bool ends = record.next_cursor >= model::cursor_end(standing.count);
  session.db
      .query(ends ? "UPDATE deliveries SET cursor = ?, open_event_id = ?, batches_delivered = "
                    "batches_delivered + ?,"
                    " rows_delivered = rows_delivered + ?, row_errors = row_errors + ?, last_status = ?,"
                    " last_status_text = '', ended = 1 WHERE import_id = ? AND webhook_id = ?"
                  : "UPDATE deliveries SET cursor = ?, open_event_id = ?, batches_delivered = "
                    "batches_delivered + ?,"
                    " rows_delivered = rows_delivered + ?, row_errors = row_errors + ?, last_status = ?,"
                    " last_status_text = '' WHERE import_id = ? AND webhook_id = ?")
      .with(record.next_cursor, record.next_event ? record.next_event->id : std::string(),
            standing.event_is_batch ? 1 : 0, standing.event_is_batch ? standing.event_rows : 0,
            record.row_errors.size(), record.attempt.status, record.import_id, record.lane.webhook_id)
      .run();
}

/// The batch stays where it is: to be tried again, or to wait for a person.
void hold_back(Session& session, const Record& record, const Standing& standing) {
  insert_attempt(session, record.attempt, standing.event_number);
  update_event(session, record, standing.event_number,
               standing.cancelled ? model::EventState::cancelled : state_after(record.disposition));
  const bool halts = record.disposition != Disposition::retry && !standing.cancelled;
  session.db
      .query(
          "UPDATE deliveries SET halted_event_id = ?, last_status = ?, last_status_text = ? WHERE import_id "
          "= ? AND"
          " webhook_id = ?")
      .with(halts ? record.attempt.event_id : std::string(), record.attempt.status, what_went_wrong(record),
            record.import_id, record.lane.webhook_id)
      .run();
  if (halts) mark_lane(session, record.import_id, record.lane.webhook_id, LaneMark::Kind::halted);
  if (record.disposition == Disposition::gone)
    disable_webhook(session, record.lane.webhook_id, record.reason);
}

/// Nothing is ready or waits for its time in the lane.
bool is_idle(Session& session, const std::string& webhook_id) {
  const bool ready = session.db
                         .query(
                             "SELECT 1 FROM deliveries WHERE webhook_id = ? AND ended = 0 AND cancelled = 0 "
                             "AND paused = 0 AND"
                             " halted_event_id = '' LIMIT 1")
                         .with(webhook_id)
                         .row();
  return !ready &&
         !session.db.query("SELECT 1 FROM lane_tasks WHERE webhook_id = ? LIMIT 1").with(webhook_id).row();
}

Answer record_delivery(Session& session, Record& record) {
  const std::optional<Standing> standing = find_standing(session, record);
  if (!standing) {
    return not_found("Import " + record.import_id + " has no delivery to webhook " + record.lane.webhook_id +
                     ".");
  }
  const bool delivered = record.disposition == Disposition::delivered;
  const bool moves_on =
      record.next_cursor > record.cursor && record.next_cursor <= model::cursor_end(standing->count);
  // Retention may have taken the event of a cancelled import while it was under way.
  if (standing->event_number == 0 || standing->cursor != record.cursor ||
      standing->open_event_id != record.attempt.event_id || !standing->halted_event_id.empty() ||
      (delivered && !moves_on)) {
    return conflict("The delivery of import " + record.import_id + " stands elsewhere than this attempt.",
                    Recorded{false, false, false});
  }
  if (delivered) {
    advance(session, record, *standing);
  } else {
    hold_back(session, record, *standing);
  }
  Recorded recorded;
  recorded.task_waiting = standing->task_waiting;
  const bool ended = delivered && record.next_cursor == model::cursor_end(standing->count);
  const bool halts = record.disposition == Disposition::halted || record.disposition == Disposition::gone;
  if (!standing->started) mark_started(session, record.import_id, record.lane.webhook_id);
  if (ended || halts) {
    recorded.import_ended = refresh_state(session, record.import_id);
    recorded.idle = !recorded.task_waiting && is_idle(session, record.lane.webhook_id);
  }
  recorded.go_on = !ended && !halts && !standing->paused && !standing->cancelled && standing->enabled;
  if constexpr (planted(Bug::stop_ignored)) recorded.go_on = !ended && !halts;
  return done(recorded);
}

/// A test's event follows its attempts; a resent event keeps the state that its own delivery gave it.
Answer record_task(Session& session, Record& record) {
  const std::optional<LaneTask> task = find_task(session, record.task_id);
  const std::optional<model::Event> event = find_event(session, record.attempt.event_id);
  if (!task || !event || task->event_id != event->id) {
    return conflict("The task is not waiting any more.", Recorded{false, false, false});
  }
  const std::int64_t number = event_number(session, event->id);
  insert_attempt(session, record.attempt, number);
  if (event->name == "test") {
    update_event(session, record, number, state_after(record.disposition));
  } else {
    session.db.query("UPDATE events SET attempts = attempts + 1, last_status = ? WHERE number = ?")
        .with(record.attempt.status, number)
        .run();
    add_row_errors(session, record, *event);
  }
  if (record.disposition == Disposition::retry) {
    session.db.query("UPDATE lane_tasks SET attempts = attempts + ?, retry_at = ? WHERE id = ?")
        .with(record.spends_budget ? 1 : 0, record.retry_at_ms, task->id)
        .run();
  } else {
    session.db.query("DELETE FROM lane_tasks WHERE id = ?").with(task->id).run();
  }
  if (record.disposition == Disposition::gone)
    disable_webhook(session, record.lane.webhook_id, record.reason);
  Recorded recorded;
  recorded.task_waiting = due_task(session, record.lane.webhook_id).has_value();
  recorded.go_on = false;
  return done(recorded);
}

}  // namespace

Answer handle(Session& session, Record& request) {
  if (std::optional<Answer> fenced = fence(session, request.lane)) return *fenced;
  return request.task_id != 0 ? record_task(session, request) : record_delivery(session, request);
}

}  // namespace pulter::store
