#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/store/core/session.h"

namespace pulter::store {

/// Row numbers: `from` and up, below `to`.
struct NumberSpan {
  std::int64_t from = 0;
  std::int64_t to = newest;
};

/// The rows of `table` that were created in that span of time (Unix milliseconds; 0: open on that side), by
/// halving: numbers and times go up together, and no index has to be written for it. A handful of look-ups.
/// Where the clock was set back, numbers and times disagree from the rows of the time ahead on to those that
/// have caught up with it: a span whose edge lies in that time may leave out rows of it, or hold others.
[[nodiscard]] NumberSpan numbers_of(Session& session, std::string_view table, std::int64_t since_ms,
                                    std::int64_t until_ms);
/// The same, less what came on the pages before. Nothing: the page's cursor is none.
[[nodiscard]] std::optional<NumberSpan> page_span(Session& session, std::string_view table, const Page& page,
                                                  bool oldest_first, std::int64_t since_ms,
                                                  std::int64_t until_ms);

}  // namespace pulter::store
