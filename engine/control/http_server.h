#pragma once

#include <cstdint>

#include "engine/control/request.h"
#include "engine/control/services.h"
#include "io/scope.h"

namespace pulter::control {

/// What the server counts about itself.
struct ServerCounters {
  std::size_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::uint64_t turned_away = 0;  ///< over limits::control_connections_max
  std::uint64_t requests = 0;
  std::uint64_t answers_4xx = 0;
  std::uint64_t answers_5xx = 0;
};

/// The control API over HTTP/1.1: an accept loop per listener, one flow per connection.
///
/// Everything runs in `scope`, on one shard: cancelling it ends every connection at once, `finish` in good
/// order. The scope outlives the server and must be joined before the server dies. Limits: engine/limits.h,
/// section "control".
class HttpServer {
 public:
  HttpServer(io::Scope& scope, Services& services)
      : scope_(scope), idle_(scope.io(), &scope), services_(services) {}
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Accepts on `listening_fd`, which stays the caller's, until `finish` or until the scope is cancelled.
  io::Task<> serve(int listening_fd, Door door);

  /// Takes no new connection and no new request, ends the live streams, and waits in `waiting` until the
  /// requests under way were answered, for at most `patience`. Afterwards `scope` may be cancelled.
  io::Task<> finish(io::Scope& waiting, io::Duration patience);

  [[nodiscard]] const ServerCounters& counters() const noexcept { return counters_; }

 private:
  io::Task<> serve_connection(int fd, Door door);
  io::Task<> turn_away(int fd);

  io::Scope& scope_;
  io::Scope idle_;  ///< what waits for a next connection, request or change; cancelled first
  Services& services_;
  ServerCounters counters_;
  io::Event connection_ended_;
};

}  // namespace pulter::control
