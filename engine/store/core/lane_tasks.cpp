#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

std::optional<LaneTask> read_task(Query query) {
  if (!query.row()) return std::nullopt;
  LaneTask task;
  task.id = query.integer();
  task.kind = query.text() == "test" ? LaneTaskKind::test : LaneTaskKind::resend;
  task.event_id = query.text();
  task.attempts = query.number();
  task.retry_at_ms = query.integer();
  return task;
}

/// Why the lane of that webhook takes no task.
std::optional<Answer> lane_refuses(Session& session, const std::string& webhook_id) {
  const std::optional<model::Webhook> webhook = find_webhook(session, webhook_id);
  if (!webhook)
    return not_found("There is no webhook '" + webhook_id + "' (any more) that it could be sent to.");
  if (webhook->enabled) return std::nullopt;
  return conflict("The webhook '" + webhook_id + "' is disabled (" + webhook->disabled_reason +
                  "). Enable it first: pulter webhooks update " + webhook_id + " --enable");
}

/// An event that waits for its retry needs no task: it is tried at once.
bool hurry(Session& session, const model::Event& event) {
  Query query =
      session.db
          .query(
              "SELECT 1 FROM deliveries WHERE import_id = ? AND webhook_id = ? AND open_event_id = ? AND"
              " halted_event_id = '' AND cancelled = 0")
          .with(event.import_id, event.webhook_id, event.id);
  if (!query.row()) return false;
  session.db.query("UPDATE events SET next_attempt_at = 0 WHERE id = ?").with(event.id).run();
  return true;
}

void insert_task(Session& session, LaneTaskKind kind, const model::Event& event) {
  session.db
      .query(
          "INSERT INTO lane_tasks (webhook_id, kind, event_id, attempts, retry_at, created_at)"
          " VALUES (?, ?, ?, 0, 0, ?)")
      .with(event.webhook_id, kind == LaneTaskKind::test ? "test" : "resend", event.id, session.now_ms)
      .run();
}

Answer add_test(Session& session, model::Event event) {
  if (std::optional<Answer> refused = lane_refuses(session, event.webhook_id)) return *refused;
  event.state = model::EventState::pending;
  insert_event(session, event, event.webhook_id);
  insert_task(session, LaneTaskKind::test, event);
  return done(find_event(session, event.id).value_or(model::Event{}));
}

Answer add_resend(Session& session, const std::string& event_id) {
  const std::optional<model::Event> event = find_event(session, event_id);
  if (!event) return not_found("There is no event '" + event_id + "', or it is not kept any more.");
  if (std::optional<Answer> refused = lane_refuses(session, event->webhook_id)) return *refused;
  if (!event->import_id.empty()) {
    const std::optional<model::Import> import = find_import_alone(session, event->import_id);
    if (!import || import->content_removed) {
      return conflict("The file of import " + event->import_id +
                      " is not kept any more, so its events cannot be sent" + " again.");
    }
    if (event->body_digest.empty()) {
      return conflict("Event '" + event_id +
                      "' was never sent, because its file could not be read: resume its import instead.");
    }
    if (hurry(session, *event)) return done(find_event(session, event_id).value_or(model::Event{}));
  }
  session.db.query("UPDATE lane_tasks SET retry_at = 0 WHERE event_id = ?").with(event_id).run();
  if (session.db.changes() == 0) insert_task(session, LaneTaskKind::resend, *event);
  return done(*event);
}

}  // namespace

std::optional<LaneTask> due_task(Session& session, std::string_view webhook_id) {
  return read_task(
      session.db
          .query("SELECT id, kind, event_id, attempts, retry_at FROM lane_tasks WHERE webhook_id = ? AND"
                 " retry_at <= ? ORDER BY id LIMIT 1")
          .with(webhook_id, session.now_ms));
}

std::optional<LaneTask> next_task(Session& session, std::string_view webhook_id) {
  return read_task(
      session.db
          .query("SELECT id, kind, event_id, attempts, retry_at FROM lane_tasks WHERE webhook_id = ?"
                 " ORDER BY retry_at, id LIMIT 1")
          .with(webhook_id));
}

std::optional<LaneTask> find_task(Session& session, std::int64_t id) {
  return read_task(
      session.db.query("SELECT id, kind, event_id, attempts, retry_at FROM lane_tasks WHERE id = ?")
          .with(id));
}

Answer handle(Session& session, AddLaneTask& request) {
  if (request.kind == LaneTaskKind::resend) return add_resend(session, request.event_id);
  if (!request.new_event) return conflict("A test needs its event.");
  return add_test(session, std::move(*request.new_event));
}

}  // namespace pulter::store
