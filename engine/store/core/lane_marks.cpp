#include <algorithm>

#include "engine/store/core/handlers.h"

namespace pulter::store {
std::string_view name(LaneMark::Kind kind) {
  switch (kind) {
    case LaneMark::Kind::halted:
      return "halted";
    case LaneMark::Kind::paused:
      return "paused";
    case LaneMark::Kind::resumed:
      return "resumed";
  }
  return "halted";
}

namespace {

LaneMark::Kind parse_kind(std::string_view text) {
  if (text == "paused") return LaneMark::Kind::paused;
  return text == "resumed" ? LaneMark::Kind::resumed : LaneMark::Kind::halted;
}

}  // namespace

void mark_lane(Session& session, std::string_view import_id, std::string_view webhook_id,
               LaneMark::Kind kind) {
  session.db.query("INSERT INTO lane_marks (import_id, webhook_id, at, kind) VALUES (?, ?, ?, ?)")
      .with(import_id, webhook_id, session.now_ms, name(kind))
      .run();
}

void mark_lanes(Session& session, const model::Import& import, LaneMark::Kind kind) {
  for (const model::Delivery& lane : import.deliveries) {
    // A halted lane is not stopped once more by a pause; it goes on by being resumed.
    const bool touched = kind == LaneMark::Kind::resumed ? import.paused || !lane.halted_event_id.empty()
                                                         : lane.halted_event_id.empty();
    if (touched && !model::has_ended(import, lane)) mark_lane(session, import.id, lane.webhook_id, kind);
  }
}

Answer handle(Session& session, ListLaneMarks& request) {
  std::vector<LaneMark> marks;
  Query query = session.db
                    .query(
                        "SELECT at, kind FROM lane_marks WHERE import_id = ? AND webhook_id = ? ORDER BY"
                        " number DESC LIMIT ?")
                    .with(request.import_id, request.webhook_id, request.limit);
  while (query.row()) {
    LaneMark mark;
    mark.at_ms = query.integer();
    mark.kind = parse_kind(query.text());
    marks.push_back(mark);
  }
  std::ranges::reverse(marks);
  return done(std::move(marks));
}

}  // namespace pulter::store
