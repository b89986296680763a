// Streams, connects, cancels and deadlines: the same on every backend.
#include <cerrno>
#include <string>
#include <vector>

#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

class Sockets : public IoTest {};
INSTANTIATE_TEST_SUITE_P(Io, Sockets, testing::ValuesIn(backends()), backend_name);

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('!' + i * 31 % 90);
  return bytes;
}

Task<> receive_all(Scope& scope, int fd, std::string& into, std::int32_t& last) {
  std::string buffer(64 * 1024, '\0');
  for (;;) {
    last = co_await receive(scope, fd, buffer);
    if (last <= 0) co_return;
    into.append(buffer, 0, static_cast<std::size_t>(last));
  }
}

Task<> send_and_shut(Scope& scope, int fd, const std::string& bytes, std::int32_t& result) {
  std::uint64_t sent = 0;
  result = co_await send_all(scope, fd, bytes, never, &sent);
  EXPECT_EQ(sent, bytes.size());
  scope.io().shutdown(fd);
}

Task<> transfer(Scope& scope, std::size_t size) {
  Connection connection;
  co_await connect_both(scope, connection);
  const std::string bytes = pattern(size);
  std::string received;
  std::int32_t sent = -1;
  std::int32_t last = -1;
  Scope both(scope.io(), &scope);
  both.spawn(receive_all(both, connection.server, received, last));
  both.spawn(send_and_shut(both, connection.client, bytes, sent));
  co_await both.join();
  EXPECT_EQ(sent, 0);
  EXPECT_EQ(last, 0) << "end of stream";
  EXPECT_TRUE(received == bytes);
  close_all(scope.io(), connection);
}

TEST_P(Sockets, BytesArriveWholeAndInOrder) {
  for (const std::size_t size : {1UL, 4096UL, 5'000'000UL}) scope->spawn(transfer(*scope, size));
  run();
}

Task<> endpoints(Scope& scope) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  EXPECT_EQ(io.peer_endpoint(connection.client)->port, io.local_endpoint(connection.listener)->port);
  EXPECT_EQ(*io.peer_endpoint(connection.client), *io.local_endpoint(connection.server));
  EXPECT_EQ(*io.peer_endpoint(connection.server), *io.local_endpoint(connection.client));
  EXPECT_FALSE(io.peer_endpoint(connection.listener));
  const Result<int> taken = io.listen_tcp(*io.local_endpoint(connection.listener));
  EXPECT_TRUE(!taken && taken.error().at == EADDRINUSE);
  close_all(io, connection);
}

TEST_P(Sockets, EndpointsAreTold) {
  scope->spawn(endpoints(*scope));
  run();
}

Task<> refused(Scope& scope, std::int32_t& result) {
  Io& io = scope.io();
  const Result<int> listener = io.listen_tcp(loopback());
  const net::Endpoint address = *io.local_endpoint(*listener);
  io.close(*listener);
  const Result<int> fd = io.open_tcp(net::Family::ipv4);
  result = co_await connect(scope, *fd, address, never);
  io.close(*fd);
}

TEST_P(Sockets, ConnectToNobodyIsRefused) {
  std::int32_t result = 0;
  scope->spawn(refused(*scope, result));
  run();
  EXPECT_EQ(result, -ECONNREFUSED);
}

Task<> receive_once(Scope& scope, int fd, Instant deadline, std::vector<int>& results) {
  std::string buffer(100, '\0');
  results.push_back(co_await receive(scope, fd, buffer, deadline));
}

Task<> deadlines(Scope& scope) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  std::vector<int> results;
  co_await receive_once(scope, connection.server, io.now() + 5ms, results);
  co_await receive_once(scope, connection.server, io.now() - 5ms, results);
  const std::int32_t sent = co_await send(scope, connection.client, "hello", io.now() + 10s);
  EXPECT_EQ(sent, 5);
  co_await receive_once(scope, connection.server, io.now() + 10s, results);
  EXPECT_EQ(results, (std::vector{-ETIMEDOUT, -ETIMEDOUT, 5}));
  close_all(io, connection);
}

TEST_P(Sockets, DeadlineEndsAReceiveAndTheNextOneStillWorks) {
  scope->spawn(deadlines(*scope));
  run();
}

Task<> stuck_send(Scope& scope) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  const std::string bytes = pattern(64'000'000);
  std::uint64_t sent = 0;
  const std::int32_t result = co_await send_all(scope, connection.client, bytes, io.now() + 100ms, &sent);
  EXPECT_EQ(result, -ETIMEDOUT);
  EXPECT_GT(sent, 0U) << "what left before the deadline is counted";
  EXPECT_LT(sent, bytes.size());
  const std::int32_t writable_result = co_await writable(scope, connection.client, io.now() + 5ms);
  EXPECT_EQ(writable_result, -ETIMEDOUT);
  close_all(io, connection);
}

TEST_P(Sockets, DeadlineEndsASendAndCountsWhatLeft) {
  scope->spawn(stuck_send(*scope));
  run();
}

Task<> cancel_soon(Scope& scope, Scope& target, Duration delay) {
  co_await sleep_until(scope, scope.io().now() + delay);
  target.cancel();
}

Task<> cancelled_ops(Scope& scope, std::vector<int>& results) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  Scope doomed(io, &scope);
  doomed.spawn(receive_once(doomed, connection.client, never, results));
  doomed.spawn(receive_once(doomed, connection.server, io.now() + 1h, results));
  co_await cancel_soon(scope, doomed, 3ms);
  co_await doomed.join();
  close_all(io, connection);
}

TEST_P(Sockets, CancelEndsReceives) {
  std::vector<int> results;
  scope->spawn(cancelled_ops(*scope, results));
  run();
  EXPECT_EQ(results, (std::vector{-ECANCELED, -ECANCELED}));
}

Task<> shut_while_pending(Scope& scope, std::vector<int>& results) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  Scope waiting(io, &scope);
  waiting.spawn(receive_once(waiting, connection.client, never, results));
  waiting.spawn(receive_once(waiting, connection.server, never, results));
  co_await sleep_until(scope, io.now() + 2ms);
  io.shutdown(connection.client);
  co_await waiting.join();
  const std::int32_t sent = co_await send(scope, connection.client, "x");
  EXPECT_EQ(sent, -EPIPE);
  close_all(io, connection);
}

TEST_P(Sockets, ShutdownEndsBothDirections) {
  std::vector<int> results;
  scope->spawn(shut_while_pending(*scope, results));
  run();
  EXPECT_EQ(results, (std::vector{0, 0}));
}

Task<> close_with_unread(Scope& scope, std::vector<int>& results) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  co_await send(scope, connection.client, "nobody reads this");
  co_await readable(scope, connection.server);
  io.close(std::exchange(connection.server, -1));
  co_await receive_once(scope, connection.client, io.now() + 5s, results);
  close_all(io, connection);
}

TEST_P(Sockets, ClosingWithUnreadBytesResetsThePeer) {
  std::vector<int> results;
  scope->spawn(close_with_unread(*scope, results));
  run();
  EXPECT_EQ(results, std::vector{-ECONNRESET});
}

Task<> send_to_closed(Scope& scope) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  io.close(std::exchange(connection.server, -1));
  std::int32_t result = 0;
  for (int i = 0; i < 100 && result >= 0; ++i) {
    result = co_await send(scope, connection.client, "x");
    co_await sleep_until(scope, io.now() + 1ms);
  }
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
  close_all(io, connection);
}

TEST_P(Sockets, SendingToAClosedPeerFailsInTheEnd) {
  scope->spawn(send_to_closed(*scope));
  run();
}

Task<> poll_both(Scope& scope) {
  Connection connection;
  co_await connect_both(scope, connection);
  Io& io = scope.io();
  const std::int32_t quiet = co_await readable(scope, connection.server, io.now() + 3ms);
  EXPECT_EQ(quiet, -ETIMEDOUT);
  const std::int32_t room = co_await writable(scope, connection.client, io.now() + 3s);
  EXPECT_EQ(room, 0);
  co_await send(scope, connection.client, "!");
  const std::int32_t bytes = co_await readable(scope, connection.server, io.now() + 3s);
  EXPECT_EQ(bytes, 0);
  std::vector<int> results;
  co_await receive_once(scope, connection.server, never, results);
  io.close(std::exchange(connection.client, -1));
  const std::int32_t closed = co_await readable(scope, connection.server, io.now() + 3s);
  EXPECT_EQ(closed, 0);
  co_await receive_once(scope, connection.server, never, results);
  EXPECT_EQ(results, (std::vector{1, 0}));
  close_all(io, connection);
}

TEST_P(Sockets, ReadableAndWritableTellTheState) {
  scope->spawn(poll_both(*scope));
  run();
}

Task<> accept_until_cancelled(Scope& scope, int fd, std::vector<int>& results) {
  results.push_back(co_await accept(scope, fd));
}

TEST_P(Sockets, CancelEndsAnAcceptAndTheListenerCanBeClosed) {
  const Result<int> listener = io->listen_tcp(loopback());
  ASSERT_TRUE(listener);
  std::vector<int> results;
  scope->spawn(accept_until_cancelled(*scope, *listener, results));
  io->run_once(in(2ms));
  scope->cancel();
  run();
  EXPECT_EQ(results, std::vector{-ECANCELED});
  io->close(*listener);
}

TEST_P(Sockets, OperationOnABadDescriptorCompletesWithItsError) {
  std::vector<int> results;
  scope->spawn(receive_once(*scope, 999'999, never, results));
  EXPECT_TRUE(results.empty());
  run();
  EXPECT_EQ(results, std::vector{-EBADF});
}

Task<> echo_unix(Scope& scope, const std::string& path, std::string& answer) {
  Io& io = scope.io();
  const Result<int> fd = io.open_unix();
  EXPECT_TRUE(fd);
  const std::int32_t connected = co_await connect_unix(scope, *fd, path, io.now() + 5s);
  EXPECT_EQ(connected, 0);
  co_await send(scope, *fd, "ping");
  std::string buffer(10, '\0');
  const std::int32_t size = co_await receive(scope, *fd, buffer, io.now() + 5s);
  EXPECT_EQ(size, 4);
  answer = buffer.substr(0, 4);
  io.close(*fd);
}

Task<> serve_unix(Scope& scope, int listener) {
  Io& io = scope.io();
  const int fd = co_await accept(scope, listener);
  EXPECT_GE(fd, 0);
  EXPECT_GE(io.peer_credentials(fd).pid, 1);
  std::string buffer(10, '\0');
  const std::int32_t size = co_await receive(scope, fd, buffer, io.now() + 5s);
  EXPECT_EQ(size, 4);
  const std::string_view answer(buffer.data(), 4);
  co_await send(scope, fd, answer);
  co_await receive(scope, fd, buffer, io.now() + 5s);
  io.close(fd);
}

TEST_P(Sockets, UnixSocketsConnectAndTellWhoIsThere) {
  const std::string path = testing::TempDir() + "pulter-io-test.sock";
  const Result<int> listener = io->listen_unix({path, 0600});
  ASSERT_TRUE(listener) << listener.error().detail;
  std::string answer;
  scope->spawn(serve_unix(*scope, *listener));
  scope->spawn(echo_unix(*scope, path, answer));
  run();
  EXPECT_EQ(answer, "ping");
  const Result<int> second = io->listen_unix({path, 0600});
  EXPECT_FALSE(second) << "somebody answers there";
  io->close(*listener);
  const Result<int> replaced = io->listen_unix({path, 0600});
  EXPECT_TRUE(replaced) << "a file that nobody answers on is replaced";
  if (replaced) io->close(*replaced);
}

Task<> connect_nowhere(Scope& scope, const std::string& path, std::int32_t& result) {
  Io& io = scope.io();
  const Result<int> fd = io.open_unix();
  result = co_await connect_unix(scope, *fd, path, never);
  io.close(*fd);
}

TEST_P(Sockets, ConnectToAMissingUnixSocketFails) {
  std::int32_t result = 0;
  const std::string path = testing::TempDir() + "pulter-nobody.sock";
  scope->spawn(connect_nowhere(*scope, path, result));
  run();
  EXPECT_EQ(result, -ENOENT);
}

}  // namespace
}  // namespace pulter::io::test
