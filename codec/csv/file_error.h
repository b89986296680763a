#pragma once

#include <cstdint>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::csv {

// The errors that name a place in the file. They may read the file from its start to count lines: they are
// made once, when the import has failed already. `row` is the 1-based data row, 0 for the header.

/// Counts lines as a text editor does, from 1; CRLF, LF and CR each end one.
class LineCounter {
 public:
  explicit LineCounter(std::string_view file) : file_(file) {}

  /// The line of byte `offset`, which must not be less than at the call before. Reads on from there.
  [[nodiscard]] std::uint64_t line_of(std::uint64_t offset);

 private:
  std::string_view file_;
  std::uint64_t at_ = 0;
  std::uint64_t line_ = 1;
};

[[nodiscard]] std::unexpected<Error> unclosed_quote(std::string_view file, std::uint64_t row,
                                                    std::uint64_t quote_offset);

/// `begin` is where the row starts.
[[nodiscard]] std::unexpected<Error> row_too_long(std::string_view file, std::uint64_t row,
                                                  std::uint64_t begin);

/// `offset` is the first byte that is no valid UTF-8.
[[nodiscard]] std::unexpected<Error> bad_encoding(std::string_view file, std::uint64_t offset);

}  // namespace pulter::csv
