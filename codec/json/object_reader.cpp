#include <algorithm>
#include <charconv>

#include "codec/json/reader.h"

namespace pulter::json {

namespace {

std::string quoted(std::string_view key) {
  return "\"" + std::string(key) + "\"";
}

// Takes "12" and refuses "12.0", "1e3" and "-0": a count is written as a count.
std::optional<std::uint64_t> whole_number(const Value& value) noexcept {
  if (value.type != Type::number) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [parsed_to, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc{} || parsed_to != end) return std::nullopt;
  return number;
}

}  // namespace

ObjectReader::ObjectReader(const Value& value) : object_(value) {
  if (value.type != Type::object) error_ = Error{ErrorCode::bad_value, -1, "A JSON object is expected."};
}

bool ObjectReader::has(std::string_view key) const noexcept {
  return object_.find(key) != nullptr;
}

bool ObjectReader::is_null(std::string_view key) {
  const Value* const found = value(key);
  return found != nullptr && found->type == Type::null;
}

const Value* ObjectReader::value(std::string_view key) {
  allow({key});
  return object_.find(key);
}

void ObjectReader::allow(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) known_.emplace_back(key);
}

void ObjectReader::refuse(std::string_view key, std::string_view why) {
  if (!error_)
    error_ = Error{ErrorCode::bad_value, -1, "The field " + quoted(key) + " " + std::string(why),
                   std::string(key)};
}

const Value* ObjectReader::take(std::string_view key, Type type, std::string_view expected) {
  const Value* const found = value(key);
  if (found == nullptr || found->type == Type::null) return nullptr;
  if (found->type == type) return found;
  refuse(key, "must be " + std::string(expected) + ".");
  return nullptr;
}

std::optional<std::string> ObjectReader::string(std::string_view key) {
  const Value* const found = take(key, Type::string, "a string");
  return found == nullptr ? std::nullopt : std::optional(found->text);
}

std::optional<std::uint64_t> ObjectReader::unsigned_integer(std::string_view key, std::uint64_t least,
                                                            std::uint64_t most) {
  std::string range = "a whole number from " + std::to_string(least);
  if (most != UINT64_MAX) range += " to " + std::to_string(most);
  const Value* const found = take(key, Type::number, range);
  if (found == nullptr) return std::nullopt;
  const auto number = whole_number(*found);
  if (number && *number >= least && *number <= most) return number;
  refuse(key, "must be " + range + ", and is " + found->text.substr(0, 40) + ".");
  return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
  const Value* const found = take(key, Type::boolean, "true or false");
  return found == nullptr ? std::nullopt : std::optional(found->boolean);
}

std::optional<std::string> ObjectReader::object_text(std::string_view key) {
  const Value* const found = take(key, Type::object, "an object");
  return found == nullptr ? std::nullopt : std::optional(to_text(*found));
}

std::optional<std::vector<std::string>> ObjectReader::strings(std::string_view key) {
  const Value* const found = take(key, Type::array, "a list of strings");
  if (found == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const Value& item : found->items) {
    if (item.type != Type::string) {
      refuse(key, "must be a list of strings.");
      return std::nullopt;
    }
    list.push_back(item.text);
  }
  return list;
}

std::optional<std::vector<std::uint64_t>> ObjectReader::unsigned_integers(std::string_view key) {
  const Value* const found = take(key, Type::array, "a list of whole numbers");
  if (found == nullptr) return std::nullopt;
  std::vector<std::uint64_t> list;
  for (const Value& item : found->items) {
    const auto number = whole_number(item);
    if (!number) {
      refuse(key, "must be a list of whole numbers.");
      return std::nullopt;
    }
    list.push_back(*number);
  }
  return list;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ObjectReader::string_map(
    std::string_view key) {
  const Value* const found = take(key, Type::object, "an object whose values are strings");
  if (found == nullptr) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> map;
  for (const Member& member : found->members) {
    if (member.value.type != Type::string) {
      refuse(key, "must be an object whose values are strings; " + quoted(member.key) + " has another one.");
      return std::nullopt;
    }
    if (found->find(member.key) != &member.value) {
      refuse(key, "names " + quoted(member.key) + " twice.");
      return std::nullopt;
    }
    map.emplace_back(member.key, member.value.text);
  }
  return map;
}

Result<> ObjectReader::finish() const {
  if (error_) return fail(*error_);
  for (const Member& member : object_.members) {
    if (std::ranges::find(known_, member.key) == known_.end()) {
      return std::unexpected(
          Error{ErrorCode::unknown_field, -1,
                "The field " + quoted(member.key) + " is not known here; check its spelling or leave it out.",
                member.key});
    }
    if (object_.find(member.key) != &member.value) {
      return std::unexpected(Error{ErrorCode::bad_request, -1,
                                   "The field " + quoted(member.key) + " is given twice.", member.key});
    }
  }
  return {};
}

}  // namespace pulter::json
