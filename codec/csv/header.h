#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/csv/plan.h"

namespace pulter::csv {

/// What the header row says.
struct Header {
  std::uint32_t file_columns = 0;
  std::vector<Column> columns;
  /// First byte after the header row, CRLF taken whole.
  std::uint64_t end = 0;
  std::vector<Note> notes;
};

/// Reads the header row at or after `offset` and names the columns (contract, section 6).
///
/// A blank cell becomes `column_N`; `__index` and `__extra`, which rows use themselves, and a name that
/// another column has already, get the first free suffix `_2`, `_3`, …; the first column of a name keeps it.
/// Renaming comes first. Errors: too_many_columns, unclosed_quote, row_too_long.
[[nodiscard]] Result<Header> read_header(std::string_view file, std::uint64_t offset, char delimiter,
                                         const PlanSettings& settings);

}  // namespace pulter::csv
