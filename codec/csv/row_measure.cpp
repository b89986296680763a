#include "codec/csv/row_measure.h"

#include "codec/base/row_id.h"
#include "codec/csv/cell_reader.h"

namespace pulter::csv {
namespace {

// {"__index":"<id>"},
constexpr std::uint64_t frame_bytes = std::string_view(R"({"__index":""},)").size() + row_id_size;
// "name":"",
constexpr std::uint64_t cell_frame_bytes = std::string_view(R"("":"",)").size();
// "__extra":[], and 2 quotes and a comma for each cell but the last
constexpr std::uint64_t extra_frame_bytes = std::string_view(R"("__extra":[],)").size();

}  // namespace

RowMeasure::RowMeasure(std::span<const Column> columns, std::uint32_t file_columns, char delimiter,
                       bool send_extra)
    : columns_(columns),
      file_columns_(file_columns),
      delimiter_(delimiter),
      send_extra_(send_extra),
      key_bytes_(frame_bytes) {
  for (const Column& column : columns) {
    key_bytes_ += cell_frame_bytes;
    for (const char c : column.name) key_bytes_ += json_size(c);
  }
  row_overhead_ = key_bytes_ + extra_frame_bytes;
}

RowMeasure::Row RowMeasure::exact(std::string_view file, std::uint64_t begin) const {
  Row row{key_bytes_, begin};
  std::size_t column = 0;
  std::uint64_t extra_cells = 0;
  CellRead read;
  for (std::uint32_t field = 0;; ++field) {
    bool sent = field >= file_columns_ && send_extra_;
    if (sent) {
      ++extra_cells;
    } else if (column < columns_.size() && columns_[column].source == field) {
      sent = true;
      ++column;
    }
    std::uint64_t bytes = 0;
    read = read_cell(file, row.next, delimiter_, [&bytes](char c) { bytes += json_size(c); });
    if (sent) row.bytes += bytes;
    row.next = read.next;
    if (read.end != CellEnd::delimiter) break;
  }
  if (extra_cells > 0) row.bytes += extra_frame_bytes + 3 * extra_cells - 1;
  row.next = skip_line_ends(file, row.next);
  return row;
}

}  // namespace pulter::csv
