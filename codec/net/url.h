#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"

namespace pulter::net {

/// Longest callback URL, in bytes.
inline constexpr std::size_t url_bytes_max = 4096;

enum class Scheme : std::uint8_t { http, https };

/// A callback URL, parsed once; nothing is ever parsed again from text.
struct Url {
  Scheme scheme = Scheme::https;
  std::string host;  ///< lower-case name without a final dot, or the canonical address, no brackets
  std::optional<IpAddress> literal;  ///< set when the host was an address, however it was spelled
  std::uint16_t port = 443;          ///< 1 to 65535
  std::string target;                ///< path and query for the request line: "/hook?x=1"
  std::string authority;             ///< for Host: "example.com", "[::1]:8080"; the default port is left out

  /// The whole URL in canonical form.
  [[nodiscard]] std::string text() const;
};

/// Reads a callback URL: the WHATWG URL standard for http and https without its repairs. Refused are: other
/// schemes, a missing "//", userinfo, a fragment, control characters, spaces, backslashes, zone ids,
/// non-ASCII hosts (write the xn-- form), port 0. Every spelling of an IPv4 address is normalised
/// ("2130706433", "0x7f.1", "%31.1"). Path and query: dot segments are resolved and non-ASCII is
/// percent-encoded, as the standard has it. Errors: bad_url with the byte offset and what to do.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace pulter::net
