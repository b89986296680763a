#pragma once

#include <cstdint>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::csv {

// The errors that name a place in the file. They may read the file from its start to count lines: they are
// made once, when the import has failed already. `row` is the 1-based data row, 0 for the header.

/// The line of a text editor (1-based) that byte `offset` is on; CRLF, LF and CR each end one.
[[nodiscard]] std::uint64_t line_of(std::string_view file, std::uint64_t offset);

[[nodiscard]] std::unexpected<Error> unclosed_quote(std::string_view file, std::uint64_t row,
                                                    std::uint64_t quote_offset);

/// `begin` is where the row starts.
[[nodiscard]] std::unexpected<Error> row_too_long(std::string_view file, std::uint64_t row,
                                                  std::uint64_t begin);

/// `offset` is the first byte that is no valid UTF-8.
[[nodiscard]] std::unexpected<Error> bad_encoding(std::string_view file, std::uint64_t offset);

}  // namespace pulter::csv
