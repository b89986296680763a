#include "io/net/stream.h"

#include <cerrno>

#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

class Streams : public IoTest {};
INSTANTIATE_TEST_SUITE_P(Io, Streams, testing::ValuesIn(backends()), backend_name);

Task<> talk(Scope& scope) {
  Io& io = scope.io();
  Connection connection;
  co_await connect_both(scope, connection);
  TcpStream client(io, std::exchange(connection.client, -1));
  TcpStream server(io, std::exchange(connection.server, -1));
  const Instant deadline = io.now() + 5s;
  std::uint64_t sent = 0;
  Stream& sender = client;
  const std::int32_t status = co_await sender.send_all(scope, "question", deadline, &sent);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sent, 8U);
  char buffer[20];
  const std::int32_t ready = co_await server.readable(scope, deadline);
  EXPECT_EQ(ready, 0);
  const std::int32_t size = co_await server.receive(scope, buffer, deadline);
  EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(size)), "question");
  co_await server.shutdown(scope, deadline);
  const std::int32_t end = co_await client.receive(scope, buffer, deadline);
  EXPECT_EQ(end, 0);
  client.close();
  EXPECT_EQ(client.fd(), -1);
  client.cut();
  close_all(io, connection);
}

TEST_P(Streams, TalkAndEnd) {
  scope->spawn(talk(*scope));
  run();
}

}  // namespace
}  // namespace pulter::io::test
