#pragma once

#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"
#include "io/scope.h"

namespace pulter::io {

/// Most addresses of one family that are taken from an answer; a name with more is served by these.
inline constexpr std::size_t resolved_addresses_max = 16;

/// Turns a host name into addresses. Owned by one shard; implemented by `DnsResolver` and, for simulations,
/// by `SimResolver`.
class Resolver {
 public:
  Resolver() = default;
  virtual ~Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// The addresses of `name`, IPv6 and IPv4 as they were answered, never none. The name is absolute: neither
  /// search domains nor the machine's hosts file are asked (security.md, section 1, row 9). `name` must stay
  /// until the end. Nothing is judged here: the caller judges every address.
  /// Errors: name_not_found, name_lookup_failed, timed_out, cancelled.
  virtual Task<Result<std::vector<net::IpAddress>>> resolve(Scope& scope, std::string_view name,
                                                            Instant deadline) = 0;
};

}  // namespace pulter::io
