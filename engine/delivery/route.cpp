#include "engine/delivery/route.h"

#include <utility>

#include "codec/base/planted.h"

namespace pulter::delivery {
namespace {

bool is_localhost(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

net::Verdict judge_url(const net::Url& url, const config::Config& config) {
  if (url.scheme == net::Scheme::http && !config.allow_http) {
    return {false,
            "http is not encrypted, so only https is allowed; start pulterd with --allow-http to allow it"};
  }
  net::Verdict port = net::judge_port(url.port, config.allowed_ports);
  if (!port.allowed) return port;
  if (url.literal) return net::judge(*url.literal, config.allow_networks);
  if (is_localhost(url.host)) {
    return {false,
            "localhost is a name of this machine alone, and only name servers are asked; write 127.0.0.1 and "
            "allow "
            "that network"};
  }
  return net::judge_name(url.host);
}

net::Verdict judge_addresses(std::span<const net::IpAddress> addresses, const config::Config& config) {
  net::Verdict all{true, ""};
  std::string good;
  std::string bad;
  for (const net::IpAddress& address : addresses) {
    net::Verdict one = net::judge(address, config.allow_networks);
    const std::string text = net::to_string(address);
    (one.allowed ? good : bad) = text;
    if (all.rule.empty() || (all.allowed && !one.allowed)) all = {one.allowed, text + ": " + one.rule};
  }
  if constexpr (planted(Bug::private_address_dialled)) all.allowed = all.allowed || !good.empty();
  if (!good.empty() && !bad.empty())
    all.rule += " (" + good + " would be allowed, but a mixed answer is refused whole)";
  return all;
}

io::Task<Route> find_route(io::Scope& scope, io::Resolver& resolver, const net::Url& url,
                           const config::Config& config, io::Instant deadline) {
  Route route;
  net::Verdict before = judge_url(url, config);
  route.allowed = before.allowed;
  route.rule = std::move(before.rule);
  if (url.literal) route.addresses.push_back(*url.literal);
  if (!route.allowed || url.literal) co_return route;
  auto found = co_await resolver.resolve(scope, url.host, deadline);
  if (!found) {
    route.allowed = false;
    route.code = found.error().code;
    route.rule = std::move(found.error().detail);
    co_return route;
  }
  net::Verdict after = judge_addresses(*found, config);
  route.allowed = after.allowed;
  route.rule = std::move(after.rule);
  route.addresses = std::move(*found);
  route.by_lookup = true;
  co_return route;
}

}  // namespace pulter::delivery
