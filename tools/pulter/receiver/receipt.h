#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulter::tool {

/// What the first keys of a body say (contract, section 2).
struct BodyHead {
  std::string import_id;
  std::string template_id;
  std::uint64_t index = 0;
  std::uint64_t count = 0;
  std::uint64_t total_rows = 0;
  std::string event_name;
  std::size_t data_begin = 0;  ///< the byte after `"data":[`
};

/// Reads the six keys before `data`, which must stand in the contract's order without white space; nothing
/// when they do not.
[[nodiscard]] std::optional<BodyHead> read_body_head(std::string_view body);

/// Calls `take` with the 36 characters of every `__index` value, in order, and returns their number. Reads
/// the bytes only: inside a string the quotes would be escaped, so that `,"__index":"` can be nothing else.
std::uint64_t each_row_id(std::string_view body, const BodyHead& head, auto&& take) {
  constexpr std::string_view key = "\"__index\":\"";
  constexpr std::size_t row_id_chars = 36;
  std::uint64_t rows = 0;
  for (std::size_t at = body.find(key, head.data_begin); at != std::string_view::npos;
       at = body.find(key, at + key.size())) {
    const char before = body[at - 1];
    if (before != ',' && before != '{') continue;
    take(body.substr(at + key.size(), row_id_chars));
    ++rows;
  }
  return rows;
}

enum class Verified : std::uint8_t { not_checked, yes, no };

/// One request, as it was received and before it is answered.
struct Receipt {
  std::string path;
  std::string webhook_id;
  std::string timestamp;
  std::uint32_t attempt = 0;
  BodyHead head;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string digest;
  Verified verified = Verified::not_checked;
  std::int64_t received_ns = 0;
};

}  // namespace pulter::tool
