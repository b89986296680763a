#include "codec/base/planted.h"
#include "engine/store/core/handlers.h"
#include "engine/store/core/rows.h"

namespace pulter::store {
namespace {

/// The delivery whose turn it is, and the event that is open there.
struct Turn {
  std::string import_id;
  std::string open_event_id;
};

std::optional<Turn> next_turn(Session& session, const model::Webhook& webhook) {
  if (webhook.on_halt == model::OnHalt::hold) {
    Query halted = session.db
                       .query(
                           "SELECT 1 FROM deliveries WHERE webhook_id = ? AND ended = 0 AND cancelled = 0 AND"
                           " halted_event_id <> '' LIMIT 1")
                       .with(webhook.id);
    if (halted.row()) return std::nullopt;
  }
  constexpr const char* first_ready =
      planted(Bug::imports_in_wrong_order)
          ? "SELECT import_id, open_event_id FROM deliveries WHERE webhook_id = ? AND ended = 0 AND "
            "cancelled = 0"
            " AND paused = 0 AND halted_event_id = '' ORDER BY seq DESC LIMIT 1"
          : "SELECT import_id, open_event_id FROM deliveries WHERE webhook_id = ? AND ended = 0 AND "
            "cancelled = 0"
            " AND paused = 0 AND halted_event_id = '' ORDER BY seq LIMIT 1";
  Query ready = session.db.query(first_ready).with(webhook.id);
  if (!ready.row()) return std::nullopt;
  Turn turn;
  turn.import_id = ready.text();
  turn.open_event_id = ready.text();
  return turn;
}

void attach_import(Session& session, const std::string& import_id, LaneWork& work) {
  std::optional<model::Import> import = find_import_alone(session, import_id);
  std::optional<model::Delivery> delivery = find_delivery(session, import_id, work.webhook.id);
  if (!import) return;
  work.import = std::move(*import);
  if (delivery) work.import.deliveries.push_back(std::move(*delivery));
  work.plan = find_plan(session, import_id);
}

/// The task's own count of attempts takes the place of the event's: a resend starts with a fresh budget.
LaneWork task_work(Session& session, LaneWork work, const LaneTask& task) {
  work.kind = LaneWork::Kind::task;
  work.task_id = task.id;
  work.task_kind = task.kind;
  work.event = find_event(session, task.event_id);
  if (!work.event) return work;
  work.event->attempts_in_budget = task.attempts;
  work.event->next_attempt_at_ms = task.retry_at_ms;
  if (!work.event->import_id.empty()) attach_import(session, work.event->import_id, work);
  return work;
}

/// What was not known when the event was opened, because its file could not be read then.
void complete_event(Session& session, const model::Event& event) {
  session.db
      .query(
          "UPDATE events SET first_row = ?, row_count = ?, body_bytes = ?, body_digest = ?,"
          " state = 'delivering' WHERE id = ?")
      .with(event.first_row, event.rows, event.body_bytes, event.body_digest, event.id)
      .run();
}

}  // namespace

std::optional<Answer> fence(Session& session, const LaneKey& lane) {
  Query query = session.db.query("SELECT epoch FROM store_shards WHERE store_shard = ?")
                    .with(model::store_shard_of(lane.webhook_id));
  if (query.row() && query.unsigned_integer() == lane.epoch) return std::nullopt;
  return refuse(Status::fenced,
                "The lane of webhook " + lane.webhook_id + " belongs to a later start of the store.");
}

std::optional<model::Delivery> find_delivery(Session& session, std::string_view import_id,
                                             std::string_view webhook_id) {
  static const std::string sql =
      "SELECT " + std::string(delivery_columns) + " FROM deliveries WHERE import_id = ? AND webhook_id = ?";
  Query query = session.db.query(sql).with(import_id, webhook_id);
  if (!query.row()) return std::nullopt;
  return read_delivery(query);
}

void mark_started(Session& session, std::string_view import_id, std::string_view webhook_id) {
  session.db.query("UPDATE deliveries SET started = 1 WHERE import_id = ? AND webhook_id = ?")
      .with(import_id, webhook_id)
      .run();
  note_start(session, import_id);
}

/// The import's part of a start. The only state that it ends is `queued`: any other that an unstarted import
/// can be in stands before `delivering` in the order of model::state_of.
void note_start(Session& session, std::string_view import_id) {
  session.db
      .query(
          "UPDATE imports SET started_at = ?, state = CASE state WHEN 'queued' THEN 'delivering' ELSE state "
          "END"
          " WHERE id = ? AND started_at = 0")
      .with(session.now_ms, import_id)
      .run();
}

Answer handle(Session& session, AcquireShard& request) {
  Query query =
      session.db.query("SELECT epoch FROM store_shards WHERE store_shard = ?").with(request.store_shard);
  if (!query.row()) return not_found("There is no store shard " + std::to_string(request.store_shard) + ".");
  return done(query.unsigned_integer());
}

Answer handle(Session& session, ListBusyLanes& request) {
  Query query =
      session.db
          .query(
              "SELECT id FROM webhooks w WHERE store_shard = ? AND enabled = 1 AND"
              " (EXISTS (SELECT 1 FROM deliveries WHERE webhook_id = w.id AND ended = 0 AND cancelled = 0"
              " AND paused = 0 AND halted_event_id = '')"
              " OR EXISTS (SELECT 1 FROM lane_tasks WHERE webhook_id = w.id)) ORDER BY id")
          .with(request.store_shard);
  std::vector<std::string> webhooks;
  while (query.row()) webhooks.push_back(query.text());
  return done(std::move(webhooks));
}

Answer handle(Session& session, NextWork& request) {
  if (std::optional<Answer> fenced = fence(session, request.lane)) return *fenced;
  LaneWork work;
  std::optional<model::Webhook> webhook = find_webhook(session, request.lane.webhook_id);
  if (!webhook || !webhook->enabled) return done(std::move(work));
  work.webhook = std::move(*webhook);
  if (const std::optional<LaneTask> task = due_task(session, work.webhook.id)) {
    return done(task_work(session, std::move(work), *task));
  }
  if (const std::optional<Turn> turn = next_turn(session, work.webhook)) {
    work.kind = LaneWork::Kind::delivery;
    attach_import(session, turn->import_id, work);
    if (!turn->open_event_id.empty()) work.event = find_event(session, turn->open_event_id);
    return done(std::move(work));
  }
  if (const std::optional<LaneTask> task = next_task(session, work.webhook.id)) {
    return done(task_work(session, std::move(work), *task));
  }
  return done(std::move(work));
}

Answer handle(Session& session, OpenEvent& request) {
  if (std::optional<Answer> fenced = fence(session, request.lane)) return *fenced;
  const std::string& import_id = request.event.import_id;
  const std::string& webhook_id = request.lane.webhook_id;
  std::string open_event_id;
  bool started = false;
  bool stopped = false;
  {
    Query query =
        session.db
            .query(
                "SELECT cursor, open_event_id, started, paused, cancelled, ended FROM deliveries WHERE"
                " import_id = ? AND webhook_id = ?")
            .with(import_id, webhook_id);
    if (!query.row())
      return not_found("Import " + import_id + " has no delivery to webhook " + webhook_id + ".");
    const std::uint64_t cursor = query.unsigned_integer();
    open_event_id = query.text();
    started = query.flag();
    stopped = query.flag() || query.flag() || query.flag();
    if (cursor != request.cursor || (stopped && open_event_id.empty())) {
      return conflict("The delivery of import " + import_id + " stands elsewhere now, or was stopped.",
                      model::Event{});
    }
  }
  if (!open_event_id.empty()) {
    model::Event open = find_event(session, open_event_id).value_or(model::Event{});
    const bool was_rendered = open.id != request.event.id || !open.body_digest.empty();
    if (was_rendered || stopped) return conflict("An event is open there already.", std::move(open));
    complete_event(session, request.event);
    return done(find_event(session, open_event_id).value_or(model::Event{}));
  }
  request.event.state = model::EventState::delivering;
  insert_event(session, request.event, webhook_id);
  session.db
      .query("UPDATE deliveries SET open_event_id = ?, started = 1 WHERE import_id = ? AND webhook_id = ?")
      .with(request.event.id, import_id, webhook_id)
      .run();
  if (!started) note_start(session, import_id);
  request.event.webhook_id = webhook_id;
  request.event.created_at_ms = session.now_ms;
  return done(std::move(request.event));
}

Answer handle(Session& session, BeginAttempt& request) {
  if (std::optional<Answer> fenced = fence(session, request.lane)) return *fenced;
  session.db
      .query(
          "UPDATE events SET state = 'delivering', next_attempt_at = 0 WHERE id = ? AND webhook_id = ? AND"
          " state = 'pending'")
      .with(request.event_id, request.lane.webhook_id)
      .run();
  return done(Nothing{});
}

Answer handle(Session& session, Lookup& request) {
  if (std::optional<Answer> fenced = fence(session, request.lane)) return *fenced;
  std::optional<model::Delivery> delivery =
      find_delivery(session, request.import_id, request.lane.webhook_id);
  if (!delivery) return not_found("Import " + request.import_id + " has no delivery to this webhook.");
  return done(std::move(*delivery));
}

}  // namespace pulter::store
