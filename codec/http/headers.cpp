#include "codec/http/headers.h"

#include <algorithm>
#include <array>
#include <string>

namespace pulter::http {

namespace {

// What the connection, the framing and the signature need for themselves, and what a proxy would act on.
constexpr std::array<std::string_view, 20> reserved_names = {"accept",
                                                             "accept-encoding",
                                                             "connection",
                                                             "content-encoding",
                                                             "content-length",
                                                             "content-type",
                                                             "date",
                                                             "expect",
                                                             "host",
                                                             "http2-settings",
                                                             "keep-alive",
                                                             "max-forwards",
                                                             "te",
                                                             "trailer",
                                                             "transfer-encoding",
                                                             "upgrade",
                                                             "user-agent",
                                                             "via",
                                                             "forwarded",
                                                             "content-range"};
constexpr std::array<std::string_view, 3> reserved_prefixes = {"proxy-", "pulter-", "webhook-"};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_token_char(char c) noexcept {
  if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

// The offset of the first character that may not stand in a value, or npos.
std::size_t bad_value_char(std::string_view value) noexcept {
  const auto bad = [](char c) { return (c < ' ' || c > '~') && c != '\t'; };
  const auto at = std::ranges::find_if(value, bad);
  return at == value.end() ? std::string_view::npos : static_cast<std::size_t>(at - value.begin());
}

std::unexpected<Error> refuse(std::string_view name, std::string_view why) {
  return fail(ErrorCode::bad_value, "The header \"" + std::string(name) + "\" " + std::string(why));
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_reserved_header(std::string_view name) noexcept {
  const auto same = [name](std::string_view reserved) { return same_ignoring_case(name, reserved); };
  const auto begins = [name](std::string_view prefix) {
    return same_ignoring_case(name.substr(0, prefix.size()), prefix);
  };
  return std::ranges::any_of(reserved_names, same) || std::ranges::any_of(reserved_prefixes, begins);
}

Result<> check_custom_header(std::string_view name, std::string_view value) {
  // A name that is no token is not repeated: it may hold line ends.
  if (!is_token(name)) {
    return fail(
        ErrorCode::bad_value,
        "A header's name is empty or has a character that is not allowed; use letters, digits and '-'.");
  }
  if (is_reserved_header(name)) return refuse(name, "is set by Pulter itself; choose another name.");
  if (const std::size_t at = bad_value_char(value); at != std::string_view::npos) {
    return fail(ErrorCode::bad_value, static_cast<std::int64_t>(at),
                "The value of header \"" + std::string(name) + "\" has a character at position " +
                    std::to_string(at + 1) + " that is not printable ASCII.");
  }
  const bool padded = !value.empty() && (value.front() <= ' ' || value.back() <= ' ');
  if (padded) return refuse(name, "has white space around its value; take it away.");
  return {};
}

Result<> check_custom_headers(std::span<const HeaderField> headers) {
  if (headers.size() > custom_headers_max) {
    return fail(ErrorCode::bad_value, std::to_string(headers.size()) +
                                          " custom headers were given; at most " +
                                          std::to_string(custom_headers_max) + " are taken.");
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (auto good = check_custom_header(headers[i].name, headers[i].value); !good) return good;
    bytes += headers[i].name.size() + headers[i].value.size();
    for (std::size_t j = 0; j < i; ++j) {
      if (same_ignoring_case(headers[i].name, headers[j].name))
        return refuse(headers[i].name, "is given twice.");
    }
  }
  if (bytes > custom_header_bytes_max) {
    return fail(ErrorCode::bad_value, "The custom headers have " + std::to_string(bytes) +
                                          " bytes; at most " + std::to_string(custom_header_bytes_max) +
                                          " are taken.");
  }
  return {};
}

}  // namespace pulter::http
