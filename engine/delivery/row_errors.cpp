#include "engine/delivery/row_errors.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "codec/base/row_id.h"
#include "codec/json/reader.h"

namespace pulter::delivery {

std::vector<model::RowError> read_row_errors(std::string_view answer_body, std::string_view import_id,
                                             const model::Event& event) {
  std::vector<model::RowError> rows;
  if (answer_body.empty()) return rows;
  json::RowErrors reported = json::read_row_errors(answer_body);
  std::unordered_map<std::string, std::vector<std::size_t>> wanted;
  for (json::RowError& error : reported.errors) {
    if (error.row == 0) wanted[error.row_id].push_back(rows.size());
    rows.push_back({.row = error.row, .field = std::move(error.field), .message = std::move(error.message)});
  }
  if (wanted.empty()) return rows;
  // A row's id cannot be turned back into its number, so the batch's ids are made again.
  const RowIdSeed seed = row_id_seed(import_id);
  std::array<char, 36> id{};
  for (std::uint64_t row = event.first_row; row < event.first_row + event.rows; ++row) {
    write_row_id(seed, row, id.data());
    const auto found = wanted.find(std::string(id.data(), id.size()));
    if (found == wanted.end()) continue;
    for (const std::size_t index : found->second) rows[index].row = row;
  }
  return rows;
}

}  // namespace pulter::delivery
