#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/csv/note.h"
#include "engine/model/import.h"
#include "engine/model/webhook.h"

// Lists and maps as JSON text in a column, so that anyone with sqlite3 can read them. What was encoded here
// decodes to the same value; text that somebody broke by hand decodes to an empty one.

namespace pulter::store {

using Pairs = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::string encode_strings(const std::vector<std::string>& strings);
[[nodiscard]] std::vector<std::string> decode_strings(std::string_view text);

/// [["name", "value"]]: keeps order and repeated names.
[[nodiscard]] std::string encode_pairs(const Pairs& pairs);
[[nodiscard]] Pairs decode_pairs(std::string_view text);

[[nodiscard]] std::string encode_numbers(const std::vector<std::uint32_t>& numbers);
[[nodiscard]] std::vector<std::uint32_t> decode_numbers(std::string_view text);

[[nodiscard]] std::string encode_secrets(const std::vector<model::LiveSecret>& secrets);
[[nodiscard]] std::vector<model::LiveSecret> decode_secrets(std::string_view text);

[[nodiscard]] std::string encode_notes(const std::vector<csv::Note>& notes);
[[nodiscard]] std::vector<csv::Note> decode_notes(std::string_view text);

/// The settings that have no column of their own.
[[nodiscard]] std::string encode_settings(const model::ImportSettings& settings);
void decode_settings(std::string_view text, model::ImportSettings& settings);

}  // namespace pulter::store
