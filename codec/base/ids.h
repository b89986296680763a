#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pulter {

/// Characters of a ULID: 10 of time, 16 of randomness (https://github.com/ulid/spec).
inline constexpr std::size_t ulid_chars = 26;

/// Makes an id such as "imp_01HZY3…": `prefix` and a ULID in Crockford's base 32, upper case.
///
/// `unix_ms` must fit 48 bits (it does until the year 10889); `random` is the caller's, so that the
/// simulator can give the same id for the same seed. Ids of later milliseconds sort later as text.
[[nodiscard]] std::string make_id(std::string_view prefix, std::uint64_t unix_ms,
                                  std::span<const std::uint8_t, 10> random);

/// Whether `text` is exactly `prefix` and a well-formed ULID as make_id writes it (upper case only).
[[nodiscard]] bool is_id(std::string_view prefix, std::string_view text) noexcept;

}  // namespace pulter
