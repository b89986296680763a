#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/url.h"
#include "engine/config/config.h"
#include "engine/model/webhook.h"
#include "io/net/resolver.h"
#include "io/net/stream.h"
#include "io/net/tls_client.h"

namespace pulter::delivery {

/// What became of one dialling, also when it failed: for the response log. Times in microseconds, -1: not
/// reached.
struct DialRecord {
  std::int64_t dns_us = -1;
  std::int64_t connect_us = -1;
  std::int64_t tls_us = -1;
  std::string remote_address;  ///< "203.0.113.7:443"; empty when never connected
};

/// Opens connections to receivers: looks up, judges every address, connects to a judged one, checks where it
/// ended up, encrypts (contract, section 8; security.md, section 1). One per shard.
///
/// Where a proxy is configured the same judgement comes first, and then the proxy is asked for the receiver
/// by name: it looks the name up again. Proxies that the environment names are ignored.
class Dialer {
 public:
  /// All of it outlives the dialer and the streams that it makes.
  Dialer(io::Io& io, io::Resolver& resolver, const config::Config& config);

  /// Reads the trusted certificates, once; the first https connection does it otherwise. Errors: bad_config.
  Result<> load_trust() { return tls_.load(); }

  /// A stream to the receiver, ready for the first byte of a request. Each phase has its own time limit, and
  /// all of them `deadline`. TLS trusts and shows what `webhook` brings along; its sessions are never shared
  /// with another one. `url`, `webhook` and `record` stay until the end. Errors, all of them before anything
  /// of a request left: address_refused, name_not_found, name_lookup_failed, connect_failed, tls_failed,
  /// timed_out, limit_reached, cancelled, bad_config. Where a name leads is not in them: that is told to
  /// operators, in the daemon's log and by `pulter explain`.
  io::Task<Result<std::unique_ptr<io::Stream>>> dial(io::Scope& scope, const net::Url& url,
                                                     const model::Webhook& webhook, io::Instant deadline,
                                                     DialRecord& record);

 private:
  Error refuse(const net::Url& url, std::string_view owner, std::string_view rule, bool by_lookup) const;
  [[nodiscard]] bool is_own_address(const io::Stream& stream, const net::IpAddress& remote);
  io::Task<Result<std::vector<net::Endpoint>>> find_endpoints(io::Scope& scope, const net::Url& url,
                                                              std::string_view owner, io::Instant deadline,
                                                              DialRecord& record);
  io::Task<Result<std::vector<net::Endpoint>>> find_proxy(io::Scope& scope, io::Instant deadline);
  io::Task<Result<std::unique_ptr<io::Stream>>> connect(io::Scope& scope,
                                                        const std::vector<net::Endpoint>& endpoints,
                                                        const net::Url& url, std::string_view owner,
                                                        io::Instant deadline, DialRecord& record);

  io::Io& io_;
  io::Resolver& resolver_;
  const config::Config& config_;
  io::TlsClient tls_;
};

}  // namespace pulter::delivery
