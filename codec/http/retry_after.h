#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pulter::http {

/// The longest wait that a receiver can ask for (contract, section 4).
inline constexpr std::int64_t retry_after_s_max = 24 * 60 * 60;

/// Seconds from now that a Retry-After value asks for: a whole number, or an HTTP-date in any of its three
/// forms; clamped to 0 … retry_after_s_max. Nothing for anything else ("-1", "120.5", "1e308", two values).
[[nodiscard]] std::optional<std::int64_t> parse_retry_after(std::string_view value,
                                                            std::int64_t now_unix_s) noexcept;

}  // namespace pulter::http
