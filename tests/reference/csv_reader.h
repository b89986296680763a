#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pulter::reference {

/// What a CSV says, read one character at a time by a state machine that is easier to believe than to speed
/// up.
struct CsvText {
  std::vector<std::vector<std::string>> rows;
  /// Lines without any character; the LF of a CRLF is no line.
  std::uint64_t blank_lines = 0;
  /// Where the quote opened that the text's end found open.
  std::optional<std::uint64_t> open_quote;
};

[[nodiscard]] CsvText read_csv(std::string_view text, char delimiter);

}  // namespace pulter::reference
