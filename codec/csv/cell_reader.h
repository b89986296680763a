#pragma once

// The exact reader for the few places that look at single characters: header, sniffing, error messages,
// measuring. Header-only, so that each use decodes straight into what it needs. Not for whole files.

#include <cstdint>
#include <string_view>

namespace pulter::csv {

/// What stood after a cell.
enum class CellEnd : std::uint8_t { delimiter, line, file };

struct CellRead {
  /// First byte after the cell and its separator; the LF of a CRLF is not taken.
  std::uint64_t next = 0;
  CellEnd end = CellEnd::file;
  /// The file ended within quotes; `quote_offset` is the quote that opened them.
  bool unclosed = false;
  std::uint64_t quote_offset = 0;
};

/// Reads the cell that starts at `offset` and hands each character of its text to `take(char)`.
///
/// Quotes enclose only where the cell begins with one; doubled inside they stand for one; text after the
/// closing quote is appended as it is; any other quote is an ordinary character (contract, section 6;
/// Python's csv, Rust's csv).
template <class Take>
[[nodiscard]] CellRead read_cell(std::string_view file, std::uint64_t offset, char delimiter, Take&& take) {
  CellRead read;
  std::uint64_t at = offset;
  bool quoted = at < file.size() && file[at] == '"';
  if (quoted) read.quote_offset = at++;
  for (; at < file.size(); ++at) {
    const char c = file[at];
    if (quoted) {
      if (c != '"') {
        take(c);
      } else if (at + 1 < file.size() && file[at + 1] == '"') {
        take('"');
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == delimiter || c == '\n' || c == '\r') {
      read.next = at + 1;
      read.end = c == delimiter ? CellEnd::delimiter : CellEnd::line;
      return read;
    } else {
      take(c);
    }
  }
  read.next = at;
  read.unclosed = quoted;
  return read;
}

/// The first byte at or after `offset` that is no line end: where the next row starts.
[[nodiscard]] inline std::uint64_t skip_line_ends(std::string_view file, std::uint64_t offset) {
  while (offset < file.size() && (file[offset] == '\n' || file[offset] == '\r')) ++offset;
  return offset;
}

}  // namespace pulter::csv
