#pragma once

#include <string_view>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"

namespace pulter::net {

/// Reads "127.0.0.1" (four plain decimals only) or an IPv6 address of RFC 4291, without brackets or zone.
/// Errors: bad_value.
[[nodiscard]] Result<IpAddress> parse_ip(std::string_view text);

/// Reads "127.0.0.1:9000" or "[::1]:9000". Errors: bad_value.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace pulter::net
