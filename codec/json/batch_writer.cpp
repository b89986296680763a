#include "codec/json/batch_writer.h"

#include <algorithm>

#include "codec/base/check.h"
#include "codec/csv/kernel_table.h"
#include "codec/json/envelope.h"
#include "codec/json/row_shape.h"
#include "codec/json/row_stream.h"

namespace pulter::json {
namespace {

/// A chunk that, with its index and the text made of it, stays in the second-level cache. Of a smaller one
/// more is indexed twice, for its last row is not whole.
constexpr std::uint64_t usual_chunk_bytes = 32'768;

/// The end of the file ends its last row as a line end would.
void end_last_row(csv::CellIndex& index, std::uint64_t size) {
  if (index.rows > 0 && index.at[index.row_end[index.rows - 1]] + 1u == size) return;
  index.at[++index.separators] = static_cast<std::uint16_t>(size);
  index.row_end[index.rows++] = static_cast<std::uint16_t>(index.separators);
}

/// Writes rows with a wide kernel as long as that goes on; what it leaves is for the plain writer.
class WideRows {
 public:
  WideRows(const RowShape& shape, std::string_view file, Position& position, RowStream& stream)
      : shape_(shape), file_(file), p_(position), stream_(stream) {}

  void run() {
    csv::CellIndex index;
    while (stream_.at_row() && !stream_.full()) {
      const std::uint64_t begin = p_.offset;
      if (!make_index(index) || !write_chunk(index) || p_.offset == begin) return;
    }
  }

 private:
  /// Indexes what follows; false where not even one row ends in the largest chunk.
  bool make_index(csv::CellIndex& index) {
    base_ = p_.offset;
    const auto room = static_cast<std::uint64_t>(stream_.out_end() - stream_.out());
    for (std::uint64_t size :
         {std::min(usual_chunk_bytes, room), std::uint64_t{csv::index_chunk_bytes_max}}) {
      size = std::min(size, p_.end - base_);
      csv::active_kernel().index(file_.data() + base_, size, shape_.delimiter, index);
      if (base_ + size == p_.end) end_last_row(index, size);
      if (index.rows > 0) return true;
    }
    return false;
  }

  /// Writes the rows of the indexed chunk; false where the output is full or all rows are written.
  bool write_chunk(const csv::CellIndex& index) {
    RenderCursor cursor;
    cursor.lines = p_.layout == RowLayout::lines;
    cursor.with_index = p_.with_index;
    cursor.out_end = stream_.out_end();
    for (;;) {
      cursor.out = stream_.out();
      cursor.row = p_.row;
      cursor.rows_left = p_.rows_left;
      cursor.first = p_.first;
      const RenderStop stop = shape_.render(shape_.wide, index, file_.data() + base_, cursor);
      const std::uint16_t row_begin = static_cast<std::uint16_t>(index.at[cursor.separator] + 1);
      stream_.took_rows(cursor.out, base_ + row_begin, cursor.row - p_.row);
      if (stop == RenderStop::chunk_done) return true;
      if (stop != RenderStop::long_row) return false;
      stream_.run_to_row();
      if (!stream_.at_row() || stream_.full()) return false;
      cursor.separator = index.row_end[cursor.next_row++];
    }
  }

  const RowShape& shape_;
  std::string_view file_;
  Position& p_;
  RowStream& stream_;
  std::uint64_t base_ = 0;
};

}  // namespace

struct BatchWriter::Prepared {
  RowShape shape;
  EnvelopeText envelope;
};

BatchWriter::BatchWriter(const csv::Plan& plan, const Envelope& envelope)
    : prepared_(new Prepared{RowShape(plan, envelope.import_id), make_envelope_text(envelope)}) {}
BatchWriter::~BatchWriter() = default;
BatchWriter::BatchWriter(BatchWriter&&) noexcept = default;
BatchWriter& BatchWriter::operator=(BatchWriter&&) noexcept = default;

Position BatchWriter::begin(const csv::BatchRange& batch) const {
  PULTER_CHECK(batch.rows > 0 && batch.begin <= batch.end && batch.end <= prepared_->shape.file_bytes);
  Position position;
  position.offset = batch.begin;
  position.end = batch.end;
  position.row = batch.first_row;
  position.rows_left = batch.rows;
  position.index = batch.index;
  position.step = static_cast<std::uint32_t>(Step::head);
  position.whole_body = true;
  return position;
}

Position BatchWriter::begin_rows(const csv::RowPosition& from, std::uint64_t rows, RowLayout layout,
                                 bool with_index) const {
  PULTER_CHECK(from.row > 0 && from.offset <= prepared_->shape.file_bytes);
  Position position;
  position.offset = from.offset;
  position.end = prepared_->shape.file_bytes;
  position.row = from.row;
  position.rows_left = rows;
  position.layout = layout;
  position.with_index = with_index;
  const bool nothing = rows == 0 || from.offset == position.end;
  position.step = static_cast<std::uint32_t>(nothing ? Step::done : Step::row_open);
  return position;
}

std::size_t BatchWriter::fill(std::string_view file, Position& position, std::span<char> out) const {
  const RowShape& shape = prepared_->shape;
  PULTER_CHECK(position.end <= file.size());
  RowStream stream(shape, prepared_->envelope, file, position, out);
  if (stream.at_row()) stream.rows_may_be_over();
  const std::uint64_t worthwhile = shape.wide.key_bytes + 2 * render_slack_bytes;
  while (!stream.full() && !finished(position)) {
    if (shape.render != nullptr && stream.at_row() &&
        static_cast<std::uint64_t>(stream.out_end() - stream.out()) > worthwhile) {
      WideRows(shape, file, position, stream).run();
      if (stream.full() || finished(position)) break;
    }
    stream.run_to_row();
  }
  return stream.written();
}

bool BatchWriter::finished(const Position& position) noexcept {
  return position.step == static_cast<std::uint32_t>(Step::done);
}

}  // namespace pulter::json
