#include <algorithm>

#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

struct Batch {
  std::uint64_t index = 0;
  std::uint64_t first_row = 0;
};

char mark_of(std::string_view state, std::uint32_t attempts) {
  if (state == "delivered") return attempts > 1 ? 'r' : 'd';
  if (state == "delivering") return 'f';
  if (state == "halted") return 'h';
  if (state == "cancelled") return 'x';
  return attempts > 0 ? 'w' : '.';  // ready, and its lane was stopped before it left
}

}  // namespace

Answer handle(Session& session, ListBatchMarks& request) {
  const auto delivery = find_delivery(session, request.import_id, request.webhook_id);
  const auto import = find_import_alone(session, request.import_id);
  if (!delivery || !import) {
    return not_found("The import '" + request.import_id + "' does not go to the webhook '" +
                     request.webhook_id + "'.");
  }
  std::string marks(import->count, delivery->cancelled ? 'x' : '.');
  // What was delivered stays so when its events are no longer kept.
  std::fill_n(marks.begin(), std::min<std::uint64_t>(delivery->batches_delivered, marks.size()), 'd');
  std::vector<Batch> batches;
  {
    Query query = session.db
                      .query(
                          "SELECT batch_index, first_row, state, attempts FROM events WHERE import_id = ? AND"
                          " webhook_id = ? AND name = 'all' ORDER BY number")
                      .with(request.import_id, request.webhook_id);
    while (query.row()) {
      const Batch batch{query.unsigned_integer(), query.unsigned_integer()};
      const std::string state = query.text();
      if (batch.index == 0 || batch.index > marks.size()) continue;
      marks[batch.index - 1] = mark_of(state, query.number());
      batches.push_back(batch);
    }
  }
  Query errors = session.db.query("SELECT row FROM row_errors WHERE import_id = ? AND webhook_id = ?")
                     .with(request.import_id, request.webhook_id);
  while (errors.row()) {
    const std::uint64_t row = errors.unsigned_integer();
    const auto after = std::ranges::upper_bound(batches, row, {}, &Batch::first_row);
    if (after == batches.begin()) continue;
    char& mark = marks[std::prev(after)->index - 1];
    if (mark == 'd' || mark == 'r') mark = 'e';
  }
  return done(std::move(marks));
}

}  // namespace pulter::store
