#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/json/reader.h"

namespace pulter::tool {

/// The text of a member: a string's content, a number as spelled, "yes"/"no", compact JSON for the rest; ""
/// where the member is missing or null.
[[nodiscard]] std::string text_of(const json::Value& object, std::string_view key);

/// A whole number; 0 where the member is missing or something else.
[[nodiscard]] std::uint64_t number_of(const json::Value& object, std::string_view key);

/// The items of an array member; empty where it is missing.
[[nodiscard]] const std::vector<json::Value>& items_of(const json::Value& object, std::string_view key);

}  // namespace pulter::tool
