#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "codec/base/result.h"
#include "codec/csv/kernel_table.h"
#include "codec/csv/plan.h"
#include "codec/csv/row_measure.h"
#include "codec/csv/utf8.h"

namespace pulter::csv {

/// Rows that have something in common: how many, and the first of them.
struct RowList {
  std::uint64_t count = 0;
  std::array<std::uint64_t, note_rows_max> row{};
  /// Where each one starts, the line ends before it included.
  std::array<std::uint64_t, note_rows_max> offset{};

  void add(std::uint64_t number, std::uint64_t begin) noexcept {
    if (count < row.size()) {
      row[count] = number;
      offset[count] = begin;
    }
    ++count;
  }
};

/// What decides where batches end.
struct CutRule {
  std::uint32_t batch_size = 0;
  /// Bytes of a body that rows may fill.
  std::uint64_t room_bytes = 0;
};

/// Walks the rows of a file in order and cuts them into batches: the one place that says where a batch ends,
/// used to plan a file and to find a batch again.
///
/// A batch ends after batch_size rows, or before the row that would take it past room_bytes (bodies are only
/// measured where a cheap bound does not already rule that out, so that the answer does not depend on where
/// the walk began). Never allocates. Itself about 70 KiB large.
class BatchPass {
 public:
  /// Told of each batch; false stops the walk.
  class Sink {
   public:
    virtual bool batch(const BatchRange& range) = 0;

   protected:
    ~Sink() = default;
  };

  /// Begins at the start of a row. `file`, `measure` and `sink` must outlive the walk.
  BatchPass(std::string_view file, char delimiter, std::uint32_t file_columns, const RowMeasure& measure,
            CutRule rule, const Checkpoint& from, Sink& sink);

  /// Walks until the file ends or the sink has enough. `check_utf8`: whether the text is also validated.
  /// Errors: row_too_long, unclosed_quote, bad_encoding, body_too_large.
  Result<> run(bool check_utf8);
  /// From now on `file` is the text: what it was and more, perhaps elsewhere in memory. For a file that is
  /// walked while it comes; in the end it finds what it would have found in the whole file.
  void grow(std::string_view file);
  /// Walks as far as `run` can be sure to without knowing how the file goes on, and checks UTF-8. Errors as
  /// `run`, but unclosed_quote.
  Result<> run_ahead();

  /// Data rows seen, counted from the first of the file.
  [[nodiscard]] std::uint64_t rows() const noexcept { return row_; }
  [[nodiscard]] const RowList& short_rows() const noexcept { return short_rows_; }
  [[nodiscard]] const RowList& long_rows() const noexcept { return long_rows_; }
  [[nodiscard]] std::uint64_t blank_lines() const noexcept { return blank_lines_; }

 private:
  Result<> take_next_chunk(bool check_utf8);
  Result<> take_chunk(std::uint64_t base, std::uint64_t end);
  Result<> take_piece(std::uint64_t base, std::uint64_t end, std::uint8_t* high);
  std::uint64_t skip_regular_rows(std::uint64_t base, std::uint64_t end, std::uint8_t* high);
  Result<> check_open_row(std::uint64_t end);
  Result<> take_last_row();
  void take_row(std::uint64_t end, std::uint64_t row_delimiters);
  Result<> measure_to(std::uint64_t end);
  void cut(std::uint64_t rows, std::uint64_t next);
  [[nodiscard]] bool may_pass_limit(std::uint64_t rows, std::uint64_t end);

  std::string_view file_;
  const RowMeasure& measure_;
  Sink& sink_;
  CutRule rule_;
  Utf8Check utf8_;
  std::uint64_t scanned_to_;
  char delimiter_;
  std::uint64_t full_row_delimiters_;

  const Kernel& kernel_;
  ScanCarry carry_;
  RowEnds ends_;
  HighMarks high_;                ///< of the present chunk
  std::uint64_t row_;             ///< number of the last row that ended
  std::uint64_t row_begin_;       ///< first byte after it (line ends may follow)
  std::uint64_t delimiters_ = 0;  ///< of the open row
  std::uint64_t blank_lines_ = 0;
  bool stopped_ = false;

  std::uint64_t batch_;  ///< index of the open batch
  std::uint64_t batch_begin_;
  std::uint64_t batch_rows_ = 0;      ///< rows in it that ended
  std::uint64_t measured_rows_ = 0;   ///< of these, how many were measured
  std::uint64_t measured_bytes_ = 0;  ///< what those take
  std::uint64_t measured_to_;         ///< where they end
  std::uint64_t controls_ = 0;  ///< bytes below 0x20 from batch_begin_ to controls_to_, counted when needed
  std::uint64_t controls_to_ = 0;

  RowList short_rows_;
  RowList long_rows_;
};

}  // namespace pulter::csv
