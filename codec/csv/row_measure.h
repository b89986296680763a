#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/csv/plan.h"

namespace pulter::csv {

/// How many bytes a character takes inside a JSON string (RFC 8259, section 7): 1, 2 or 6.
[[nodiscard]] constexpr std::uint64_t json_size(char c) noexcept {
  if (c == '"' || c == '\\' || c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t') return 2;
  return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
}

/// Tells how long a row's object is in a batch body, without writing it.
///
/// Points into the columns that it was made from. Never allocates. Pure, any thread.
class RowMeasure {
 public:
  RowMeasure(std::span<const Column> columns, std::uint32_t file_columns, char delimiter, bool send_extra);

  struct Row {
    std::uint64_t bytes = 0;  ///< the object and one comma
    std::uint64_t next = 0;   ///< where the row after it starts
  };
  /// Exactly measures the row that starts at `begin`. Cost: an exact read of the row.
  [[nodiscard]] Row exact(std::string_view file, std::uint64_t begin) const;

  /// At least what `rows` whole rows take that lie in `bytes` bytes of the file: a byte becomes six at most.
  [[nodiscard]] std::uint64_t bound(std::uint64_t rows, std::uint64_t bytes) const noexcept {
    return rows * row_overhead_ + 6 * bytes;
  }
  /// The same where `controls` of the bytes are below 0x20: only those become six, the others three at most
  /// (an empty cell of `__extra` does).
  [[nodiscard]] std::uint64_t bound(std::uint64_t rows, std::uint64_t bytes,
                                    std::uint64_t controls) const noexcept {
    return rows * row_overhead_ + 3 * bytes + 3 * controls;
  }

 private:
  std::span<const Column> columns_;
  std::uint32_t file_columns_;
  char delimiter_;
  bool send_extra_;
  /// Keys, quotes, braces and commas of any row.
  std::uint64_t key_bytes_;
  /// The same with an empty `__extra`.
  std::uint64_t row_overhead_;
};

}  // namespace pulter::csv
