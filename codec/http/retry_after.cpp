#include "codec/http/retry_after.h"

#include <algorithm>

#include "codec/base/time_text.h"

namespace pulter::http {

std::optional<std::int64_t> parse_retry_after(std::string_view value, std::int64_t now_unix_s) noexcept {
  if (value.empty()) return std::nullopt;
  if (std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t seconds = 0;
    // More digits than any number need: the cap is reached long before they overflow.
    for (const char c : value) seconds = std::min(seconds * 10 + (c - '0'), retry_after_s_max);
    return seconds;
  }
  const auto date = parse_http_date(value, now_unix_s);
  if (!date) return std::nullopt;
  return std::clamp<std::int64_t>(*date - now_unix_s, 0, retry_after_s_max);
}

}  // namespace pulter::http
