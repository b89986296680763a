#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"

namespace pulter::net {

/// The host of a URL in its one canonical form; inside this room only.
struct Host {
  std::string text;                  ///< lower-case name without a final dot, or the address, no brackets
  std::optional<IpAddress> literal;  ///< set when it is an address
};

/// Reads the host part of a URL as WHATWG's host parser does (https://url.spec.whatwg.org/#host-parsing),
/// without IDNA. `at` is the offset of `text` in the URL, for errors. Errors: bad_url.
[[nodiscard]] Result<Host> parse_host(std::string_view text, std::size_t at);

}  // namespace pulter::net
