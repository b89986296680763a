#include "codec/json/row_stream.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "codec/json/escape.h"

namespace pulter::json {
namespace {

/// Where a cell's reading stands, kept in Position::quote.
enum Quote : std::uint8_t {
  at_start,
  within,
  after_quote,  ///< a `"` within quotes was taken: it closed them, or the next one doubles it
  plain,
};

constexpr std::uint64_t every_byte(unsigned char value) {
  return 0x0101010101010101u * value;
}

/// Not 0 where a byte of `word` is 0 (bytes above the first one may be told wrongly).
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - every_byte(1)) & ~word & every_byte(0x80);
}

/// How many bytes from `text` on, `size` at most, are neither escaped in JSON nor `delimiter`.
std::size_t plain_run(const char* text, std::size_t size, char delimiter) {
  std::size_t run = 0;
  const std::uint64_t delimiters = every_byte(static_cast<unsigned char>(delimiter));
  for (; size - run >= 8; run += 8) {
    std::uint64_t word;
    std::memcpy(&word, text + run, sizeof word);
    // A byte below 0x20 has none of the bits 0xe0.
    const std::uint64_t stops = zero_bytes(word & every_byte(0xe0)) | zero_bytes(word ^ every_byte('"')) |
                                zero_bytes(word ^ every_byte('\\')) | zero_bytes(word ^ delimiters);
    if (stops != 0) break;
  }
  while (run < size && text[run] != delimiter && escapes[static_cast<unsigned char>(text[run])].size == 0)
    ++run;
  return run;
}

}  // namespace

bool RowStream::at_row() const noexcept {
  return step() == Step::row_open && p_.written == 0;
}

void RowStream::run_to_row() {
  do {
    write_piece();
  } while (!full() && step() != Step::done && !at_row());
}

void RowStream::write_piece() {
  switch (step()) {
    case Step::head:
      return put(envelope_.head, Step::index);
    case Step::index:
      return put_number();
    case Step::after_index:
      put(envelope_.after_index, Step::row_open);
      if (at_row()) rows_may_be_over();
      return;
    case Step::row_open:
      p_.field = p_.column = 0;
      p_.row_ended = p_.extra_open = false;
      return put(p_.first || p_.layout == RowLayout::lines ? "{" : ",{", Step::next_cell);
    case Step::next_cell:
      return decide_next();
    case Step::key:
      return put(shape_.columns[p_.column].key, Step::cell);
    case Step::cell:
      return take_cell(true, Step::next_cell);
    case Step::skipped_cell:
      return take_cell(false, Step::next_cell);
    case Step::cells_close:
      return put("\"", Step::next_cell);
    case Step::extra_open:
      return put(shape_.columns.empty() ? R"("__extra":[")" : R"(,"__extra":[")", Step::extra_cell);
    case Step::extra_cell:
      return take_cell(true, Step::extra_next);
    case Step::extra_next:
      if (p_.row_ended) return go(Step::extra_close);
      return put("\",\"", Step::extra_cell);
    case Step::extra_close:
      return put("\"]", p_.with_index ? Step::id_key : Step::row_close);
    case Step::id_key:
      return put(shape_.columns.empty() && !p_.extra_open ? R"("__index":")" : R"(,"__index":")", Step::id);
    case Step::id:
      return put_id();
    case Step::id_close:
      return put("\"", Step::row_close);
    case Step::row_close:
      return put_row_end();
    case Step::tail:
      return put(envelope_.tail, Step::done);
    case Step::done:
      return;
  }
}

void RowStream::put(std::string_view piece, Step then) {
  const std::size_t size =
      std::min<std::size_t>(piece.size() - p_.written, static_cast<std::size_t>(end_ - out_));
  std::memcpy(out_, piece.data() + p_.written, size);
  out_ += size;
  p_.written += static_cast<std::uint32_t>(size);
  if (p_.written < piece.size()) return;
  p_.written = 0;
  go(then);
}

void RowStream::put_number() {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, p_.index).ptr;
  put({digits, end}, Step::after_index);
}

void RowStream::put_id() {
  char id[row_id_size];
  write_row_id(shape_.seed, p_.row, id);
  put({id, sizeof id}, Step::id_close);
}

void RowStream::put_row_end() {
  put(p_.layout == RowLayout::lines ? "}\n" : "}", Step::row_open);
  if (!at_row()) return;
  p_.first = false;
  ++p_.row;
  --p_.rows_left;
  rows_may_be_over();
}

void RowStream::rows_may_be_over() {
  while (p_.offset < p_.end && (file_[p_.offset] == '\n' || file_[p_.offset] == '\r')) ++p_.offset;
  if (p_.rows_left == 0 || p_.offset >= p_.end) go(p_.whole_body ? Step::tail : Step::done);
}

void RowStream::took_rows(char* out, std::uint64_t offset, std::uint64_t rows) {
  out_ = out;
  p_.offset = offset;
  p_.row += rows;
  p_.rows_left -= rows;
  if (rows > 0) p_.first = false;
  rows_may_be_over();
}

void RowStream::decide_next() {
  const bool columns_left = p_.column < shape_.columns.size();
  if (columns_left && (p_.row_ended || shape_.columns[p_.column].source == p_.field)) return go(Step::key);
  if (!p_.row_ended && (p_.field < shape_.file_columns || !shape_.send_extra)) return go(Step::skipped_cell);
  // All columns are written. Their last quote is still open; `column` going past the end says that it was
  // closed.
  if (p_.column == shape_.columns.size() && !shape_.columns.empty()) {
    ++p_.column;
    return go(Step::cells_close);
  }
  if (!p_.row_ended) {
    p_.extra_open = true;
    return go(Step::extra_open);
  }
  go(p_.with_index ? Step::id_key : Step::row_close);
}

void RowStream::take_cell(bool emit, Step then) {
  const bool missing = p_.row_ended;
  if (!missing && !take_text(emit)) return;
  p_.quote = Quote::at_start;
  if (step() == Step::cell) ++p_.column;
  if (!missing) ++p_.field;
  go(then);
}

/// Takes the cell's text from the file; true once its end was taken too, false where `out` is full.
bool RowStream::take_text(bool emit) {
  for (;;) {
    if (p_.pending_size > 0 && !flush_pending()) return false;
    if (p_.offset >= p_.end) {
      p_.row_ended = true;
      return true;
    }
    const char c = file_[p_.offset];
    if (c == '"' && p_.quote != Quote::plain) {
      const bool doubled = p_.quote == Quote::after_quote;
      if (doubled && emit && full()) return false;
      p_.quote = p_.quote == Quote::within ? Quote::after_quote : Quote::within;
      ++p_.offset;
      if (doubled && emit) put_character('"');
      continue;
    }
    if (p_.quote != Quote::within) {
      const bool line_end = c == '\n' || c == '\r';
      if (line_end || c == shape_.delimiter) {
        ++p_.offset;
        p_.row_ended = line_end;
        return true;
      }
      p_.quote = Quote::plain;
    }
    if (emit && full()) return false;
    std::uint64_t room = p_.end - p_.offset;
    if (emit) room = std::min<std::uint64_t>(room, static_cast<std::uint64_t>(end_ - out_));
    const std::size_t run = plain_run(file_ + p_.offset, room, shape_.delimiter);
    if (run > 0) {
      if (emit) {
        std::memcpy(out_, file_ + p_.offset, run);
        out_ += run;
      }
      p_.offset += run;
    } else {
      ++p_.offset;
      if (emit) put_character(c);
    }
  }
}

/// Writes one character of a cell; there is room for one byte at least, and what does not fit is kept.
void RowStream::put_character(char c) {
  const Escape& escape = escapes[static_cast<unsigned char>(c)];
  if (escape.size == 0) {
    *out_++ = c;
    return;
  }
  const std::size_t fits = std::min<std::size_t>(escape.size, static_cast<std::size_t>(end_ - out_));
  std::memcpy(out_, escape.text, fits);
  out_ += fits;
  p_.pending_size = static_cast<std::uint8_t>(escape.size - fits);
  std::memcpy(p_.pending.data(), escape.text + fits, p_.pending_size);
}

bool RowStream::flush_pending() {
  const std::size_t fits = std::min<std::size_t>(p_.pending_size, static_cast<std::size_t>(end_ - out_));
  std::memcpy(out_, p_.pending.data(), fits);
  out_ += fits;
  p_.pending_size = static_cast<std::uint8_t>(p_.pending_size - fits);
  std::memmove(p_.pending.data(), p_.pending.data() + fits, p_.pending_size);
  return p_.pending_size == 0;
}

}  // namespace pulter::json
