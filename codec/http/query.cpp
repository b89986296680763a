#include "codec/http/query.h"

#include <algorithm>
#include <utility>

#include "codec/base/utf8.h"

namespace pulter::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// `base` is where `text` begins in what the user sent: errors name that offset.
Result<std::string> decode(std::string_view text, bool plus_is_space, std::size_t base) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = static_cast<std::int64_t>(base + i);
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(ErrorCode::bad_request, at,
                    "A '%' is not followed by two hexadecimal digits; write \"%25\" for a '%'.");
      }
      if (high == 0 && low == 0) return fail(ErrorCode::bad_request, at, "\"%00\" is not allowed in a URL.");
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  if (!is_utf8(out)) {
    return fail(ErrorCode::bad_request, static_cast<std::int64_t>(base),
                "The escapes in the URL do not give valid UTF-8.");
  }
  return out;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  return decode(text, false, 0);
}

Result<std::vector<QueryParameter>> parse_query(std::string_view query) {
  std::vector<QueryParameter> parameters;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view part = query.substr(at, end - at);
    const std::size_t begin = std::exchange(at, end + 1);
    if (part.empty()) continue;
    if (parameters.size() == query_parameters_max) {
      return fail(ErrorCode::bad_request, static_cast<std::int64_t>(begin),
                  "The query has more than " + std::to_string(query_parameters_max) + " parameters.");
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals), true, begin);
    if (!name) return fail(std::move(name.error()));
    auto value = decode(part.substr(std::min(equals + 1, part.size())), true, begin + equals + 1);
    if (!value) return fail(std::move(value.error()));
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

}  // namespace pulter::http
