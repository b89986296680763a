#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/store/sqlite_database.h"
#include "engine/store/store.h"

// What every handler of the store works with. A handler is a plain function from a request to an answer, on
// an open transaction; it never commits. It refuses before it writes: one that wrote and then does not answer
// `done` has its whole group taken back (core.h).

namespace pulter::store {

struct Session {
  Database& db;
  std::int64_t now_ms = 0;  ///< Unix milliseconds: the time of this group's rows
  /// The row number that the next event gets; 0: not known yet. None comes twice in the life of a process,
  /// also where events are removed as they are answered, so that a list that goes on after one skips none.
  std::int64_t& next_event_number;
};

template <class T>
[[nodiscard]] Answer done(T value) {
  return Answer{0, Status::done, {}, AnswerValue(std::move(value))};
}
[[nodiscard]] inline Answer refuse(Status status, std::string detail) {
  return Answer{0, status, std::move(detail), Nothing{}};
}
[[nodiscard]] inline Answer not_found(std::string detail) {
  return refuse(Status::not_found, std::move(detail));
}
[[nodiscard]] inline Answer conflict(std::string detail) {
  return refuse(Status::conflict, std::move(detail));
}
template <class T>
[[nodiscard]] Answer conflict(std::string detail, T value) {
  return Answer{0, Status::conflict, std::move(detail), AnswerValue(std::move(value))};
}

/// Lists never give more than this many items at once.
inline constexpr std::uint32_t listing_items_max = 1000;
[[nodiscard]] inline std::uint32_t items_of(const Page& page) {
  return page.limit < 1 ? 1 : page.limit > listing_items_max ? listing_items_max : page.limit;
}

/// A cursor is the row number of the last item given; `start` when there is none yet, nothing when it is not
/// one.
[[nodiscard]] inline std::optional<std::int64_t> cursor_of(const Page& page, std::int64_t start) {
  if (page.cursor.empty()) return start;
  std::int64_t number = 0;
  const char* end = page.cursor.data() + page.cursor.size();
  const auto parsed = std::from_chars(page.cursor.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < 0) return std::nullopt;
  return number;
}
inline constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();
[[nodiscard]] inline Answer bad_cursor(const Page& page) {
  return not_found("'" + page.cursor +
                   "' is no cursor of this list. Take `next` of the page before, or leave it out.");
}

/// One page: the query gives a row number and then an item, and was given a limit of one more than the
/// page's.
template <class T, class Read>
[[nodiscard]] Listing<T> read_page(Query& query, const Page& page, Read read) {
  Listing<T> listing;
  std::int64_t last = 0;
  while (query.row()) {
    if (listing.items.size() == items_of(page)) {
      listing.next = std::to_string(last);
      break;
    }
    last = query.integer();
    listing.items.push_back(read(query));
  }
  return listing;
}

}  // namespace pulter::store
