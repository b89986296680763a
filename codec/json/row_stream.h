#pragma once

#include <span>
#include <string_view>

#include "codec/json/batch_writer.h"
#include "codec/json/envelope.h"
#include "codec/json/row_shape.h"

namespace pulter::json {

/// What a Position's `step` names: the piece of output that is next.
enum class Step : std::uint32_t {
  head,
  index,
  after_index,
  row_open,
  next_cell,  ///< nothing is written: decides what comes after a cell
  key,
  cell,
  skipped_cell,
  cells_close,
  extra_open,
  extra_cell,
  extra_next,
  extra_close,
  id_key,
  id,
  id_close,
  row_close,
  tail,
  done,
};

/// The plain writer: one small piece after the other, able to stop after any byte. It is the reference that
/// the wide kernels must equal, and does for them what they leave: the envelope, long rows, and what a
/// buffer's end cuts.
class RowStream {
 public:
  RowStream(const RowShape& shape, const EnvelopeText& envelope, std::string_view file, Position& position,
            std::span<char> out)
      : shape_(shape),
        envelope_(envelope),
        file_(file.data()),
        p_(position),
        out_(out.data()),
        begin_(out.data()),
        end_(out.data() + out.size()) {}

  /// Writes until `out` is full, all is written, or (after at least one piece) a row is about to begin.
  void run_to_row();

  /// Goes past blank lines before a row, and on to what follows the rows where there are no more.
  void rows_may_be_over();

  /// Whether a row is about to begin and none of it was written.
  [[nodiscard]] bool at_row() const noexcept;
  [[nodiscard]] bool full() const noexcept { return out_ == end_; }
  [[nodiscard]] std::size_t written() const noexcept { return static_cast<std::size_t>(out_ - begin_); }

  /// For the wide kernels, which write rows themselves: where, and what they did.
  [[nodiscard]] char* out() const noexcept { return out_; }
  [[nodiscard]] char* out_end() const noexcept { return end_; }
  void took_rows(char* out, std::uint64_t offset, std::uint64_t rows);

 private:
  [[nodiscard]] Step step() const noexcept { return static_cast<Step>(p_.step); }
  void go(Step step) noexcept { p_.step = static_cast<std::uint32_t>(step); }
  void write_piece();
  void put(std::string_view piece, Step then);
  void put_row_end();
  void put_number();
  void put_id();
  void decide_next();
  void take_cell(bool emit, Step then);
  bool take_text(bool emit);
  void put_character(char c);
  bool flush_pending();

  const RowShape& shape_;
  const EnvelopeText& envelope_;
  const char* file_;
  Position& p_;
  char* out_;
  char* begin_;
  char* end_;
};

}  // namespace pulter::json
