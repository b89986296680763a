#include "codec/csv/batch_pass.h"

#include <algorithm>
#include <string>

#include "codec/csv/cell_reader.h"
#include "codec/csv/file_error.h"

namespace pulter::csv {

BatchPass::BatchPass(std::string_view file, char delimiter, std::uint32_t file_columns,
                     const RowMeasure& measure, CutRule rule, const Checkpoint& from, Sink& sink)
    : file_(file),
      measure_(measure),
      sink_(sink),
      rule_(rule),
      utf8_(file, from.offset),
      scanned_to_(from.offset),
      delimiter_(delimiter),
      full_row_delimiters_(file_columns == 0 ? 0 : file_columns - 1),
      kernel_(active_kernel()),
      row_(from.first_row - 1),
      row_begin_(from.offset),
      batch_(from.batch),
      batch_begin_(skip_line_ends(file, from.offset)),
      measured_to_(batch_begin_),
      controls_to_(batch_begin_) {}

Result<> BatchPass::run(bool check_utf8) {
  while (scanned_to_ < file_.size() && !stopped_) {
    Result<> taken = take_next_chunk(check_utf8);
    if (!taken) return taken;
  }
  return stopped_ ? Result<>() : take_last_row();
}

/// Takes whole chunks only, so that they are those of a walk in one go.
Result<> BatchPass::run_ahead() {
  while (scanned_to_ + scan_chunk_bytes + padding_bytes <= file_.size() && !stopped_) {
    Result<> taken = take_next_chunk(true);
    if (!taken) return taken;
  }
  return {};
}

void BatchPass::grow(std::string_view file) {
  file_ = file;
  utf8_.grow(file);
  // The line ends after a row may go on where the file ended so far.
  measured_to_ = skip_line_ends(file_, measured_to_);
  if (batch_rows_ == 0) batch_begin_ = measured_to_;
}

Result<> BatchPass::take_next_chunk(bool check_utf8) {
  const std::uint64_t end = std::min<std::uint64_t>(scanned_to_ + scan_chunk_bytes, file_.size());
  Result<> taken = take_chunk(scanned_to_, end);
  if (!taken) return taken;
  // Behind a place where the walk was stopped nothing is marked.
  const HighMarks* const high = stopped_ ? nullptr : &high_;
  if (check_utf8 && !utf8_.check_to(end, high)) return bad_encoding(file_, utf8_.first_invalid());
  scanned_to_ = end;
  return {};
}

/// Passes regular rows at full speed and looks closer at the piece where that stopped; the more often it
/// stops, the larger the pieces.
Result<> BatchPass::take_chunk(std::uint64_t base, std::uint64_t end) {
  constexpr std::uint64_t block_bytes = 64;
  constexpr std::uint64_t good_run_bytes = 16 * block_bytes;
  std::uint64_t piece = block_bytes;
  for (std::uint64_t at = base; at < end && !stopped_;) {
    const std::uint64_t skipped = skip_regular_rows(at, end, high_.of + (at - base) / block_bytes);
    at += skipped;
    if (at == end) break;
    piece = skipped >= good_run_bytes ? block_bytes : 2 * piece;
    const std::uint64_t piece_end = std::min(at + piece, end);
    Result<> taken = take_piece(at, piece_end, high_.of + (at - base) / block_bytes);
    if (!taken) return taken;
    at = piece_end;
  }
  return stopped_ ? Result<>() : check_open_row(end);
}

/// Passes whole blocks of regular rows that end no batch and cannot make one too large; returns their bytes.
std::uint64_t BatchPass::skip_regular_rows(std::uint64_t base, std::uint64_t end, std::uint8_t* high) {
  const std::uint64_t columns = full_row_delimiters_ + 1;
  // A regular row has at least a byte for each cell.
  const std::uint64_t rows_max = (end - base) / columns + 1;
  const bool row_may_be_too_long = end > row_begin_ + row_bytes_max;
  if (delimiters_ > full_row_delimiters_ || row_may_be_too_long || may_pass_limit(rows_max, end)) return 0;
  RegularRows regular;
  regular.columns = static_cast<std::uint32_t>(columns);
  regular.delimiters_left = static_cast<std::uint32_t>(full_row_delimiters_ - delimiters_);
  regular.rows_max = rule_.batch_size - batch_rows_;
  const std::size_t skipped =
      kernel_.skip(file_.data() + base, (end - base) / 64 * 64, delimiter_, carry_, regular, high);
  delimiters_ = full_row_delimiters_ - regular.delimiters_left;
  row_ += regular.rows;
  batch_rows_ += regular.rows;
  if (regular.rows > 0) row_begin_ = base + regular.last_row_end + 1;
  blank_lines_ += regular.blank_lines;
  return skipped;
}

Result<> BatchPass::take_piece(std::uint64_t base, std::uint64_t end, std::uint8_t* high) {
  kernel_.scan(file_.data() + base, end - base, delimiter_, carry_, ends_, high);
  blank_lines_ += ends_.blank_lines;
  if (ends_.count > 0) {
    // Only the first row of a piece can be longer than the piece.
    Result<> open = check_open_row(base + ends_.end[0]);
    if (!open) return open;
  }
  const bool measure = may_pass_limit(ends_.count, end);
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < ends_.count && !stopped_; ++i) {
    const std::uint64_t row_end = base + ends_.end[i];
    take_row(row_end, delimiters_ + ends_.before[i] - before);
    delimiters_ = 0;
    before = ends_.before[i];
    if (measure) {
      Result<> measured = measure_to(row_end);
      if (!measured) return measured;
    }
    if (batch_rows_ == rule_.batch_size && !stopped_) cut(batch_rows_, skip_line_ends(file_, row_end));
  }
  delimiters_ += ends_.delimiters - before;
  return {};
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

inline void BatchPass::take_row(std::uint64_t end, std::uint64_t row_delimiters) {
  ++row_;
  ++batch_rows_;
  if (row_delimiters != full_row_delimiters_) [[unlikely]] {
    (row_delimiters < full_row_delimiters_ ? short_rows_ : long_rows_).add(row_, row_begin_);
  }
  row_begin_ = end + 1;
}

/// Whether the open batch may be too large once it holds `rows` more rows and reaches `end`; cheap bounds,
/// the cheaper one first.
bool BatchPass::may_pass_limit(std::uint64_t rows, std::uint64_t end) {
  // A batch that begins beyond `end` (blank lines at the end of a piece were skipped) holds nothing yet.
  const std::uint64_t bytes = end > measured_to_ ? end - measured_to_ : 0;
  const std::uint64_t unmeasured = batch_rows_ - measured_rows_ + rows;
  if (measured_bytes_ + measure_.bound(unmeasured, bytes) <= rule_.room_bytes) return false;
  if (end > controls_to_) {
    controls_ += kernel_.controls(file_.data() + controls_to_, end - controls_to_);
    controls_to_ = end;
  }
  return measured_bytes_ + measure_.bound(unmeasured, bytes, controls_) > rule_.room_bytes;
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
  controls_ = 0;
  controls_to_ = next;
  stopped_ = !sink_.batch(range);
}

}  // namespace pulter::csv
