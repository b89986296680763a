// What encryption costs: bodies over loopback through a TlsStream, both ends on one thread and one ring.
// Yardstick in the same run: the same bytes over a bare TcpStream.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "codec/base/check.h"
#include "io/net/tls_client.h"
#include "io/uring/uring_io.h"
#include "tests/unit/io/net/tls_peer.h"

namespace {

using namespace pulter;
using namespace pulter::io;

constexpr std::size_t body_bytes = 1'500'000;

/// A ring, a server with a certificate, and a client that trusts it.
struct World {
  World() {
    auto made = UringIo::create({.tcp_congestion = {}});
    PULTER_CHECK(made);
    io = std::move(*made);
    scope = std::make_unique<Scope>(*io);
    const test::Certificate root =
        test::make_certificate({.common_name = "Bench Root", .is_authority = true});
    const test::Certificate leaf = test::make_certificate({.names = {"bench.example"}}, &root);
    server = std::make_unique<test::TlsServer>(*io, test::TlsServerWish{.certificate = leaf});
    client = std::make_unique<TlsClient>(
        *io, TlsSettings{.system_ca_file = test::write_temporary("bench-root.pem", root.pem),
                         .extra_ca_file = {}});
    net::Endpoint any;
    any.address.bytes = {127, 0, 0, 1};
    listener = *io->listen_tcp(any);
    endpoint = *io->local_endpoint(listener);
  }
  ~World() {
    io->close(listener);
    scope.reset();
  }

  void run(Task<> task) {
    scope->spawn(std::move(task));
    while (scope->running() > 0) io->run_once(never);
  }

  Task<> accept_plain() {
    const std::int32_t fd = co_await accept(*scope, listener);
    there = std::make_unique<TcpStream>(*io, fd);
  }
  Task<> accept_tls() {
    const std::int32_t fd = co_await accept(*scope, listener);
    there = co_await server->accept(*scope, fd);
  }
  Task<> connect_plain() {
    const int fd = *io->open_tcp(net::Family::ipv4);
    co_await connect(*scope, fd, endpoint, never);
    here = std::make_unique<TcpStream>(*io, fd);
  }
  Task<> connect_tls(std::string_view owner) {
    co_await connect_plain();
    const TlsPeer peer{.host = "bench.example", .port = endpoint.port, .owner = owner};
    auto stream = co_await client->connect(*scope, std::move(here), peer, never);
    PULTER_CHECK(stream);
    here = std::move(*stream);
  }
  void open(bool tls) {
    scope->spawn(tls ? accept_tls() : accept_plain());
    run(tls ? connect_tls("bench") : connect_plain());
  }
  void close() {
    here.reset();
    there.reset();
  }

  Task<> take(std::size_t count) {
    std::vector<char> buffer(64 * 1024);
    while (count > 0) {
      const std::int32_t got = co_await there->receive(*scope, buffer, never);
      PULTER_CHECK(got > 0);
      count -= static_cast<std::size_t>(got);
    }
  }
  Task<> give(std::string_view bytes) {
    const std::int32_t sent = co_await here->send_all(*scope, bytes, never, nullptr);
    PULTER_CHECK(sent == 0);
  }

  std::unique_ptr<UringIo> io;
  std::unique_ptr<Scope> scope;
  std::unique_ptr<test::TlsServer> server;
  std::unique_ptr<TlsClient> client;
  int listener = -1;
  net::Endpoint endpoint;
  std::unique_ptr<Stream> here;
  std::unique_ptr<Stream> there;
};

void send_body(benchmark::State& state, bool tls) {
  World world;
  world.open(tls);
  const std::string body(body_bytes, 'x');
  for (auto _ : state) {
    world.scope->spawn(world.take(body.size()));
    world.run(world.give(body));
  }
  world.close();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body_bytes));
}

void plain_yardstick(benchmark::State& state) {
  send_body(state, false);
}
void tls_body(benchmark::State& state) {
  send_body(state, true);
}

/// Connect, handshake and one byte each way; both sides' work.
void handshake(benchmark::State& state, bool resumed) {
  World world;
  std::uint64_t count = 0;
  for (auto _ : state) {
    world.scope->spawn(world.accept_tls());
    const std::string owner = resumed ? "same" : std::to_string(++count);
    world.run(world.connect_tls(owner));
    world.scope->spawn(world.take(1));
    world.run(world.give("x"));
    std::swap(world.here, world.there);
    // Tickets arrive with the first bytes that come back.
    world.scope->spawn(world.take(1));
    world.run(world.give("y"));
    world.close();
  }
}

void handshake_full(benchmark::State& state) {
  handshake(state, false);
}
void handshake_resumed(benchmark::State& state) {
  handshake(state, true);
}

BENCHMARK(plain_yardstick)->UseRealTime();
BENCHMARK(tls_body)->UseRealTime();
BENCHMARK(handshake_full)->UseRealTime();
BENCHMARK(handshake_resumed)->UseRealTime();

void load_trust_of_the_system(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(load_trust({}));
}
BENCHMARK(load_trust_of_the_system);

}  // namespace

BENCHMARK_MAIN();
