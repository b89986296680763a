#include "codec/csv/file_error.h"

#include <string>

namespace pulter::csv {
namespace {

std::string row_name(std::uint64_t row) {
  return row == 0 ? "the header row" : "row " + std::to_string(row);
}

}  // namespace

std::uint64_t LineCounter::line_of(std::uint64_t offset) {
  for (; at_ < offset && at_ < file_.size(); ++at_) {
    const char c = file_[at_];
    if (c == '\n' || (c == '\r' && !(at_ + 1 < file_.size() && file_[at_ + 1] == '\n'))) ++line_;
  }
  return line_;
}

std::unexpected<Error> unclosed_quote(std::string_view file, std::uint64_t row, std::uint64_t quote_offset) {
  return fail(ErrorCode::unclosed_quote, static_cast<std::int64_t>(quote_offset),
              "A quote opens in " + row_name(row) + " on line " +
                  std::to_string(LineCounter(file).line_of(quote_offset)) +
                  " and never closes; close it, or double it if it belongs to the text.");
}

std::unexpected<Error> row_too_long(std::string_view file, std::uint64_t row, std::uint64_t begin) {
  return fail(ErrorCode::row_too_long, static_cast<std::int64_t>(begin),
              (row == 0 ? std::string("The header row") : "Row " + std::to_string(row)) + " starts on line " +
                  std::to_string(LineCounter(file).line_of(begin)) +
                  " and is longer than 16 MiB; look for a quote that never closes, or shorten the row.");
}

std::unexpected<Error> bad_encoding(std::string_view file, std::uint64_t offset) {
  return fail(ErrorCode::bad_encoding, static_cast<std::int64_t>(offset),
              "Byte " + std::to_string(offset) + " on line " +
                  std::to_string(LineCounter(file).line_of(offset)) +
                  " is not valid UTF-8; name the file's encoding, or convert the file.");
}

}  // namespace pulter::csv
