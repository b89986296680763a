#include "codec/csv/dialect.h"

#include <algorithm>
#include <cstdint>

#include "codec/csv/file_kind.h"
#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

constexpr std::uint64_t sample_records_max = 1000;

/// How a sample looks when read with one delimiter.
struct Fit {
  std::uint64_t header_cells = 0;
  std::uint64_t records = 0;
  std::uint64_t matching = 0;  ///< records with as many cells as the first
};

/// Counts the records of a sample chunk by chunk, with the kernels.
class TryDelimiter {
 public:
  TryDelimiter(std::string_view sample, char delimiter) : sample_(sample), delimiter_(delimiter) {}

  Fit run() {
    HighMarks unused;
    for (std::size_t base = 0; base < sample_.size() && fit_.records < sample_records_max;) {
      const std::size_t size = std::min(scan_chunk_bytes, sample_.size() - base);
      kernel_.scan(sample_.data() + base, size, delimiter_, carry_, ends_, unused.of);
      take_chunk();
      base += size;
    }
    // The sample may have been cut inside its last record, which then says nothing.
    const bool open = carry_.line_end == 0 && !sample_.empty();
    if (open && fit_.records <= 1) take_record(delimiters_);
    return fit_;
  }

 private:
  void take_chunk() {
    std::uint64_t before = 0;
    for (std::uint32_t i = 0; i < ends_.count && fit_.records < sample_records_max; ++i) {
      take_record(delimiters_ + ends_.before[i] - before);
      before = ends_.before[i];
      delimiters_ = 0;
    }
    delimiters_ += ends_.delimiters - before;
  }
  void take_record(std::uint64_t delimiters) {
    const std::uint64_t cells = delimiters + 1;
    if (fit_.records == 0) fit_.header_cells = cells;
    ++fit_.records;
    if (cells == fit_.header_cells) ++fit_.matching;
  }

  std::string_view sample_;
  char delimiter_;
  const Kernel& kernel_ = active_kernel();
  ScanCarry carry_;
  RowEnds ends_;
  std::uint64_t delimiters_ = 0;  ///< of the open record
  Fit fit_;
};

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
  sample = sample.substr(0, sniffed_bytes_max);
  Dialect best;
  Fit best_fit = TryDelimiter(sample, best.delimiter).run();
  for (const char delimiter : sniffed_delimiters.substr(1)) {
    const Fit fit = TryDelimiter(sample, delimiter).run();
    if (!better(fit, best_fit)) continue;
    best.delimiter = delimiter;
    best_fit = fit;
  }
  return best;
}

}  // namespace pulter::csv
