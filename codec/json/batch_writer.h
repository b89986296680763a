#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/row_id.h"
#include "codec/csv/plan.h"

namespace pulter::json {

/// What surrounds the rows in a body (contract, section 2). All texts are valid UTF-8, not yet escaped,
/// except the two that are JSON already.
struct Envelope {
  std::string import_id;
  std::string template_id;
  std::string event_name = "all";
  /// Batches and data rows of the whole import.
  std::uint64_t count = 0;
  std::uint64_t total_rows = 0;
  /// Minified JSON objects, copied as they are.
  std::string user_json = "{}";
  std::string metadata_json = "{}";
};

/// A bound of the body bytes that are not rows, for csv::PlanSettings::envelope_bytes: it does not depend on
/// `count` and `total_rows`, which are not known before the file is planned.
[[nodiscard]] std::uint64_t envelope_bytes_max(const Envelope& envelope);

/// The body of a lifecycle event: `index` 0 and `data` [] (contract, section 3).
[[nodiscard]] std::string lifecycle_body(const Envelope& envelope);

/// The body of a `test` event: one made-up row, `index`, `count` and `totalRows` 1.
[[nodiscard]] std::string test_body(const Envelope& envelope);

/// How `begin_rows` lays row objects out: one per line, each line ended by LF; or with a comma between two.
enum class RowLayout : std::uint8_t { lines, commas };

/// Where writing stands: a value of fixed size without pointers, cheap to copy and to keep. Made by
/// BatchWriter only; its fields are the writer's own.
struct Position {
  std::uint64_t offset = 0;     ///< next byte of the file that has not been taken
  std::uint64_t end = 0;        ///< where the rows to write end in the file
  std::uint64_t row = 0;        ///< number of the row that is next or under way
  std::uint64_t rows_left = 0;  ///< rows to write, that one included
  std::uint64_t index = 0;      ///< batch index
  std::uint32_t step = 0;       ///< which piece of the output is next
  std::uint32_t written = 0;    ///< bytes of that piece that have been written
  std::uint32_t field = 0;      ///< next cell of the row, counted as in the file
  std::uint32_t column = 0;     ///< next of the plan's columns
  bool row_ended = false;       ///< the row's last cell was taken from the file
  bool extra_open = false;      ///< `__extra` was begun
  std::uint8_t quote = 0;       ///< state of the quote automaton within the cell
  RowLayout layout = RowLayout::commas;
  bool whole_body = false;  ///< the envelope is written too
  bool with_index = true;
  bool first = true;              ///< no row has been written yet
  std::uint8_t pending_size = 0;  ///< an escape that did not fit whole
  std::array<char, 8> pending{};
};

/// Turns rows of a planned CSV into the bytes of batch bodies: a pure function of file, plan, envelope and
/// index (architecture, 3.5).
///
/// Everything that repeats from row to row is prepared when it is made; afterwards it is immutable, and one
/// writer may be used by any number of threads at once. It keeps no reference to the plan or the file.
class BatchWriter {
 public:
  BatchWriter(const csv::Plan& plan, const Envelope& envelope);
  ~BatchWriter();
  BatchWriter(BatchWriter&&) noexcept;
  BatchWriter& operator=(BatchWriter&&) noexcept;

  /// The whole body of one batch, as `csv::locate` found it.
  [[nodiscard]] Position begin(const csv::BatchRange& batch) const;

  /// `rows` row objects alone (fewer where the file ends before), from the place that `csv::locate_row`
  /// found.
  [[nodiscard]] Position begin_rows(const csv::RowPosition& from, std::uint64_t rows, RowLayout layout,
                                    bool with_index) const;

  /// Writes as much as fits into `out` and moves `position` on; returns the bytes written.
  ///
  /// `file` is the file that was planned, with csv::padding_bytes readable after its end. The bytes written
  /// over any sequence of buffers are the same; `out` is full unless the position is finished afterwards.
  /// Bytes of `out` beyond those returned may be overwritten, never bytes beyond `out`. Never allocates; uses
  /// about 300 KiB of stack. Any thread.
  [[nodiscard]] std::size_t fill(std::string_view file, Position& position, std::span<char> out) const;

  /// Whether all bytes were written.
  [[nodiscard]] static bool finished(const Position& position) noexcept;

 private:
  struct Prepared;
  std::unique_ptr<const Prepared> prepared_;
};

}  // namespace pulter::json
