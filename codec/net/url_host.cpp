#include "codec/net/url_host.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "codec/net/ip_text.h"

namespace pulter::net {

namespace {

// Limits of DNS (RFC 1035, 2.3.4).
constexpr std::size_t label_chars_max = 63;
constexpr std::size_t name_chars_max = 253;

std::unexpected<Error> bad_host(std::size_t at, std::string detail) {
  return fail(ErrorCode::bad_url, static_cast<std::int64_t>(at), std::move(detail));
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Escapes undone, letters made small.
Result<std::string> decode(std::string_view text, std::size_t at) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return bad_host(at + i, "The host of the URL has a broken \"%\" escape.");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      return bad_host(
          at + i, "The host of the URL has a letter outside of ASCII; write the host in its \"xn--\" form.");
    }
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
  }
  return out;
}

std::vector<std::string_view> split_labels(std::string_view name) {
  std::vector<std::string_view> labels;
  for (;;) {
    const std::size_t dot = name.find('.');
    labels.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    name.remove_prefix(dot + 1);
  }
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// One part of an IPv4 address as inet_aton reads it: decimal, 0 for octal, 0x for hexadecimal ("0x" is 0).
// Values beyond 32 bits are all the same: too large.
std::optional<std::uint64_t> ipv4_part(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  unsigned base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_value(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    value = std::min(value * base + static_cast<unsigned>(digit), std::uint64_t{1} << 40);
  }
  return value;
}

// WHATWG's "ends in a number": such a host is an IPv4 address or nothing.
bool ends_in_number(std::string_view last) noexcept {
  return is_digits(last) || (last.starts_with("0x") && ipv4_part(last).has_value());
}

std::optional<IpAddress> read_any_ipv4(const std::vector<std::string_view>& parts) noexcept {
  if (parts.size() > 4) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = ipv4_part(parts[i]);
    if (!part) return std::nullopt;
    // The last part fills all bytes that are left.
    const std::size_t bytes_left = 4 - i;
    const bool last = i + 1 == parts.size();
    if (*part >= (last ? std::uint64_t{1} << (8 * bytes_left) : 256)) return std::nullopt;
    value |= last ? *part : *part << (8 * (bytes_left - 1));
  }
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(value >> (8 * (3 - i)));
  return address;
}

bool is_name_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

Result<Host> parse_bracketed(std::string_view text, std::size_t at) {
  const auto address = parse_ip(text);
  if (!address || address->family != Family::ipv6) {
    return bad_host(at,
                    "What stands in brackets in the URL is not an IPv6 address (zone ids are not taken).");
  }
  return Host{to_string(*address), *address};
}

}  // namespace

Result<Host> parse_host(std::string_view text, std::size_t at) {
  if (text.empty()) return bad_host(at, "The URL has no host.");
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return bad_host(at, "The URL has a '[' without its ']'.");
    return parse_bracketed(text.substr(1, text.size() - 2), at);
  }
  auto name = decode(text, at);
  if (!name) return fail(std::move(name.error()));
  // A final dot makes a name absolute. All names are absolute here.
  if (name->ends_with('.')) name->pop_back();
  const std::vector<std::string_view> labels = split_labels(*name);
  if (ends_in_number(labels.back())) {
    const auto address = read_any_ipv4(labels);
    if (!address) return bad_host(at, "The host of the URL ends in a number, but is not an IPv4 address.");
    return Host{to_string(*address), address};
  }
  if (name->size() > name_chars_max)
    return bad_host(at, "The host of the URL is longer than 253 characters.");
  for (const std::string_view label : labels) {
    if (label.empty() || label.size() > label_chars_max) {
      return bad_host(at, "A part of the host between its dots is empty or longer than 63 characters.");
    }
    if (!std::ranges::all_of(label, is_name_char)) {
      return bad_host(at, "The host of the URL has a character that no host name has.");
    }
  }
  return Host{std::move(*name), std::nullopt};
}

}  // namespace pulter::net
