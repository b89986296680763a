#pragma once

#include <cstddef>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::csv {

/// How a file separates its cells. Quotes are always `"`, doubled inside quotes; a row ends with LF, CR or
/// CRLF.
struct Dialect {
  char delimiter = ',';

  friend bool operator==(const Dialect&, const Dialect&) = default;
};

/// The delimiters that `sniff` tries: `,` `;` tab `|`.
inline constexpr std::string_view sniffed_delimiters = ",;\t|";

/// What `sniff` looks at, a byte order mark not counted.
inline constexpr std::size_t sniffed_bytes_max = 64u << 10;

/// Whether a setting may name it: any ASCII character but NUL, the quote and the line ends.
[[nodiscard]] constexpr bool can_delimit(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte != 0 && byte < 0x80 && c != '"' && c != '\n' && c != '\r';
}

/// Finds the delimiter of a file from its first bytes, reading them as quote-aware records.
///
/// `sample` is the beginning of the file (64 KiB are enough), a UTF-8 byte order mark included or not; it may
/// end anywhere, with 64 readable bytes after it. A file of one column gives `,`.
/// Errors: not_csv where `sample` is no text (see file_kind.h).
/// Cost: four passes of the kernels over at most 64 KiB, and 64 KiB of stack. Pure, any thread. Source:
/// contract, section 6.
[[nodiscard]] Result<Dialect> sniff(std::string_view sample);

}  // namespace pulter::csv
