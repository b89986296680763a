#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pulter::bench {

/// A made-up CSV: the same bytes for the same name, size and seed, on every machine.
struct DataSet {
  std::string name;
  /// The file, followed by 64 bytes of padding that `text` leaves out.
  std::string bytes;
  [[nodiscard]] std::string_view text() const { return std::string_view(bytes).substr(0, bytes.size() - 64); }
};

/// contacts: nine short columns of people, about 105 bytes a row, one cell in thirty quoted, some not ASCII.
/// numeric: twelve columns of short numbers.  all_quoted: the contacts with every cell quoted.
/// wide: 300 columns.  long_text: reviews of a few hundred to two thousand bytes, quoted, with quotes and
/// line ends.
inline constexpr std::string_view data_set_names[] = {"contacts", "numeric", "all_quoted", "wide",
                                                      "long_text"};

/// At least `bytes` long, whole rows. Aborts on an unknown name.
[[nodiscard]] DataSet make_data_set(std::string_view name, std::size_t bytes, std::uint64_t seed = 1);

/// The same with exactly `rows` data rows.
[[nodiscard]] DataSet make_data_rows(std::string_view name, std::uint64_t rows, std::uint64_t seed = 1);

}  // namespace pulter::bench
