#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pulter::csv {

/// How many row numbers a note keeps; its `detail` has the full count.
inline constexpr std::size_t note_rows_max = 100;

/// Something noticed about a file that did not stop it; shown on the import.
///
/// Codes: `blank_header`, `duplicate_header`, `reserved_header`, `unknown_column`, `short_rows`, `long_rows`,
/// `blank_lines`. Codes are stable words of the control API.
struct Note {
  std::string code;
  /// One plain sentence with the numbers in it.
  std::string detail;
  /// The first data rows (1-based) it happened to, ascending, at most `note_rows_max`; empty where rows do
  /// not apply.
  std::vector<std::uint64_t> rows;

  friend bool operator==(const Note&, const Note&) = default;
};

}  // namespace pulter::csv
