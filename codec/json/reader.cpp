#include "codec/json/reader.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "codec/json/writer.h"

namespace pulter::json {

namespace {

namespace ondemand = simdjson::ondemand;

/// Texts up to here are read with the thread's own parser, which then holds about five times as much.
constexpr std::size_t kept_parser_bytes_max = std::size_t{16} * 1024;

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

std::size_t count_digits(std::string_view text) noexcept {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

// RFC 8259, 6. The spelling is kept and not converted, so it is checked here and not by the library.
bool is_number(std::string_view text) noexcept {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (fraction == 0) return false;
    text.remove_prefix(fraction);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const std::size_t exponent = count_digits(text);
    if (exponent == 0) return false;
    text.remove_prefix(exponent);
  }
  return text.empty();
}

// Builds the tree; its recursion is bounded by depth_max. Each function gives the library's error, or
// SUCCESS.
simdjson::error_code read_value(ondemand::value from, std::size_t depth, Value& to);

simdjson::error_code read_object(ondemand::object from, std::size_t depth, Value& to) {
  to.type = Type::object;
  for (auto field : from) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    Member& member = to.members.emplace_back();
    member.key = key;
    ondemand::value value;
    if (const auto error = field.value().get(value)) return error;
    if (const auto error = read_value(value, depth, member.value)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_array(ondemand::array from, std::size_t depth, Value& to) {
  to.type = Type::array;
  for (auto item : from) {
    ondemand::value value;
    if (const auto error = item.get(value)) return error;
    if (const auto error = read_value(value, depth, to.items.emplace_back())) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_scalar(ondemand::value from, ondemand::json_type type, Value& to) {
  switch (type) {
    case ondemand::json_type::string: {
      to.type = Type::string;
      std::string_view text;
      if (const auto error = from.get_string().get(text)) return error;
      to.text = text;
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::number: {
      to.type = Type::number;
      to.text = trimmed(from.raw_json_token());
      if (!is_number(to.text)) return simdjson::NUMBER_ERROR;
      double ignored =
          0;  // moves the library past the number; a whole number beyond 64 bits is still a double
      return from.get_double().get(ignored) == simdjson::SUCCESS ? simdjson::SUCCESS : simdjson::NUMBER_ERROR;
    }
    case ondemand::json_type::boolean:
      to.type = Type::boolean;
      return from.get_bool().get(to.boolean);
    default: {
      to.type = Type::null;
      bool is_null = false;
      if (const auto error = from.is_null().get(is_null)) return error;
      return is_null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
    }
  }
}

simdjson::error_code read_value(ondemand::value from, std::size_t depth, Value& to) {
  ondemand::json_type type;
  if (const auto error = from.type().get(type)) return error;
  if (type != ondemand::json_type::object && type != ondemand::json_type::array)
    return read_scalar(from, type, to);
  if (depth == depth_max) return simdjson::DEPTH_ERROR;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = from.get_object().get(object)) return error;
    return read_object(object, depth + 1, to);
  }
  ondemand::array array;
  if (const auto error = from.get_array().get(array)) return error;
  return read_array(array, depth + 1, to);
}

simdjson::error_code read_document(ondemand::document& document, Value& to) {
  bool scalar = false;
  if (const auto error = document.is_scalar().get(scalar)) return error;
  if (scalar) return simdjson::INCORRECT_TYPE;
  ondemand::value root;
  if (const auto error = document.get_value().get(root)) return error;
  if (const auto error = read_value(root, 0, to)) return error;
  // The library has a location for as long as anything is left.
  const char* left = nullptr;
  return document.current_location().get(left) == simdjson::SUCCESS ? simdjson::TRAILING_CONTENT
                                                                    : simdjson::SUCCESS;
}

std::string_view explain(simdjson::error_code error) noexcept {
  switch (error) {
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::UTF8_ERROR:
      return "it is not valid UTF-8";
    case simdjson::DEPTH_ERROR:
      return "it is nested more than 64 levels deep";
    case simdjson::STRING_ERROR:
      return "a string has a broken escape";
    case simdjson::UNCLOSED_STRING:
      return "a string is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a string has a control character that is not escaped";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed";
    case simdjson::INCORRECT_TYPE:
      return "an object or an array is expected";
    case simdjson::TRAILING_CONTENT:
      return "something follows its end";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "it ends before its last bracket";
    default:
      return "it does not follow the grammar of JSON";
  }
}

std::unexpected<Error> bad_json(simdjson::error_code error, std::int64_t at) {
  std::string detail = "The JSON cannot be read: ";
  detail.append(explain(error));
  if (at >= 0) detail.append(" (near byte ").append(std::to_string(at)).append(")");
  return fail(ErrorCode::bad_json, at, detail + ".");
}

void write(Writer& out, const Value& value) {
  switch (value.type) {
    case Type::null:
      out.null();
      return;
    case Type::boolean:
      out.boolean(value.boolean);
      return;
    case Type::number:
      out.raw(value.text);
      return;
    case Type::string:
      out.string(value.text);
      return;
    case Type::array:
      out.begin_array();
      for (const Value& item : value.items) write(out, item);
      out.end_array();
      return;
    case Type::object:
      out.begin_object();
      for (const Member& member : value.members) write(out.key(member.key), member.value);
      out.end_object();
      return;
  }
}

}  // namespace

const Value* Value::find(std::string_view key) const noexcept {
  const auto at = std::ranges::find(members, key, &Member::key);
  return at == members.end() ? nullptr : &at->value;
}

Result<Value> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return fail(ErrorCode::payload_too_large, "The JSON has " + std::to_string(text.size()) +
                                                  " bytes; at most " + std::to_string(bytes_max) +
                                                  " are taken here.");
  }
  const simdjson::padded_string padded(text);
  // What the library allocates for a text is kept for the next one of this thread, unless it was a large one.
  thread_local ondemand::parser kept_parser;
  std::optional<ondemand::parser> own_parser;
  ondemand::parser& parser = text.size() <= kept_parser_bytes_max ? kept_parser : own_parser.emplace();
  ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) return bad_json(error, -1);
  Value value;
  if (const auto error = read_document(document, value)) {
    const char* at = nullptr;
    const bool known = document.current_location().get(at) == simdjson::SUCCESS;
    return bad_json(error, known ? at - padded.data() : -1);
  }
  return value;
}

std::string to_text(const Value& value) {
  std::string text;
  Writer out(text);
  write(out, value);
  return text;
}

Result<std::string> minify_object(std::string_view text, std::size_t bytes_max) {
  const auto value = parse(text, bytes_max);
  if (!value) return fail(value.error());
  if (value->type != Type::object)
    return fail(ErrorCode::bad_value, "A JSON object is expected, such as {\"id\":\"u1\"}.");
  std::string compact(text.size(), '\0');
  std::size_t size = 0;
  // It was just read whole, so nothing can be wrong with it now.
  if (const auto error = simdjson::minify(text.data(), text.size(), compact.data(), size))
    return bad_json(error, -1);
  compact.resize(size);
  return compact;
}

}  // namespace pulter::json
