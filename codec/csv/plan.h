#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/base/result.h"
#include "codec/csv/dialect.h"
#include "codec/csv/note.h"

namespace pulter::csv {

/// Readable bytes (of any value) that every `file` view must have after its end; a mapped file guarantees
/// them.
inline constexpr std::size_t padding_bytes = 64;
/// A row longer than this, line end not counted, is refused (contract, section 6).
inline constexpr std::uint64_t row_bytes_max = 16u << 20;
/// A header with more cells than this is refused.
inline constexpr std::size_t columns_max = 16'384;
/// A stored plan never has more checkpoints than this; beyond, every second one is dropped.
inline constexpr std::size_t checkpoints_max = 65'536;

/// One key of every row object, in file order.
struct Column {
  /// The key as it is sent: the header cell, renamed where settings, a blank, a repetition or `__index` ask
  /// for it.
  std::string name;
  /// 0-based column in the file.
  std::uint32_t source = 0;
  /// The header cell as it stands in the file.
  std::string header;

  friend bool operator==(const Column&, const Column&) = default;
};

/// What an import's settings say about reading its file.
struct PlanSettings {
  /// Sniffed where not given.
  std::optional<char> delimiter;
  /// Rows of a full batch, at least 1.
  std::uint32_t batch_size = 5000;
  /// Most data rows that are accepted; 0: no limit.
  std::uint64_t max_rows = 0;
  /// Most bytes of one batch's body.
  std::uint64_t max_batch_bytes = 64u << 20;
  /// A bound of the body bytes that surround the rows: json::envelope_bytes_max.
  std::uint64_t envelope_bytes = 1024;
  /// Refuse a file in which any row has more or fewer cells than the header.
  bool reject_ragged = false;
  /// (header cell in the file, key to send) pairs.
  std::vector<std::pair<std::string, std::string>> rename;
  /// Send only the columns that `rename` names; `__extra` is then not sent either.
  bool drop_unmapped = false;

  bool operator==(const PlanSettings&) const = default;
};

/// Where one batch lies in the file: `begin` is the first byte of its first row, `end` that of the next
/// batch's first row, or the end of the file.
struct BatchRange {
  std::uint64_t index = 0;      ///< 1-based
  std::uint64_t first_row = 0;  ///< 1-based data row
  std::uint64_t rows = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  friend bool operator==(const BatchRange&, const BatchRange&) = default;
};

/// A data row (1-based) and the byte it starts at.
struct RowPosition {
  std::uint64_t row = 1;
  std::uint64_t offset = 0;

  friend bool operator==(const RowPosition&, const RowPosition&) = default;
};

/// Where a batch begins; `locate` replays forward from the nearest one.
struct Checkpoint {
  std::uint64_t batch = 0;
  std::uint64_t first_row = 0;
  std::uint64_t offset = 0;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// All that is known of a file after one pass: a value, a few KiB, stored with the import.
struct Plan {
  Dialect dialect;
  std::uint64_t file_bytes = 0;
  /// First byte after the header row.
  std::uint64_t data_begin = 0;
  /// Cells in the header.
  std::uint32_t file_columns = 0;
  /// What is sent, ascending by `source`; keys are unique.
  std::vector<Column> columns;
  /// Whether a long row's further cells are sent as `__extra`.
  bool send_extra = true;
  std::uint64_t total_rows = 0;
  std::uint64_t batch_count = 0;
  std::uint32_t batch_size = 0;
  std::uint64_t max_batch_bytes = 0;
  std::uint64_t envelope_bytes = 0;
  std::uint64_t short_rows = 0;
  std::uint64_t long_rows = 0;
  std::uint64_t blank_lines = 0;
  std::vector<Note> notes;
  /// Checkpoint i is batch 1 + i * checkpoint_stride.
  std::uint64_t checkpoint_stride = 1;
  std::vector<Checkpoint> checkpoints;

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Reads a whole file once: checks it, counts it and cuts it into batches.
///
/// `file` is UTF-8 (intake converts other encodings before), with `padding_bytes` readable after it.
/// Errors, each naming what to look at: not_csv, too_many_columns, unclosed_quote (row and line where the
/// quote opened), row_too_long, bad_encoding (`at` is the byte offset), ragged_row, too_many_rows (the number
/// found), body_too_large (one row alone passes max_batch_bytes), bad_value (settings). One sequential pass,
/// no allocation per row. Pure, any thread. Source: contract, section 6; architecture, 3.7.
[[nodiscard]] Result<Plan> make_plan(std::string_view file, const PlanSettings& settings);

/// Finds any batch at once. `index` is 1 to plan.batch_count.
///
/// Reads forward from the nearest checkpoint; reads nothing while the stride is 1 (up to 65,536 batches).
/// Errors: not_found (no such batch), file_read_failed (the file is not the one that was planned).
/// Never allocates. Pure, any thread.
[[nodiscard]] Result<BatchRange> locate(const Plan& plan, std::string_view file, std::uint64_t index);

/// Finds any data row (1 to plan.total_rows) without reading the file from its start. Errors as `locate`.
[[nodiscard]] Result<RowPosition> locate_row(const Plan& plan, std::string_view file, std::uint64_t row);

/// The stored form: versioned, little-endian, checksummed; described in plan_format.md.
[[nodiscard]] std::string encode(const Plan& plan);
/// Reads the stored form. Errors: store_corrupt, not_supported (a newer version). Safe on any bytes.
[[nodiscard]] Result<Plan> decode(std::string_view bytes);

}  // namespace pulter::csv
