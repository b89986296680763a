#include <simdjson.h>

#include <charconv>
#include <utility>

#include "codec/json/reader.h"

namespace pulter::json {

namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

// Receivers write the row as 7 or "7".
std::uint64_t row_number(std::string_view text) noexcept {
  std::uint64_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  return error == std::errc{} && end == text.data() + text.size() ? row : 0;
}

// At most row_error_text_bytes_max bytes, not cut inside of a character.
std::string_view cut(std::string_view text) noexcept {
  if (text.size() <= row_error_text_bytes_max) return text;
  std::size_t end = row_error_text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// The text of a string, and the spelling of anything else: a receiver may put an object where a message
// belongs.
error_code read_text(ondemand::value value, std::string& to) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  std::string_view text;
  if (type == ondemand::json_type::string) {
    if (const auto error = value.get_string().get(text)) return error;
  } else if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
    if (const auto error = simdjson::to_json_string(value).get(text)) return error;
  } else {
    text = value.raw_json_token();
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  }
  to = cut(text);
  return simdjson::SUCCESS;
}

error_code read_entry(ondemand::object object, RowError& to) {
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    const bool is_row = key == "row";
    std::string row;
    std::string* const target = key == "__index"                   ? &to.row_id
                                : is_row                           ? &row
                                : key == "field"                   ? &to.field
                                : key == "message" || key == "msg" ? &to.message
                                                                   : nullptr;
    if (target == nullptr) continue;
    ondemand::value value;
    if (const auto error = field.value().get(value)) return error;
    if (const auto error = read_text(value, *target)) return error;
    if (is_row) to.row = row_number(row);
  }
  return simdjson::SUCCESS;
}

error_code read_list(ondemand::array list, RowErrors& to) {
  for (auto item : list) {
    ondemand::json_type type;
    if (const auto error = item.type().get(type)) return error;
    if (type != ondemand::json_type::object) continue;
    ondemand::object object;
    if (const auto error = item.get_object().get(object)) return error;
    RowError entry;
    if (const auto error = read_entry(object, entry)) return error;
    if (entry.row == 0 && entry.row_id.empty()) continue;
    ++to.reported;
    if (to.errors.size() < row_errors_max) to.errors.push_back(std::move(entry));
  }
  return simdjson::SUCCESS;
}

error_code read_body(std::string_view body, RowErrors& to) {
  const simdjson::padded_string padded(body);
  ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  ondemand::value errors;
  if (const auto error = object.find_field_unordered("errors").get(errors)) return error;
  ondemand::array list;
  if (const auto error = errors.get_array().get(list)) return error;
  return read_list(list, to);
}

}  // namespace

RowErrors read_row_errors(std::string_view body) {
  RowErrors errors;
  // All or nothing: half of a broken list is no report.
  if (read_body(body, errors) != simdjson::SUCCESS) return {};
  return errors;
}

}  // namespace pulter::json
