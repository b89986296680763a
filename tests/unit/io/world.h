#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "io/io.h"
#include "io/scope.h"

namespace pulter::io::test {

/// One implementation of Io that the common suite runs on.
struct Backend {
  std::string name;
  std::function<std::unique_ptr<Io>()> make;
};

/// Every backend of this machine. A suite instantiates itself over them: what holds on one must hold on all.
std::vector<Backend> backends();

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

inline net::Endpoint loopback(std::uint16_t port = 0) {
  net::Endpoint endpoint;
  endpoint.address.bytes = {127, 0, 0, 1};
  endpoint.port = port;
  return endpoint;
}

/// A test over one backend; its flows run in `scope`.
class IoTest : public testing::TestWithParam<Backend> {
 protected:
  /// Turns until no flow of `scope` runs; fails the test when that takes longer than `limit`.
  void run(Duration limit = std::chrono::seconds(20)) {
    const Instant end = io->now() + limit;
    while (scope->running() > 0 && io->now() < end) io->run_once(end);
    ASSERT_EQ(scope->running(), 0U) << "a flow hangs";
  }
  [[nodiscard]] Instant in(Duration delay) { return io->now() + delay; }
  [[nodiscard]] bool simulated() const { return GetParam().name == "Sim"; }

  std::unique_ptr<Io> io = GetParam().make();
  std::unique_ptr<Scope> scope = std::make_unique<Scope>(*io);
};

/// Two connected TCP sockets over 127.0.0.1.
struct Connection {
  int listener = -1;
  int client = -1;
  int server = -1;
};
Task<> connect_both(Scope& scope, Connection& out);
void close_all(Io& io, Connection& connection);

}  // namespace pulter::io::test
