#include "engine/delivery/explain.h"

#include <utility>

#include "engine/limits.h"
#include "io/net/dns_resolver.h"
#include "io/uring/uring_io.h"

namespace pulter::delivery {
namespace {

io::Task<> explain_into(io::Scope& scope, io::Resolver& resolver, std::string_view url,
                        const config::Config& config, Explanation* out) {
  *out = co_await explain(scope, resolver, url, config);
}

}  // namespace

io::Task<Explanation> explain(io::Scope& scope, io::Resolver& resolver, std::string_view url,
                              const config::Config& config) {
  Explanation out;
  auto parsed = net::parse_url(url);
  if (!parsed) {
    out.route.code = parsed.error().code;
    out.route.rule = std::move(parsed.error().detail);
    co_return out;
  }
  out.reads_as = parsed->text();
  const io::Instant deadline = scope.io().now() + limits::dns_time_max;
  out.route = co_await find_route(scope, resolver, *parsed, config, deadline);
  co_return out;
}

Result<Explanation> explain_now(std::string_view url, const config::Config& config) {
  auto io = io::UringIo::create({.entries = 16, .tcp_congestion = {}});
  if (!io) return std::unexpected(std::move(io.error()));
  io::Scope scope(**io);
  io::DnsResolver resolver(scope, {config.dns_servers});
  Explanation out;
  scope.spawn(explain_into(scope, resolver, url, config, &out));
  while (scope.running() > 0) (*io)->run_once(io::never);
  return out;
}

}  // namespace pulter::delivery
