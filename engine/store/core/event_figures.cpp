#include "engine/store/core/handlers.h"

namespace pulter::store {

Answer handle(Session& session, DescribeEvents& request) {
  std::vector<EventFigures> described;
  described.reserve(request.event_ids.size());
  for (const std::string& id : request.event_ids) {
    EventFigures& figures = described.emplace_back();
    Query query =
        session.db
            .query(
                "SELECT coalesce(i.file_name, ''), coalesce(i.batch_count, 0), (SELECT count(*) FROM"
                " row_errors r WHERE r.import_id = e.import_id AND r.webhook_id = e.webhook_id AND"
                " r.batch_index = e.batch_index AND e.batch_index > 0), coalesce((SELECT a.duration_us FROM"
                " attempts a WHERE a.event_number = e.number ORDER BY a.number DESC LIMIT 1), -1) FROM "
                "events e"
                " LEFT JOIN imports i ON i.id = e.import_id WHERE e.id = ?")
            .with(id);
    if (!query.row()) continue;
    figures.file_name = query.text();
    figures.count = query.unsigned_integer();
    figures.row_errors = query.unsigned_integer();
    figures.last_duration_us = query.integer();
  }
  return done(std::move(described));
}

}  // namespace pulter::store
