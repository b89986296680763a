#include "codec/csv/batch_pass.h"

#include <algorithm>
#include <string>

#include "codec/csv/cell_reader.h"
#include "codec/csv/file_error.h"
#include "codec/csv/utf8.h"

namespace pulter::csv {

BatchPass::BatchPass(std::string_view file, char delimiter, std::uint32_t file_columns,
                     const RowMeasure& measure, CutRule rule, const Checkpoint& from, Sink& sink)
    : file_(file),
      measure_(measure),
      sink_(sink),
      rule_(rule),
      scan_from_(from.offset),
      delimiter_(delimiter),
      full_row_delimiters_(file_columns == 0 ? 0 : file_columns - 1),
      row_(from.first_row - 1),
      row_begin_(from.offset),
      batch_(from.batch),
      batch_begin_(skip_line_ends(file, from.offset)),
      measured_to_(batch_begin_) {}

Result<> BatchPass::run(bool check_utf8) {
  const Kernel& kernel = active_kernel();
  RowEnds ends;
  Utf8Check utf8(file_, scan_from_);
  for (std::uint64_t base = scan_from_; base < file_.size() && !stopped_;) {
    const std::uint64_t size = std::min<std::uint64_t>(scan_chunk_bytes, file_.size() - base);
    kernel.scan(file_.data() + base, size, delimiter_, carry_, ends);
    if (check_utf8 && !utf8.check_to(base + size, ends.non_ascii == 0)) {
      return bad_encoding(file_, utf8.first_invalid());
    }
    const std::uint64_t controls_earlier = controls_;
    controls_ += ends.controls;
    blank_lines_ += ends.blank_lines;
    Result<> taken = take_chunk(ends, base, size);
    if (!taken) return taken;
    if (measured_to_ >= base) controls_before_ = controls_earlier;
    base += size;
  }
  return stopped_ ? Result<>() : take_last_row();
}

Result<> BatchPass::take_chunk(const RowEnds& ends, std::uint64_t base, std::uint64_t size) {
  if (ends.count > 0) {
    // Only the first row of a chunk can be longer than the chunk.
    Result<> open = check_open_row(base + ends.end[0]);
    if (!open) return open;
  }
  const bool measure = may_pass_limit(ends.count, base + size);
  std::uint64_t before = 0;
  std::uint64_t open_delimiters = delimiters_;
  for (std::uint32_t i = 0; i < ends.count && !stopped_; ++i) {
    const std::uint64_t delimiters = open_delimiters + ends.before[i] - before;
    open_delimiters = 0;
    before = ends.before[i];
    const std::uint64_t end = base + ends.end[i];
    take_row(end, delimiters);
    if (measure) {
      Result<> measured = measure_to(end);
      if (!measured) return measured;
    }
    if (batch_rows_ == rule_.batch_size && !stopped_) cut(batch_rows_, skip_line_ends(file_, end));
  }
  delimiters_ = open_delimiters + ends.delimiters - before;
  return check_open_row(base + size);
}

/// Refuses a row that reaches up to `end` at least, where that makes it too long.
Result<> BatchPass::check_open_row(std::uint64_t end) {
  if (end - row_begin_ <= row_bytes_max) return {};
  // Blank lines before a row are no part of it.
  while (row_begin_ < end && (file_[row_begin_] == '\n' || file_[row_begin_] == '\r')) ++row_begin_;
  if (end - row_begin_ <= row_bytes_max) return {};
  return row_too_long(file_, row_ + 1, row_begin_);
}

Result<> BatchPass::take_last_row() {
  const std::uint64_t end = file_.size();
  if (carry_.inside != 0) {
    std::uint64_t at = skip_line_ends(file_, row_begin_);
    for (;;) {
      const CellRead read = read_cell(file_, at, delimiter_, [](char) {});
      if (read.unclosed) return unclosed_quote(file_, row_ + 1, read.quote_offset);
      at = read.next;
    }
  }
  if (carry_.line_end == 0) {
    take_row(end, delimiters_);
    if (may_pass_limit(0, end)) {
      Result<> measured = measure_to(end);
      if (!measured) return measured;
    }
  }
  if (batch_rows_ > 0 && !stopped_) cut(batch_rows_, end);
  return {};
}

inline void BatchPass::take_row(std::uint64_t end, std::uint64_t delimiters) {
  ++row_;
  ++batch_rows_;
  if (delimiters != full_row_delimiters_) [[unlikely]] {
    (delimiters < full_row_delimiters_ ? short_rows_ : long_rows_).add(row_, row_begin_);
  }
  row_begin_ = end + 1;
}

/// Whether the open batch may be too large once it holds `rows` more rows and reaches `end`; a cheap bound.
bool BatchPass::may_pass_limit(std::uint64_t rows, std::uint64_t end) const noexcept {
  // A batch that begins beyond `end` (blank lines at the end of a chunk were skipped) holds nothing yet.
  const std::uint64_t bytes = end > measured_to_ ? end - measured_to_ : 0;
  const std::uint64_t unmeasured = batch_rows_ - measured_rows_ + rows;
  return measured_bytes_ + measure_.bound(unmeasured, bytes, controls_ - controls_before_) > rule_.room_bytes;
}

/// Measures the rows that ended since the last time, where the bound says it must be, and cuts before each
/// row that does not fit any more. `end` is where the last of them ended.
Result<> BatchPass::measure_to(std::uint64_t end) {
  if (!may_pass_limit(0, end)) return {};
  while (measured_rows_ < batch_rows_ && !stopped_) {
    const RowMeasure::Row row = measure_.exact(file_, measured_to_);
    if (measured_bytes_ + row.bytes > rule_.room_bytes) {
      if (measured_rows_ == 0) {
        const std::uint64_t number = row_ - batch_rows_ + 1;
        return fail(ErrorCode::body_too_large, static_cast<std::int64_t>(measured_to_),
                    "Row " + std::to_string(number) + " on line " +
                        std::to_string(LineCounter(file_).line_of(measured_to_)) + " takes " +
                        std::to_string(row.bytes) + " bytes as JSON, more than the " +
                        std::to_string(rule_.room_bytes) +
                        " that a body has room for; shorten it, or raise maxBatchBytes.");
      }
      cut(measured_rows_, measured_to_);
      continue;
    }
    measured_bytes_ += row.bytes;
    ++measured_rows_;
    measured_to_ = row.next;
  }
  return {};
}

/// Ends the open batch after its first `rows` rows; `next` is where the row after them starts.
void BatchPass::cut(std::uint64_t rows, std::uint64_t next) {
  const BatchRange range{batch_, row_ - batch_rows_ + 1, rows, batch_begin_, next};
  ++batch_;
  batch_begin_ = next;
  batch_rows_ -= rows;
  measured_rows_ = 0;
  measured_bytes_ = 0;
  measured_to_ = next;
  stopped_ = !sink_.batch(range);
}

}  // namespace pulter::csv
