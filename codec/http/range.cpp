#include "codec/http/range.h"

#include <algorithm>
#include <charconv>

#include "codec/http/headers.h"

namespace pulter::http {
namespace {

/// Digits and nothing else.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

RangeVerdict parse_range(std::string_view value, std::uint64_t length, ByteRange& range) {
  constexpr std::string_view unit = "bytes=";
  if (value.size() <= unit.size() || !same_ignoring_case(value.substr(0, unit.size()), unit))
    return RangeVerdict::ignored;
  value.remove_prefix(unit.size());
  const std::size_t dash = value.find('-');
  if (dash == std::string_view::npos) return RangeVerdict::ignored;
  const std::string_view from = value.substr(0, dash);
  const std::string_view to = value.substr(dash + 1);
  if (from.empty()) {
    const auto last_bytes = number(to);
    if (!last_bytes) return RangeVerdict::ignored;
    if (*last_bytes == 0 || length == 0) return RangeVerdict::unsatisfiable;
    range = {length - std::min(*last_bytes, length), length - 1};
    return RangeVerdict::satisfiable;
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : number(to);
  if (!first || !last || *last < *first) return RangeVerdict::ignored;
  if (*first >= length) return RangeVerdict::unsatisfiable;
  range = {*first, std::min(*last, length - 1)};
  return RangeVerdict::satisfiable;
}

}  // namespace pulter::http
