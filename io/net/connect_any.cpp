#include "io/net/connect_any.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "codec/base/check.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

/// Several attempts beside each other; the first to connect wins.
struct Race {
  Scope scope;
  Instant deadline;
  Event changed;
  std::size_t failed = 0;
  std::optional<Error> last_error;
  ConnectedSocket winner;
};

Error connect_error(const net::Endpoint& endpoint, std::int32_t result) {
  const std::string where = net::to_string(endpoint);
  if (result == -ETIMEDOUT) {
    return {ErrorCode::timed_out, -result,
            "No connection to " + where +
                " within the time limit: nothing answers there. Check that the receiver " +
                "runs, and the firewalls on the way."};
  }
  if (result == -ECANCELED)
    return {ErrorCode::cancelled, -result, "Connecting to " + where + " was stopped."};
  return {
      ErrorCode::connect_failed, -result,
      "Connecting to " + where + " failed: " + describe_errno(-result) + ". Check that the receiver runs."};
}

Task<> attempt(Race& race, net::Endpoint endpoint) {
  Io& io = race.scope.io();
  auto opened = io.open_tcp(endpoint.address.family);
  if (!opened) {
    race.last_error = std::move(opened.error());
  } else {
    auto stream = std::make_unique<TcpStream>(io, *opened);
    const std::int32_t connected = co_await connect(race.scope, stream->fd(), endpoint, race.deadline);
    if (connected == 0 && race.winner.stream == nullptr) {
      race.winner = {std::move(stream), endpoint};
      race.changed.set();
      co_return;
    }
    if (connected < 0) race.last_error = connect_error(endpoint, connected);
  }
  ++race.failed;
  race.changed.set();
}

Result<> check_peer(Io& io, const ConnectedSocket& connected) {
  const auto peer = io.peer_endpoint(connected.stream->fd());
  if (peer && *peer == connected.remote) return {};
  return fail(ErrorCode::address_refused, "The connection to " + net::to_string(connected.remote) +
                                              " ended up at another address; nothing was sent.");
}

}  // namespace

std::vector<net::Endpoint> interleave(std::span<const net::IpAddress> addresses, std::uint16_t port) {
  std::vector<net::Endpoint> first;
  std::vector<net::Endpoint> second;
  for (const net::IpAddress& address : addresses) {
    (address.family == net::Family::ipv6 ? first : second).push_back({address, port});
  }
  std::vector<net::Endpoint> out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

Task<Result<ConnectedSocket>> connect_any(Scope& scope, std::span<const net::Endpoint> endpoints,
                                          Instant deadline) {
  PULTER_CHECK(!endpoints.empty());
  Io& io = scope.io();
  Race race{Scope(io, &scope), deadline, {}, 0, {}, {}};
  std::size_t started = 0;
  std::int32_t waited = 0;
  while (race.winner.stream == nullptr && race.failed < endpoints.size() && waited != -ECANCELED) {
    // After each wait: either the last one had its time alone, or one of them failed.
    if (started < endpoints.size()) race.scope.spawn(attempt(race, endpoints[started++]));
    const bool is_last = started == endpoints.size();
    const Instant until = is_last ? never : std::min(deadline, io.now() + attempt_delay);
    waited = co_await race.changed.wait(scope, until);
  }
  race.scope.cancel();
  co_await race.scope.join();
  if (race.winner.stream == nullptr) {
    if (waited == -ECANCELED || !race.last_error) {
      co_return std::unexpected(connect_error(endpoints.front(), -ECANCELED));
    }
    co_return std::unexpected(std::move(*race.last_error));
  }
  Result<> checked = check_peer(io, race.winner);
  if (!checked) co_return std::unexpected(std::move(checked.error()));
  co_return std::move(race.winner);
}

}  // namespace pulter::io
