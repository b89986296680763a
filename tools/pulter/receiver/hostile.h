#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pulter::tool {

/// When a hostile answer is given.
enum class HostileWhen : std::uint8_t {
  once,   ///< to the first request for an event; then 200
  each,   ///< to each: the batch counts as delivered all the same
  early,  ///< once, when only the head of the request was read
  always_early,
};
/// What becomes of the connection afterwards.
enum class HostileEnd : std::uint8_t { keep, close, reset };

/// An answer as bytes, which no decent server gives: one row, or a part of one, of the list of hostile
/// answers.
struct HostileCase {
  std::string_view name;
  std::string_view help;
  std::string_view bytes;
  std::string_view again = {};   ///< sent after them without end
  std::uint64_t dribble_ms = 0;  ///< between two bytes; 0: all at once
  HostileWhen when = HostileWhen::once;
  HostileEnd end = HostileEnd::keep;
};
[[nodiscard]] std::span<const HostileCase> hostile_cases();

}  // namespace pulter::tool
