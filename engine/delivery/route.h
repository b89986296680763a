#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/net/address_policy.h"
#include "codec/net/url.h"
#include "engine/config/config.h"
#include "io/net/resolver.h"
#include "io/scope.h"

namespace pulter::delivery {

/// Where requests to a callback URL would go, and the rule that made it so (contract, section 8).
struct Route {
  bool allowed = false;
  /// Why not: bad_url, address_refused, or the resolver's own.
  ErrorCode code = ErrorCode::address_refused;
  /// For operators: the rule that decided, or why there are no addresses.
  std::string rule;
  /// What the host leads to; none where it was refused before, or has none. Every one of them was judged.
  std::vector<net::IpAddress> addresses;
  /// The refusal hangs on what the name leads to, which is nobody's business but the operator's.
  bool by_lookup = false;
};

/// Judges what is known without a look-up: scheme, port, name. For a literal address that is the last word.
[[nodiscard]] net::Verdict judge_url(const net::Url& url, const config::Config& config);

/// Judges every address of a name. One that is refused refuses them all: whoever mixes them is up to
/// something (security.md, section 1, row 8).
[[nodiscard]] net::Verdict judge_addresses(std::span<const net::IpAddress> addresses,
                                           const config::Config& config);

/// Looks a host up where it is a name, and judges all of it. A connection may then go to `addresses` and
/// nowhere else: there is no second look-up. Every request, `/v1/explain` and `pulter explain` come through
/// here. `url` stays until the end.
io::Task<Route> find_route(io::Scope& scope, io::Resolver& resolver, const net::Url& url,
                           const config::Config& config, io::Instant deadline);

}  // namespace pulter::delivery
