// What only the simulation promises: replay, faults, buffer ownership.
#include "io/sim/sim_io.h"

#include <cerrno>
#include <set>

#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

struct Exchange {
  std::string received;
  std::int32_t sent = 1;
  std::int32_t last = 1;
};

Task<> take(Scope& scope, int fd, Exchange& exchange) {
  std::string buffer(5000, '\0');
  do {
    exchange.last = co_await receive(scope, fd, buffer, scope.io().now() + 10s);
    if (exchange.last > 0) exchange.received.append(buffer, 0, static_cast<std::size_t>(exchange.last));
  } while (exchange.last > 0);
}

Task<> give(Scope& scope, int fd, const std::string& bytes, Exchange& exchange) {
  exchange.sent = co_await send_all(scope, fd, bytes, scope.io().now() + 10s);
  scope.io().shutdown(fd);
}

struct Outcome {
  std::uint64_t hash = 0;
  Exchange exchange;
};

Outcome run_seed(std::uint64_t seed, const SimFaults& faults, std::size_t size) {
  Outcome result;
  SimSettings settings;
  settings.seed = seed;
  SimIo io(settings);
  io.set_faults(faults);
  const auto [client, server] = io.open_pair();
  const std::string bytes(size, 'x');
  Scope scope(io);
  scope.spawn(take(scope, server, result.exchange));
  scope.spawn(give(scope, client, bytes, result.exchange));
  io.run_until_idle();
  PULTER_CHECK(scope.running() == 0);
  io.close(client);
  io.close(server);
  io.run_until_idle();
  EXPECT_EQ(io.pending_operations(), 0U);
  EXPECT_EQ(io.open_descriptors(), 0U);
  result.hash = io.trace_hash();
  return result;
}

TEST(SimIo, TheSameSeedGivesTheSameRunAndAnotherADifferentOne) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::uint64_t hash = run_seed(seed, {}, 1'000'000).hash;
    EXPECT_EQ(hash, run_seed(seed, {}, 1'000'000).hash);
    hashes.insert(hash);
  }
  EXPECT_EQ(hashes.size(), 20U);
}

TEST(SimIo, ShortSendsAndReceivesLoseNothing) {
  SimFaults faults;
  faults.short_send = 500;
  faults.short_receive = 500;
  faults.late_completion = 100;
  faults.reordered_completion = 200;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Outcome run = run_seed(seed, faults, 300'000);
    EXPECT_EQ(run.exchange.sent, 0);
    EXPECT_EQ(run.exchange.last, 0);
    EXPECT_EQ(run.exchange.received.size(), 300'000U);
  }
}

TEST(SimIo, ReceivesSplitAtEveryByte) {
  SimFaults faults;
  faults.one_byte_receive = 1000;
  const Outcome run = run_seed(3, faults, 2000);
  EXPECT_EQ(run.exchange.received.size(), 2000U);
}

TEST(SimIo, ResetInASendReachesBothEndsAndBytesMayArriveOrNot) {
  SimFaults faults;
  faults.reset_in_send = 1000;
  std::set<bool> arrived;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Outcome run = run_seed(seed, faults, 10'000);
    // Bytes that were taken count, so a reset after the last of them is told by the next operation.
    EXPECT_TRUE(run.exchange.sent == -ECONNRESET || run.exchange.sent == 0) << run.exchange.sent;
    EXPECT_TRUE(run.exchange.last == -ECONNRESET || run.exchange.last == 0);
    arrived.insert(!run.exchange.received.empty());
  }
  EXPECT_EQ(arrived.size(), 2U);
}

Task<> dial(Scope& scope, int fd, Instant deadline, std::int32_t& result) {
  result = co_await connect(scope, fd, loopback(80), deadline);
}

std::int32_t dial_with(const SimFaults& faults) {
  SimIo io;
  io.set_faults(faults);
  const int listener = *io.listen_tcp(loopback(80));
  const int fd = *io.open_tcp(net::Family::ipv4);
  std::int32_t result = 1;
  Scope scope(io);
  scope.spawn(dial(scope, fd, io.now() + 30s, result));
  io.run_until_idle();
  io.close(fd);
  io.close(listener);
  io.run_until_idle();
  return result;
}

TEST(SimIo, ConnectFaults) {
  EXPECT_EQ(dial_with({}), 0);
  EXPECT_EQ(dial_with({.connect_refused = 1000}), -ECONNREFUSED);
  EXPECT_EQ(dial_with({.connect_unreachable = 1000}), -EHOSTUNREACH);
  EXPECT_EQ(dial_with({.connect_never = 1000}), -ETIMEDOUT);
}

TEST(SimIo, LateCancelMayLoseItsRace) {
  std::set<std::int32_t> results;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimSettings settings;
    settings.seed = seed;
    SimIo io(settings);
    io.set_faults({.late_cancel = 1000, .late_max = 200us});
    const auto [client, server] = io.open_pair();
    Exchange exchange;
    Scope scope(io);
    Scope sender(io);
    scope.spawn(take(scope, server, exchange));
    io.run_once(io.now() + 1ms);
    scope.cancel();
    const std::string bytes(10, 'x');
    sender.spawn(give(sender, client, bytes, exchange));
    io.run_until_idle();
    results.insert(exchange.received.empty() ? 0 : 1);
    io.close(client);
    io.close(server);
    io.run_until_idle();
  }
  EXPECT_EQ(results.size(), 2U);
}

SimFaults random_faults(std::uint64_t seed) {
  SimRandom random(seed);
  SimFaults faults;
  std::uint32_t* const weights[] = {
      &faults.short_send,      &faults.reset_in_send,        &faults.short_receive, &faults.one_byte_receive,
      &faults.connect_refused, &faults.connect_unreachable,  &faults.connect_never, &faults.accept_failed,
      &faults.late_completion, &faults.reordered_completion, &faults.late_cancel,
  };
  // A random subset per seed finds more than everything at once.
  for (std::uint32_t* weight : weights) {
    if (random.hits(300)) *weight = static_cast<std::uint32_t>(random.below(300));
  }
  return faults;
}

Task<> serve_one(Scope& scope, int fd) {
  Exchange exchange;
  co_await take(scope, fd, exchange);
  scope.io().close(fd);
}

Task<> serve(Scope& scope, int listener) {
  while (!scope.cancelled()) {
    const int fd = co_await accept(scope, listener);
    if (fd >= 0) scope.spawn(serve_one(scope, fd));
    if (fd == -EMFILE) co_await sleep_until(scope, scope.io().now() + 10ms);
  }
}

Task<> visit(Scope& scope, Instant start) {
  co_await sleep_until(scope, start);
  const int fd = *scope.io().open_tcp(net::Family::ipv4);
  const std::int32_t connected = co_await connect(scope, fd, loopback(80), scope.io().now() + 1s);
  const std::string bytes(20'000, 'x');
  Exchange exchange;
  if (connected == 0) co_await give(scope, fd, bytes, exchange);
  scope.io().close(fd);
}

std::uint64_t run_village(std::uint64_t seed) {
  SimSettings settings;
  settings.seed = seed;
  SimIo io(settings);
  io.set_faults(random_faults(seed));
  const int listener = *io.listen_tcp(loopback(80));
  Scope servers(io);
  Scope visitors(io);
  servers.spawn(serve(servers, listener));
  for (int i = 0; i < 20; ++i) visitors.spawn(visit(visitors, io.now() + i * 300us));
  // At a moment drawn from the seed everybody is sent home.
  io.run_until_idle(io.now() + Duration(std::chrono::milliseconds(seed % 50)));
  visitors.cancel();
  servers.cancel();
  io.run_until_idle();
  EXPECT_EQ(visitors.running(), 0U) << seed;
  EXPECT_EQ(servers.running(), 0U) << seed;
  io.close(listener);
  io.run_until_idle();
  EXPECT_EQ(io.pending_operations(), 0U) << seed;
  EXPECT_EQ(io.open_descriptors(), 0U) << seed;
  return io.trace_hash();
}

TEST(SimIo, AnyMixOfFaultsEndsCleanAndReplays) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const std::uint64_t hash = run_village(seed);
    if (seed % 20 == 0) {
      ASSERT_EQ(run_village(seed), hash) << seed;
    }
  }
}

void ignore(Op&) noexcept {}

void write_into_a_receive() {
  SimIo io;
  const auto [client, server] = io.open_pair();
  char buffer[16] = {};
  Op op;
  op.kind = OpKind::receive;
  op.fd = server;
  op.data = buffer;
  op.size = sizeof buffer;
  op.done = ignore;
  io.submit(op);
  buffer[3] = 'x';
  io.reset(client);
  io.run_until_idle();
}

void change_a_send() {
  SimIo io;
  const auto [client, server] = io.open_pair();
  char buffer[16] = "0123456789";
  Op op;
  op.kind = OpKind::send;
  op.fd = client;
  op.data = buffer;
  op.size = 10;
  op.done = ignore;
  io.submit(op);
  buffer[3] = 'x';
  io.run_until_idle();
}

void close_under_an_operation() {
  SimIo io;
  const auto [client, server] = io.open_pair();
  Op op;
  op.kind = OpKind::readable;
  op.fd = client;
  op.done = ignore;
  io.submit(op);
  io.close(client);
}

TEST(SimIoDeathTest, WritingIntoAReceiveBufferIsCaught) {
  EXPECT_DEATH(write_into_a_receive(), "is_poisoned");
}

TEST(SimIoDeathTest, ChangingASendBufferIsCaught) {
  EXPECT_DEATH(change_a_send(), "sent_hash");
}

TEST(SimIoDeathTest, ClosingUnderAPendingOperationIsCaught) {
  EXPECT_DEATH(close_under_an_operation(), "pending == 0");
}

Task<> take_message(Scope& scope, int fd, std::vector<std::pair<std::string, int>>& messages) {
  for (;;) {
    std::string buffer(100, '\0');
    int passed = -1;
    const std::int32_t size = co_await receive_with_fd(scope, fd, buffer, &passed, never);
    if (size <= 0) co_return;
    messages.emplace_back(buffer.substr(0, static_cast<std::size_t>(size)), passed);
  }
}

Task<> give_message(Scope& scope, SimIo& io, int fd, int passed) {
  co_await send(scope, fd, "before");
  io.pass_descriptor(fd, passed);
  co_await send(scope, fd, "with");
  io.shutdown(fd);
}

TEST(SimIo, DescriptorsComeBesideTheirBytes) {
  SimIo io;
  const auto [client, server] = io.open_pair();
  const int passed = *io.open_unix();
  std::vector<std::pair<std::string, int>> messages;
  Scope scope(io);
  scope.spawn(take_message(scope, server, messages));
  scope.spawn(give_message(scope, io, client, passed));
  io.run_until_idle();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0], std::make_pair(std::string("before"), -1));
  EXPECT_EQ(messages[1], std::make_pair(std::string("with"), passed));
  for (const int fd : {client, server, passed}) io.close(fd);
  io.run_until_idle();
  EXPECT_EQ(io.open_descriptors(), 0U);
}

TEST(SimIo, AnHourPassesInNoTime) {
  SimIo io;
  const WallTime wall = io.wall_now();
  io.run_once(io.now() + 1h);
  EXPECT_EQ(io.wall_now() - wall, 1h);
  io.jump_wall(-2h);
  EXPECT_EQ(io.wall_now() - wall, -1h);
}

}  // namespace
}  // namespace pulter::io::test
