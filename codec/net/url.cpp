#include "codec/net/url.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "codec/base/utf8.h"
#include "codec/net/url_host.h"

namespace pulter::net {

namespace {

std::unexpected<Error> bad_url(std::size_t at, std::string detail) {
  return fail(ErrorCode::bad_url, static_cast<std::int64_t>(at), std::move(detail));
}

std::uint16_t default_port(Scheme scheme) noexcept {
  return scheme == Scheme::https ? 443 : 80;
}

bool starts_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  };
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [same](char b, char a) { return same(a, b); });
}

// What may stand nowhere in a callback URL; the rest is then printable ASCII or a byte over 0x7f.
Result<> check_characters(std::string_view text) {
  if (text.empty()) return bad_url(0, "The URL is empty.");
  if (text.size() > url_bytes_max) {
    return bad_url(url_bytes_max, "The URL has " + std::to_string(text.size()) + " bytes; at most " +
                                      std::to_string(url_bytes_max) + " are taken.");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 0 && c <= ' ') || c == '\x7f') {
      return bad_url(i, "The URL has a space or a control character at position " + std::to_string(i + 1) +
                            "; take it away, or write it as a \"%\" escape.");
    }
    if (c == '\\') return bad_url(i, "The URL has a backslash; use '/'.");
    if (c == '#') return bad_url(i, "The URL has a fragment (\"#…\"), which is never sent; take it away.");
  }
  if (!is_utf8(text)) return bad_url(0, "The URL is not valid UTF-8.");
  return {};
}

// Takes "https://" off the front of `rest`.
Result<Scheme> take_scheme(std::string_view& rest) {
  for (const auto& [prefix, scheme] :
       {std::pair<std::string_view, Scheme>("https://", Scheme::https), {"http://", Scheme::http}}) {
    if (!starts_ignoring_case(rest, prefix)) continue;
    rest.remove_prefix(prefix.size());
    return scheme;
  }
  return bad_url(0, "A callback URL begins with \"https://\" (or \"http://\" where that is allowed).");
}

Result<std::uint16_t> parse_port(std::string_view text, std::size_t at) {
  unsigned port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return bad_url(at, "The port of the URL is not a number.");
    port = std::min(port * 10 + static_cast<unsigned>(c - '0'), 65'536U);
  }
  if (text.empty() || port == 0 || port > 65'535)
    return bad_url(at, "The port of the URL is not between 1 and 65535.");
  return static_cast<std::uint16_t>(port);
}

// "host", "host:port", "[::1]:port" into `url`; `at` is its offset.
Result<> parse_authority(std::string_view text, std::size_t at, Url& url) {
  if (text.contains('@')) {
    return bad_url(at,
                   "The URL has a user name or password before '@'; send credentials in a header instead.");
  }
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return bad_url(at, "The URL has a '[' without its ']'.");
  const std::size_t colon = text.find(':', bracket);
  auto host = parse_host(text.substr(0, colon), at);
  if (!host) return fail(std::move(host.error()));
  url.port = default_port(url.scheme);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1), at + colon + 1);
    if (!port) return fail(port.error());
    url.port = *port;
  }
  url.host = std::move(host->text);
  url.literal = host->literal;
  url.authority = url.literal && url.literal->family == Family::ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port != default_port(url.scheme)) url.authority += ":" + std::to_string(url.port);
  return {};
}

// Appends `text` with everything in `also` and outside of ASCII as escapes (WHATWG's percent-encode sets;
// spaces and control characters were refused before).
void append_encoded(std::string& out, std::string_view text, std::string_view also) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x80 && !also.contains(c)) {
      out.push_back(c);
    } else {
      out.append({'%', hex[value >> 4], hex[value & 15]});
    }
  }
}

// How many dots a segment stands for: "." and "%2e" are 1, ".." and ".%2E" are 2, all others 0.
int count_dots(std::string_view segment) noexcept {
  int dots = 0;
  while (!segment.empty()) {
    const bool escaped = starts_ignoring_case(segment, "%2e");
    if (!escaped && segment.front() != '.') return 0;
    segment.remove_prefix(escaped ? 3 : 1);
    ++dots;
  }
  return dots <= 2 ? dots : 0;
}

// The path with its dot segments resolved; `path` is empty or begins with '/'.
std::string normal_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash);
    const int dots = count_dots(segment);
    if (dots == 2 && !segments.empty()) segments.pop_back();
    if (dots == 0) segments.push_back(segment);
    // "/a/.." is "/": the slash before a final dot segment stays.
    if (dots > 0 && path.empty()) segments.emplace_back();
  }
  std::string out;
  for (const std::string_view segment : segments) {
    out.push_back('/');
    append_encoded(out, segment, "\"<>^`{}");
  }
  return out.empty() ? "/" : out;
}

}  // namespace

std::string Url::text() const {
  return (scheme == Scheme::https ? "https://" : "http://") + authority + target;
}

Result<Url> parse_url(std::string_view text) {
  if (auto good = check_characters(text); !good) return fail(std::move(good.error()));
  std::string_view rest = text;
  const auto scheme = take_scheme(rest);
  if (!scheme) return fail(scheme.error());
  Url url;
  url.scheme = *scheme;
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (auto good = parse_authority(authority, text.size() - rest.size(), url); !good)
    return fail(std::move(good.error()));
  rest.remove_prefix(authority.size());
  const std::size_t question = std::min(rest.find('?'), rest.size());
  url.target = normal_path(rest.substr(0, question));
  append_encoded(url.target, rest.substr(question), "\"<>'");
  // What is stored is read again, so the canonical form must pass too.
  if (url.text().size() > url_bytes_max) {
    return bad_url(0, "The URL is longer than " + std::to_string(url_bytes_max) +
                          " bytes once its letters are escaped.");
  }
  return url;
}

}  // namespace pulter::net
