#include "codec/csv/dialect.h"

#include <cstdint>

#include "codec/csv/cell_reader.h"
#include "codec/csv/file_kind.h"

namespace pulter::csv {
namespace {

constexpr std::size_t sample_bytes_max = 64u << 10;
constexpr std::uint64_t sample_records_max = 1000;

/// How a sample looks when read with one delimiter.
struct Fit {
  std::uint64_t header_cells = 0;
  std::uint64_t records = 0;
  std::uint64_t matching = 0;  ///< records with as many cells as the first
};

Fit try_delimiter(std::string_view sample, char delimiter) {
  Fit fit;
  std::uint64_t at = skip_line_ends(sample, 0);
  while (at < sample.size() && fit.records < sample_records_max) {
    std::uint64_t cells = 0;
    CellRead read;
    do {
      read = read_cell(sample, at, delimiter, [](char) {});
      at = read.next;
      ++cells;
    } while (read.end == CellEnd::delimiter);
    // The sample may have been cut inside its last record, which then says nothing.
    if (read.end == CellEnd::file && fit.records > 1) break;
    if (fit.records == 0) fit.header_cells = cells;
    ++fit.records;
    if (cells == fit.header_cells) ++fit.matching;
    at = skip_line_ends(sample, at);
  }
  return fit;
}

/// Whether `a` explains the sample better than `b`: more of the records alike, then more cells.
bool better(const Fit& a, const Fit& b) {
  if (a.header_cells < 2) return false;
  if (b.header_cells < 2) return true;
  const std::uint64_t left = a.matching * b.records;
  const std::uint64_t right = b.matching * a.records;
  return left != right ? left > right : a.header_cells > b.header_cells;
}

}  // namespace

Result<Dialect> sniff(std::string_view sample) {
  if (const auto kind = not_csv_kind(sample)) {
    return fail(ErrorCode::not_csv, 0,
                "The file is " + *kind + ", not a CSV; export it as CSV and upload that.");
  }
  if (sample.starts_with("\xef\xbb\xbf")) sample.remove_prefix(3);
  sample = sample.substr(0, sample_bytes_max);
  Dialect best;
  Fit best_fit = try_delimiter(sample, best.delimiter);
  for (const char delimiter : sniffed_delimiters.substr(1)) {
    const Fit fit = try_delimiter(sample, delimiter);
    if (!better(fit, best_fit)) continue;
    best.delimiter = delimiter;
    best_fit = fit;
  }
  return best;
}

}  // namespace pulter::csv
