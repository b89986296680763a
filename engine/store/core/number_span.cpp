#include "engine/store/core/number_span.h"

#include <algorithm>
#include <string>

namespace pulter::store {
namespace {

struct Row {
  std::int64_t number = 0;
  std::int64_t created_at_ms = 0;
};

std::optional<Row> row_from(Session& session, std::string_view table, std::int64_t number) {
  const std::string sql =
      "SELECT number, created_at FROM " + std::string(table) + " WHERE number >= ? ORDER BY number LIMIT 1";
  Query query = session.db.query(sql).with(number);
  if (!query.row()) return std::nullopt;
  const std::int64_t found = query.integer();
  return Row{found, query.integer()};
}

/// The lowest number whose row was created at or after `time_ms`; `end` when there is none.
std::int64_t first_since(Session& session, std::string_view table, std::int64_t time_ms, std::int64_t end) {
  std::int64_t low = 0;
  std::int64_t high = end;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    const std::optional<Row> row = row_from(session, table, middle);
    if (!row || row->created_at_ms >= time_ms) {
      high = middle;
    } else {
      low = row->number + 1;
    }
  }
  return low;
}

}  // namespace

NumberSpan numbers_of(Session& session, std::string_view table, std::int64_t since_ms,
                      std::int64_t until_ms) {
  NumberSpan span;
  if (since_ms == 0 && until_ms == 0) return span;
  std::int64_t end = 1;
  {
    Query last = session.db.query("SELECT max(number) + 1 FROM " + std::string(table));
    if (last.row()) end = last.integer();
  }
  if (since_ms != 0) span.from = first_since(session, table, since_ms, end);
  if (until_ms != 0) span.to = first_since(session, table, until_ms, end);
  return span;
}

std::optional<NumberSpan> page_span(Session& session, std::string_view table, const Page& page,
                                    bool oldest_first, std::int64_t since_ms, std::int64_t until_ms) {
  const auto cursor = cursor_of(page, oldest_first ? 0 : newest);
  if (!cursor) return std::nullopt;
  NumberSpan span = numbers_of(session, table, since_ms, until_ms);
  if (oldest_first) {
    span.from = std::max(span.from, *cursor == newest ? newest : *cursor + 1);
  } else {
    span.to = std::min(span.to, *cursor);
  }
  return span;
}

}  // namespace pulter::store
