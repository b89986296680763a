#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulter {

/// "2023-11-14T22:13:20.000Z": RFC 3339 in UTC with milliseconds (rounded down) from Unix nanoseconds.
/// Covers every std::int64_t (years 1677 to 2262).
[[nodiscard]] std::string rfc3339_text(std::int64_t unix_ns);

/// Unix nanoseconds of an RFC 3339 time: any offset, 0 to 9 digits of fraction; nothing when malformed or
/// outside std::int64_t. A leap second ":60" is read as the following second.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text) noexcept;

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7) from Unix seconds, years 1 to 9999.
[[nodiscard]] std::string http_date_text(std::int64_t unix_s);

/// Unix seconds of an HTTP-date in any of its three forms (IMF-fixdate, RFC 850, asctime; RFC 9110, 5.6.7).
/// `now_unix_s` settles RFC 850's two-digit year: more than 50 years ahead means the century before.
/// Nothing when malformed. The name of the day is not compared with the date: receivers get it wrong.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text,
                                                          std::int64_t now_unix_s) noexcept;

}  // namespace pulter
