#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pulter::tool {

/// "1,234,567".
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "1 row", "1,200 rows".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// "2 batches".
[[nodiscard]] std::string batches_text(std::uint64_t count);
/// "248.8 MB" (powers of 1,000).
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "340 ms", "2.4 s", "3 min 20 s", "2 h 5 min".
[[nodiscard]] std::string duration_text(std::uint64_t milliseconds);

/// "row 7", "rows 2, 5, 9, …": the first ten; empty for none.
[[nodiscard]] std::string row_numbers(const std::vector<std::uint64_t>& rows);

/// "comma", "tab", "|": what separates cells, for people.
[[nodiscard]] std::string delimiter_name(char delimiter);
/// Columns that a terminal needs for `text`: code points, so that non-ASCII lines up in most scripts.
[[nodiscard]] std::size_t width(std::string_view text);
/// At most `columns` wide, with "…" where something was cut; control characters become spaces, so that a name
/// from outside cannot command the terminal.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t columns);

/// Lines of cells under headings, each column as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// The last column is clipped so that lines fit `columns_max`; 0 means no limit.
  [[nodiscard]] std::string text(std::size_t columns_max) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pulter::tool
