#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/store.h"

// Requests as the journal keeps them: every member in order, numbers as 8 bytes, texts and lists with their
// length before them. The first byte is the format's version: whoever changes a struct that is written here
// raises it (a test compares the bytes of an example).

namespace pulter::store {

inline constexpr std::uint8_t journal_format = 1;

/// A group as it was carried out: the time of its rows (Unix milliseconds), and its requests in order.
struct JournaledGroup {
  std::int64_t now_ms = 0;
  std::vector<Request> requests;
};

/// Whether a request may stay in the journal for a while: those that lanes and uploads make all the time. The
/// others come from people, and are committed at once.
[[nodiscard]] bool is_journaled(const Request& request);

/// The beginning of a group's payload.
void encode_group(std::int64_t now_ms, std::string& out);
/// One more of its requests, one that `is_journaled`.
void encode_request(const Request& request, std::string& out);
/// All of it. Nothing: it is of another format, or no such payload.
[[nodiscard]] std::optional<JournaledGroup> decode_group(std::string_view payload);

}  // namespace pulter::store
