#include <algorithm>
#include <string>

#include "codec/base/check.h"
#include "codec/csv/batch_pass.h"
#include "codec/csv/cell_reader.h"
#include "codec/csv/plan.h"

namespace pulter::csv {
namespace {

/// Stops at one batch and keeps it.
class FindBatch final : public BatchPass::Sink {
 public:
  explicit FindBatch(std::uint64_t index) : index_(index) {}

  bool batch(const BatchRange& range) override {
    if (range.index != index_) return true;
    found_ = range;
    return false;
  }

  [[nodiscard]] const BatchRange& found() const { return found_; }

 private:
  std::uint64_t index_;
  BatchRange found_;
};

std::unexpected<Error> other_file() {
  return fail(
      ErrorCode::file_read_failed,
      "The stored file is not the one that was planned; it was changed or cut short. Import it again.");
}

std::unexpected<Error> not_there(const char* what, std::uint64_t asked, std::uint64_t count) {
  return fail(ErrorCode::not_found, "There is no " + std::string(what) + " " + std::to_string(asked) +
                                        ": the import has " + std::to_string(count) + ".");
}

/// The row after `rows` whole rows, counted from the start of a row at `from`; the end of the file where
/// there are fewer.
std::uint64_t skip_rows(const Plan& plan, std::string_view file, std::uint64_t from, std::uint64_t rows) {
  if (rows == 0) return from;
  const Kernel& kernel = active_kernel();
  ScanCarry carry;
  RowEnds ends;
  HighMarks unused;
  for (std::uint64_t base = from; base < file.size();) {
    const std::uint64_t size = std::min<std::uint64_t>(scan_chunk_bytes, file.size() - base);
    kernel.scan(file.data() + base, size, plan.dialect.delimiter, carry, ends, unused.of);
    if (rows <= ends.count) return skip_line_ends(file, base + ends.end[rows - 1]);
    rows -= ends.count;
    base += size;
  }
  return file.size();
}

}  // namespace

Result<BatchRange> locate(const Plan& plan, std::string_view file, std::uint64_t index) {
  if (index == 0 || index > plan.batch_count) return not_there("batch", index, plan.batch_count);
  if (file.size() != plan.file_bytes) return other_file();
  const std::uint64_t nearest = (index - 1) / plan.checkpoint_stride;
  PULTER_CHECK(nearest < plan.checkpoints.size());
  const Checkpoint& from = plan.checkpoints[nearest];
  if (plan.checkpoint_stride == 1) {
    if (index == plan.batch_count) {
      return BatchRange{index, from.first_row, plan.total_rows - from.first_row + 1, from.offset,
                        file.size()};
    }
    const Checkpoint& next = plan.checkpoints[nearest + 1];
    return BatchRange{index, from.first_row, next.first_row - from.first_row, from.offset, next.offset};
  }
  const RowMeasure measure(plan.columns, plan.file_columns, plan.dialect.delimiter, plan.send_extra);
  FindBatch sink(index);
  BatchPass pass(file, plan.dialect.delimiter, plan.file_columns, measure,
                 {plan.batch_size, plan.max_batch_bytes - plan.envelope_bytes}, from, sink);
  if (!pass.run(false) || sink.found().index != index) return other_file();
  return sink.found();
}

Result<RowPosition> locate_row(const Plan& plan, std::string_view file, std::uint64_t row) {
  if (row == 0 || row > plan.total_rows) return not_there("row", row, plan.total_rows);
  if (file.size() != plan.file_bytes) return other_file();
  const auto after = std::ranges::upper_bound(plan.checkpoints, row, {}, &Checkpoint::first_row);
  PULTER_CHECK(after != plan.checkpoints.begin());
  const Checkpoint& from = *(after - 1);
  const std::uint64_t offset = skip_rows(plan, file, from.offset, row - from.first_row);
  if (offset >= file.size()) return other_file();
  return RowPosition{row, offset};
}

}  // namespace pulter::csv
