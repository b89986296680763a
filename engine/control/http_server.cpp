#include "engine/control/http_server.h"

#include <cerrno>

#include "engine/control/connection.h"
#include "engine/limits.h"
#include "io/log.h"

namespace pulter::control {

using namespace std::chrono_literals;

io::Task<> HttpServer::serve(int listening_fd, Door door) {
  while (!idle_.cancelled()) {
    const std::int32_t fd = co_await io::accept(idle_, listening_fd);
    if (fd == -ECANCELED) break;
    if (fd < 0) {
      // Mostly EMFILE: there is nothing to do but to wait until some connection ends; the queue keeps the
      // others.
      io::log(io::LogLevel::warning, "a connection could not be accepted", {{"errno", std::to_string(-fd)}});
      co_await io::sleep_until(idle_, services_.io.now() + 100ms);
      continue;
    }
    ++counters_.accepted;
    if (counters_.connections < limits::control_connections_max) {
      scope_.spawn(serve_connection(fd, door));
    } else {
      ++counters_.turned_away;
      scope_.spawn(turn_away(fd));
    }
  }
}

io::Task<> HttpServer::serve_connection(int fd, Door door) {
  ++counters_.connections;
  {
    Connection connection(scope_, idle_, services_, counters_, fd, door);
    co_await connection.run();
  }
  --counters_.connections;
  connection_ended_.set();
}

io::Task<> HttpServer::finish(io::Scope& waiting, io::Duration patience) {
  const io::Instant deadline = services_.io.now() + patience;
  idle_.cancel();
  while (counters_.connections > 0) {
    const std::int32_t woken = co_await connection_ended_.wait(waiting, deadline);
    if (woken < 0) co_return;
  }
}

io::Task<> HttpServer::turn_away(int fd) {
  const Response refusal = problem(
      503, "limit_reached", "too many connections to the control API are open; close some, or try again");
  const std::string bytes = response_head(refusal, false, 0) + refusal.body;
  co_await io::send_all(scope_, fd, bytes, services_.io.now() + 1s);
  services_.io.shutdown(fd);
  services_.io.close(fd);
}

}  // namespace pulter::control
