#include "engine/delivery/dialer.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "engine/delivery/proxy.h"
#include "engine/delivery/route.h"
#include "engine/limits.h"
#include "io/log.h"
#include "io/net/connect_any.h"

namespace pulter::delivery {
namespace {

std::int64_t microseconds(io::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

Dialer::Dialer(io::Io& io, io::Resolver& resolver, const config::Config& config)
    : io_(io), resolver_(resolver), config_(config), tls_(io, {.extra_ca_file = config.tls_ca_file}) {}

/// What a refusal says to whoever sees the response log, and what it says to the operator. That a name leads
/// to an address that is refused is all the former learn: whose, and which, would map the operator's network
/// for them.
Error Dialer::refuse(const net::Url& url, std::string_view owner, std::string_view rule,
                     bool by_lookup) const {
  io::log(io::LogLevel::info, "A request was not sent: the address policy refuses where it would go",
          {{"webhook", owner}, {"host", url.host}, {"rule", rule}});
  std::string detail = "Requests to " + url.authority + " are refused: ";
  if (by_lookup) {
    detail +=
        "the name leads to an address that may not be dialled. `pulter explain` tells an operator the rule.";
  } else {
    detail += std::string(rule) + ".";
  }
  return {ErrorCode::address_refused, -1, std::move(detail)};
}

/// True when this very machine answered at an address that is not one of its special ones: its own services
/// are no receivers (security.md, section 1, row 7). The kernel takes the destination as the source exactly
/// then.
bool Dialer::is_own_address(const io::Stream& stream, const net::IpAddress& remote) {
  const auto named = [&remote](const net::Network& network) { return net::contains(network, remote); };
  if (std::ranges::any_of(config_.allow_networks, named)) return false;
  const auto local = io_.local_endpoint(stream.fd());
  return !local || local->address == remote;
}

io::Task<Result<std::vector<net::Endpoint>>> Dialer::find_endpoints(io::Scope& scope, const net::Url& url,
                                                                    std::string_view owner,
                                                                    io::Instant deadline,
                                                                    DialRecord& record) {
  const io::Instant began = io_.now();
  const io::Instant until = std::min(deadline, began + limits::dns_time_max);
  Route route = co_await find_route(scope, resolver_, url, config_, until);
  if (!url.literal) record.dns_us = microseconds(io_.now() - began);
  if (route.allowed) co_return io::interleave(route.addresses, url.port);
  if (route.code != ErrorCode::address_refused) co_return fail(route.code, std::move(route.rule));
  co_return std::unexpected(refuse(url, owner, route.rule, route.by_lookup));
}

/// The operator named it, so it is not judged: it is mostly in a network that receivers may not be in.
io::Task<Result<std::vector<net::Endpoint>>> Dialer::find_proxy(io::Scope& scope, io::Instant deadline) {
  const net::Url& proxy = *config_.proxy;
  std::vector<net::IpAddress> addresses;
  if (proxy.literal) {
    addresses.push_back(*proxy.literal);
  } else {
    const io::Instant until = std::min(deadline, io_.now() + limits::dns_time_max);
    auto found = co_await resolver_.resolve(scope, proxy.host, until);
    if (!found) {
      co_return fail(found.error().code, "The proxy cannot be found: " + found.error().detail);
    }
    addresses = std::move(*found);
  }
  co_return io::interleave(addresses, proxy.port);
}

/// A bare connection that leads to the receiver: straight, or through the proxy.
io::Task<Result<std::unique_ptr<io::Stream>>> Dialer::connect(io::Scope& scope,
                                                              const std::vector<net::Endpoint>& endpoints,
                                                              const net::Url& url, std::string_view owner,
                                                              io::Instant deadline, DialRecord& record) {
  auto connected = co_await io::connect_any(scope, endpoints, deadline);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  record.remote_address = net::to_string(connected->remote);
  std::unique_ptr<io::Stream> stream = std::move(connected->stream);
  if (!config_.proxy) {
    if (is_own_address(*stream, connected->remote.address)) {
      const std::string rule =
          record.remote_address + ": an address of this machine; allow_networks can allow it";
      co_return std::unexpected(refuse(url, owner, rule, !url.literal));
    }
    co_return stream;
  }
  if (url.scheme == net::Scheme::https) {
    Result<> tunnel = co_await open_tunnel(scope, *stream, *config_.proxy, url, config_.user_agent, deadline);
    if (!tunnel) co_return std::unexpected(std::move(tunnel.error()));
  }
  co_return stream;
}

io::Task<Result<std::unique_ptr<io::Stream>>> Dialer::dial(io::Scope& scope, const net::Url& url,
                                                           const model::Webhook& webhook,
                                                           io::Instant deadline, DialRecord& record) {
  const std::string_view owner = webhook.id;
  auto endpoints = co_await find_endpoints(scope, url, owner, deadline, record);
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));

  if (config_.proxy) endpoints = co_await find_proxy(scope, deadline);
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));

  const io::Instant connecting = io_.now();
  const io::Instant connect_until = std::min(deadline, connecting + limits::connect_time_max);
  auto connected = co_await connect(scope, *endpoints, url, owner, connect_until, record);
  record.connect_us = microseconds(io_.now() - connecting);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  if (url.scheme == net::Scheme::http) co_return std::move(*connected);

  const io::Instant encrypting = io_.now();
  const io::Instant tls_until = std::min(deadline, encrypting + limits::tls_time_max);
  const io::TlsIdentity identity{
      .ca = webhook.tls.ca, .certificate = webhook.tls.certificate, .private_key = webhook.tls.private_key};
  const bool brings_something = !identity.ca.empty() || !identity.certificate.empty();
  const io::TlsPeer peer{.host = url.host,
                         .literal = url.literal,
                         .port = url.port,
                         .owner = owner,
                         .identity = brings_something ? &identity : nullptr};
  auto encrypted = co_await tls_.connect(scope, std::move(*connected), peer, tls_until);
  record.tls_us = microseconds(io_.now() - encrypting);
  if (!encrypted) co_return std::unexpected(std::move(encrypted.error()));
  co_return std::unique_ptr<io::Stream>(std::move(*encrypted));
}

}  // namespace pulter::delivery
