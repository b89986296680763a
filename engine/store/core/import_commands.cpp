#include <algorithm>

#include "codec/base/planted.h"
#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

Answer not_in_this_state(model::Import import, std::string_view command) {
  std::string why = "The import '" + import.id + "' is " + std::string(model::name(model::state_of(import))) +
                    ", so it cannot be " + std::string(command) + ".";
  return conflict(std::move(why), std::move(import));
}

Answer pause(Session& session, model::Import import) {
  if (import.paused && !model::has_ended(import)) return done(std::move(import));
  const bool goes_on = std::ranges::any_of(import.deliveries, [&](const model::Delivery& lane) {
    return !model::has_ended(import, lane) && lane.halted_event_id.empty();
  });
  if (!goes_on) return not_in_this_state(std::move(import), "paused");
  mark_lanes(session, import, LaneMark::Kind::paused);
  session.db.query("UPDATE imports SET paused = 1 WHERE id = ?").with(import.id).run();
  session.db.query("UPDATE deliveries SET paused = 1 WHERE import_id = ?").with(import.id).run();
  return done(refresh_import(session, import.id));
}

Answer resume(Session& session, model::Import import) {
  const bool stands =
      import.paused || std::ranges::any_of(import.deliveries, [](const model::Delivery& lane) {
        return !lane.cancelled && !lane.halted_event_id.empty();
      });
  if (!stands || model::has_ended(import)) return not_in_this_state(std::move(import), "resumed");
  mark_lanes(session, import, LaneMark::Kind::resumed);
  session.db
      .query(
          "UPDATE events SET state = 'pending', attempts_in_budget = 0, next_attempt_at = 0 WHERE id IN"
          " (SELECT halted_event_id FROM deliveries WHERE import_id = ? AND cancelled = 0)")
      .with(import.id)
      .run();
  session.db
      .query(planted(Bug::resume_off_by_one) ? "UPDATE deliveries SET cursor = cursor + 1, open_event_id = "
                                               "'', halted_event_id = '', paused = 0"
                                               " WHERE import_id = ? AND cancelled = 0 AND ended = 0"
                                             : "UPDATE deliveries SET halted_event_id = '', paused = 0 WHERE "
                                               "import_id = ? AND cancelled = 0")
      .with(import.id)
      .run();
  session.db.query("UPDATE imports SET paused = 0 WHERE id = ?").with(import.id).run();
  return done(refresh_import(session, import.id));
}

Answer cancel(Session& session, model::Import import) {
  if (import.cancelled) return done(std::move(import));
  if (model::has_ended(import)) return not_in_this_state(std::move(import), "cancelled");
  session.db
      .query(
          "UPDATE events SET state = 'cancelled', next_attempt_at = 0 WHERE id IN (SELECT open_event_id FROM"
          " deliveries WHERE import_id = ? AND ended = 0 AND cancelled = 0)")
      .with(import.id)
      .run();
  session.db
      .query(
          "UPDATE deliveries SET cancelled = 1, paused = 0 WHERE import_id = ? AND ended = 0 AND cancelled = "
          "0")
      .with(import.id)
      .run();
  session.db.query("UPDATE imports SET cancelled = 1, paused = 0 WHERE id = ?").with(import.id).run();
  return done(refresh_import(session, import.id));
}

}  // namespace

Answer handle(Session& session, CommandImport& request) {
  std::optional<model::Import> import = find_import(session, request.import_id);
  if (!import) return not_found("There is no import '" + request.import_id + "'.");
  switch (request.command) {
    case ImportCommand::pause:
      return pause(session, std::move(*import));
    case ImportCommand::resume:
      return resume(session, std::move(*import));
    case ImportCommand::cancel:
      return cancel(session, std::move(*import));
  }
  return conflict("unknown command");
}

}  // namespace pulter::store
