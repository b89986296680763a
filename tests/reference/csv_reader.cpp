#include "tests/reference/csv_reader.h"

namespace pulter::reference {
namespace {

enum class State { row_start, cell_start, plain, within_quotes, quote_within_quotes };

class Reader {
 public:
  explicit Reader(char delimiter) : delimiter_(delimiter) {}

  void take(char c, std::uint64_t offset) {
    const bool feed_of_return = c == '\n' && last_ended_with_return_;
    last_ended_with_return_ = false;
    switch (state_) {
      case State::row_start:
        if (c == '\n' || c == '\r') {
          if (!feed_of_return) ++text_.blank_lines;
          last_ended_with_return_ = c == '\r';
          return;
        }
        [[fallthrough]];
      case State::cell_start:
        if (c == '"') {
          state_ = State::within_quotes;
          quote_ = offset;
          return;
        }
        [[fallthrough]];
      case State::plain:
        return take_plain(c);
      case State::within_quotes:
        if (c == '"') {
          state_ = State::quote_within_quotes;
        } else {
          cell_ += c;
        }
        return;
      case State::quote_within_quotes:
        if (c != '"') return take_plain(c);
        cell_ += '"';
        state_ = State::within_quotes;
        return;
    }
  }

  CsvText finish() {
    if (state_ == State::within_quotes) text_.open_quote = quote_;
    if (state_ != State::row_start) end_row();
    return std::move(text_);
  }

 private:
  void take_plain(char c) {
    if (c == delimiter_) {
      end_cell();
      state_ = State::cell_start;
    } else if (c == '\n' || c == '\r') {
      end_row();
      last_ended_with_return_ = c == '\r';
      state_ = State::row_start;
    } else {
      cell_ += c;
      state_ = State::plain;
    }
  }

  void end_cell() {
    row_.push_back(cell_);
    cell_.clear();
  }

  void end_row() {
    end_cell();
    text_.rows.push_back(row_);
    row_.clear();
  }

  char delimiter_;
  State state_ = State::row_start;
  bool last_ended_with_return_ = false;
  std::uint64_t quote_ = 0;
  std::string cell_;
  std::vector<std::string> row_;
  CsvText text_;
};

}  // namespace

CsvText read_csv(std::string_view text, char delimiter) {
  Reader reader(delimiter);
  for (std::size_t i = 0; i < text.size(); ++i) reader.take(text[i], i);
  return reader.finish();
}

}  // namespace pulter::reference
