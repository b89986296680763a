#include "codec/http/field_list.h"

#include <algorithm>

namespace pulter::http {

namespace {

// A message larger than this is rare; its memory is not kept for the next one.
constexpr std::size_t kept_bytes = 4 * 1024;

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

}  // namespace

void FieldList::clear() noexcept {
  if (text_.capacity() > kept_bytes) {
    text_ = {};
    lines_ = {};
    views_ = {};
  }
  text_.clear();
  lines_.clear();
  views_.clear();
  line_begin_ = name_end_ = 0;
}

bool FieldList::end_value() {
  Line line{line_begin_, name_end_, name_end_, text_.size()};
  while (line.value_begin < line.value_end && is_blank(text_[line.value_begin])) ++line.value_begin;
  while (line.value_end > line.value_begin && is_blank(text_[line.value_end - 1])) --line.value_end;
  lines_.push_back(line);
  line_begin_ = name_end_ = text_.size();
  return is_token(std::string_view(text_).substr(line.begin, line.name_end - line.begin));
}

std::span<const HeaderField> FieldList::fields() {
  const std::string_view text = text_;
  views_.clear();
  for (const Line& line : lines_) {
    views_.push_back({text.substr(line.begin, line.name_end - line.begin),
                      text.substr(line.value_begin, line.value_end - line.value_begin)});
  }
  return views_;
}

const HeaderField* find_field(std::span<const HeaderField> fields, std::string_view name) noexcept {
  const auto at =
      std::ranges::find_if(fields, [name](const HeaderField& f) { return same_ignoring_case(f.name, name); });
  return at == fields.end() ? nullptr : &*at;
}

std::size_t count_fields(std::span<const HeaderField> fields, std::string_view name) noexcept {
  const auto count = std::ranges::count_if(
      fields, [name](const HeaderField& f) { return same_ignoring_case(f.name, name); });
  return static_cast<std::size_t>(count);
}

}  // namespace pulter::http
