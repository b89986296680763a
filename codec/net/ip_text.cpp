#include "codec/net/ip_text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace pulter::net {

namespace {

// All of `text` as a number of at most `digits_max` digits in that base.
std::optional<unsigned> number(std::string_view text, int base, std::size_t digits_max) noexcept {
  unsigned value = 0;
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "127.0.0.1" into four bytes: no leading zeros, which some read as octal.
bool read_ipv4(std::string_view text, std::uint8_t* to) noexcept {
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const std::string_view part = text.substr(0, dot);
    const auto value = number(part, 10, 3);
    if (!value || *value > 255 || (part.size() > 1 && part.front() == '0')) return false;
    to[i] = static_cast<std::uint8_t>(*value);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return text.empty();
}

// Groups of one side of "::" (or of the whole address), appended to `to`; the last may be an IPv4 address
// when `may_end_in_ipv4`. Gives the number of bytes, or nothing.
std::optional<std::size_t> read_groups(std::string_view text, bool may_end_in_ipv4,
                                       std::array<std::uint8_t, 16>& to) noexcept {
  std::size_t bytes = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && may_end_in_ipv4 && part.contains('.')) {
      if (bytes > 12 || !read_ipv4(part, to.data() + bytes)) return std::nullopt;
      return bytes + 4;
    }
    const auto group = number(part, 16, 4);
    if (!group || bytes > 14) return std::nullopt;
    to[bytes++] = static_cast<std::uint8_t>(*group >> 8);
    to[bytes++] = static_cast<std::uint8_t>(*group & 0xff);
    if (last) return bytes;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return bytes;
}

bool read_ipv6(std::string_view text, std::array<std::uint8_t, 16>& to) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return read_groups(text, true, to) == std::size_t{16};
  std::array<std::uint8_t, 16> tail{};
  const auto head_bytes = read_groups(text.substr(0, gap), false, to);
  const auto tail_bytes = read_groups(text.substr(gap + 2), true, tail);
  // "::" stands for at least one group.
  if (!head_bytes || !tail_bytes || *head_bytes + *tail_bytes > 14) return false;
  std::fill(to.begin() + static_cast<std::ptrdiff_t>(*head_bytes), to.end(), std::uint8_t{0});
  std::copy_n(tail.begin(), *tail_bytes, to.end() - static_cast<std::ptrdiff_t>(*tail_bytes));
  return true;
}

}  // namespace

Result<IpAddress> parse_ip(std::string_view text) {
  IpAddress address;
  if (text.contains(':')) {
    address.family = Family::ipv6;
    if (read_ipv6(text, address.bytes)) return address;
  } else if (read_ipv4(text, address.bytes.data())) {
    return address;
  }
  return fail(ErrorCode::bad_value, "\"" + std::string(text.substr(0, 80)) +
                                        "\" is not an IP address; write it like 127.0.0.1 or 2001:db8::1.");
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    const auto port = number(text.substr(colon + 1), 10, 5);
    const bool whole = bracketed ? host.size() > 2 && host.ends_with(']') : !host.contains(':');
    if (bracketed && whole) host = host.substr(1, host.size() - 2);
    const auto address = parse_ip(host);
    const bool fits = address && (address->family == Family::ipv6) == bracketed;
    if (whole && fits && port && *port <= 65'535)
      return Endpoint{*address, static_cast<std::uint16_t>(*port)};
  }
  return fail(ErrorCode::bad_value,
              "\"" + std::string(text.substr(0, 80)) +
                  "\" is not an address and port; write it like 127.0.0.1:8080 or [::1]:8080.");
}

}  // namespace pulter::net
