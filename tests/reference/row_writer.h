#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pulter::reference {

/// A key and the 0-based cell of the row that it takes its value from.
struct Key {
  std::string name;
  std::size_t cell = 0;
};

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

/// The id of a row, made from the words of codec/base/row_id.h; `low` and `high` are the halves of the import
/// id's XXH3-128.
[[nodiscard]] std::string row_id(std::uint64_t low, std::uint64_t high, std::uint64_t row);

/// A row object; cells from `header_cells` on go into `__extra` where `extra`; no `__index` where `id` is
/// empty.
[[nodiscard]] std::string json_row(const std::vector<std::string>& cells, const std::vector<Key>& keys,
                                   std::size_t header_cells, bool extra, std::string_view id);

}  // namespace pulter::reference
