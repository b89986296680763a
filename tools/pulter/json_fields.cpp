#include "tools/pulter/json_fields.h"

#include <charconv>

namespace pulter::tool {

std::string text_of(const json::Value& object, std::string_view key) {
  const json::Value* value = object.find(key);
  if (value == nullptr || value->type == json::Type::null) return "";
  if (value->type == json::Type::boolean) return value->boolean ? "yes" : "no";
  if (value->type == json::Type::string || value->type == json::Type::number) return value->text;
  return json::to_text(*value);
}

std::uint64_t number_of(const json::Value& object, std::string_view key) {
  const json::Value* value = object.find(key);
  std::uint64_t number = 0;
  if (value != nullptr && value->type == json::Type::number) {
    std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
  }
  return number;
}

const std::vector<json::Value>& items_of(const json::Value& object, std::string_view key) {
  static const std::vector<json::Value> none;
  const json::Value* value = object.find(key);
  return value != nullptr && value->type == json::Type::array ? value->items : none;
}

}  // namespace pulter::tool
