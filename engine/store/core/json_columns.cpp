#include "engine/store/core/json_columns.h"

#include <charconv>
#include <limits>

#include "codec/json/reader.h"
#include "codec/json/writer.h"

namespace pulter::store {
namespace {

// Written by ourselves from values that were bounded when they came in.
constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

json::Value parse(std::string_view text) {
  if (text == "[]") return {};  // most columns of most rows: nothing to be read
  Result<json::Value> value = json::parse(text, any_size);
  return value ? std::move(*value) : json::Value{};
}

template <class Number>
Number number_of(const json::Value* value) {
  Number number = 0;
  if (value != nullptr && value->type == json::Type::number) {
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
  }
  return number;
}

std::string text_of(const json::Value* value) {
  return value != nullptr && value->type == json::Type::string ? value->text : std::string();
}

bool flag_of(const json::Value* value) {
  return value != nullptr && value->type == json::Type::boolean && value->boolean;
}

Pairs pairs_of(const json::Value& value) {
  Pairs pairs;
  for (const json::Value& item : value.items) {
    if (item.items.size() == 2) pairs.emplace_back(text_of(&item.items[0]), text_of(&item.items[1]));
  }
  return pairs;
}

void write_pairs(json::Writer& writer, const Pairs& pairs) {
  writer.begin_array();
  for (const auto& [name, value] : pairs) writer.begin_array().string(name).string(value).end_array();
  writer.end_array();
}

}  // namespace

std::string encode_strings(const std::vector<std::string>& strings) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const std::string& text : strings) writer.string(text);
  writer.end_array();
  return out;
}

std::vector<std::string> decode_strings(std::string_view text) {
  const json::Value value = parse(text);
  std::vector<std::string> strings;
  strings.reserve(value.items.size());
  for (const json::Value& item : value.items) strings.push_back(item.text);
  return strings;
}

std::string encode_pairs(const Pairs& pairs) {
  std::string out;
  json::Writer writer(out);
  write_pairs(writer, pairs);
  return out;
}

Pairs decode_pairs(std::string_view text) {
  return pairs_of(parse(text));
}

std::string encode_numbers(const std::vector<std::uint32_t>& numbers) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const std::uint32_t number : numbers) writer.unsigned_integer(number);
  writer.end_array();
  return out;
}

std::vector<std::uint32_t> decode_numbers(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end; ++at) {
    std::uint32_t number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc()) continue;  // a bracket, a comma
    numbers.push_back(number);
    at = read.ptr - 1;
  }
  return numbers;
}

std::string encode_secrets(const std::vector<model::LiveSecret>& secrets) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const model::LiveSecret& secret : secrets) {
    writer.begin_object().field("text", secret.text).field("expiresAt", secret.expires_at_ms).end_object();
  }
  writer.end_array();
  return out;
}

std::vector<model::LiveSecret> decode_secrets(std::string_view text) {
  const json::Value value = parse(text);
  std::vector<model::LiveSecret> secrets;
  secrets.reserve(value.items.size());
  for (const json::Value& item : value.items) {
    secrets.push_back({text_of(item.find("text")), number_of<std::int64_t>(item.find("expiresAt"))});
  }
  return secrets;
}

std::string encode_notes(const std::vector<csv::Note>& notes) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const csv::Note& note : notes) {
    writer.begin_object().field("code", note.code).field("detail", note.detail).key("rows").begin_array();
    for (const std::uint64_t row : note.rows) writer.unsigned_integer(row);
    writer.end_array().end_object();
  }
  writer.end_array();
  return out;
}

std::vector<csv::Note> decode_notes(std::string_view text) {
  const json::Value value = parse(text);
  std::vector<csv::Note> notes;
  for (const json::Value& item : value.items) {
    csv::Note note{text_of(item.find("code")), text_of(item.find("detail")), {}};
    if (const json::Value* rows = item.find("rows")) {
      for (const json::Value& row : rows->items) note.rows.push_back(number_of<std::uint64_t>(&row));
    }
    notes.push_back(std::move(note));
  }
  return notes;
}

std::string encode_settings(const model::ImportSettings& settings) {
  // Only what was asked for: every import carries this text, and most are "{}".
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (!settings.delimiter.empty()) writer.field("delimiter", settings.delimiter);
  if (!settings.encoding.empty()) writer.field("encoding", settings.encoding);
  if (settings.max_rows != 0) writer.field("maxRows", settings.max_rows);
  if (settings.reject_ragged) writer.field("rejectRagged", true);
  if (settings.max_bytes != 0) writer.field("maxBytes", settings.max_bytes);
  if (!settings.columns.empty()) {
    writer.key("columns");
    write_pairs(writer, settings.columns);
  }
  if (settings.drop_unmapped) writer.field("dropUnmapped", true);
  writer.end_object();
  return out;
}

void decode_settings(std::string_view text, model::ImportSettings& settings) {
  if (text == "{}") return;
  const json::Value value = parse(text);
  settings.delimiter = text_of(value.find("delimiter"));
  settings.encoding = text_of(value.find("encoding"));
  settings.max_rows = number_of<std::uint64_t>(value.find("maxRows"));
  settings.max_bytes = number_of<std::uint64_t>(value.find("maxBytes"));
  settings.reject_ragged = flag_of(value.find("rejectRagged"));
  if (const json::Value* columns = value.find("columns")) settings.columns = pairs_of(*columns);
  settings.drop_unmapped = flag_of(value.find("dropUnmapped"));
}

}  // namespace pulter::store
