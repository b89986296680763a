#include "tests/unit/io/world.h"

#include "io/sim/sim_io.h"
#include "io/uring/uring_io.h"

namespace pulter::io::test {
namespace {

std::unique_ptr<Io> make_sim() {
  return std::make_unique<SimIo>();
}

std::unique_ptr<Io> make_uring() {
  Result<std::unique_ptr<UringIo>> io = UringIo::create({.entries = 64, .tcp_congestion = {}});
  if (!io) ADD_FAILURE() << io.error().detail;
  PULTER_CHECK(io);
  return std::move(*io);
}

Task<> accept_one(Scope& scope, Connection& out) {
  out.server = co_await accept(scope, out.listener);
}

}  // namespace

std::vector<Backend> backends() {
  return {{"Sim", make_sim}, {"Uring", make_uring}};
}

Task<> connect_both(Scope& scope, Connection& out) {
  Io& io = scope.io();
  Result<int> listener = io.listen_tcp(loopback());
  PULTER_CHECK(listener);
  out.listener = *listener;
  Scope accepting(io, &scope);
  accepting.spawn(accept_one(accepting, out));
  const Result<net::Endpoint> address = io.local_endpoint(out.listener);
  PULTER_CHECK(address);
  Result<int> client = io.open_tcp(net::Family::ipv4);
  PULTER_CHECK(client);
  out.client = *client;
  const std::int32_t connected = co_await connect(scope, out.client, *address, never);
  PULTER_CHECK(connected == 0);
  co_await accepting.join();
  PULTER_CHECK(out.server >= 0);
}

void close_all(Io& io, Connection& connection) {
  for (int* fd : {&connection.client, &connection.server, &connection.listener}) {
    if (*fd >= 0) io.close(*fd);
    *fd = -1;
  }
}

}  // namespace pulter::io::test
