#include "io/net/connect_any.h"

#include <gtest/gtest.h>

#include "io/sim/sim_io.h"

namespace pulter::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

net::IpAddress v4(std::uint8_t last) {
  return {net::Family::ipv4, {203, 0, 113, last}};
}
net::IpAddress v6(std::uint8_t last) {
  net::IpAddress out{net::Family::ipv6, {0x26, 0x00}};
  out.bytes[15] = last;
  return out;
}

TEST(Interleave, Ipv6FirstThenOneOfEachInTurn) {
  const std::vector<net::IpAddress> addresses{v4(1), v4(2), v4(3), v6(1), v6(2)};
  const std::vector<net::Endpoint> expected{
      {v6(1), 443}, {v4(1), 443}, {v6(2), 443}, {v4(2), 443}, {v4(3), 443}};
  EXPECT_EQ(interleave(addresses, 443), expected);
  EXPECT_TRUE(interleave({}, 443).empty());
}

class ConnectAny : public testing::Test {
 protected:
  ~ConnectAny() override {
    for (const int fd : listeners) io.close(fd);
    io.run_until_idle();
  }
  void listen(const net::IpAddress& address) {
    auto fd = io.listen_tcp({address, 443});
    PULTER_CHECK(fd);
    listeners.push_back(*fd);
  }

  Task<> go(std::vector<net::Endpoint> endpoints, Duration limit) {
    const Instant began = io.now();
    Result<ConnectedSocket> connected = co_await connect_any(scope, endpoints, began + limit);
    took = io.now() - began;
    if (connected) {
      remote = connected->remote;
      connected->stream->close();
    } else {
      error = connected.error();
    }
  }

  /// Connects to the addresses, in this order.
  void connect(const std::vector<net::IpAddress>& addresses, Duration limit = seconds(10)) {
    std::vector<net::Endpoint> endpoints;
    for (const net::IpAddress& address : addresses) endpoints.push_back({address, 443});
    scope.spawn(go(std::move(endpoints), limit));
    while (scope.running() > 0) io.run_once(io.now() + seconds(60));
  }

  SimIo io;
  Scope scope{io};
  std::vector<int> listeners;
  std::optional<net::Endpoint> remote;
  std::optional<Error> error;
  Duration took{};
};

TEST_F(ConnectAny, TheFirstThatAnswersIsTaken) {
  listen(v6(1));
  listen(v4(1));
  connect({v6(1), v4(1)});
  EXPECT_EQ(remote->address, v6(1));
  EXPECT_LT(took, milliseconds(5));
  EXPECT_EQ(io.open_descriptors(), 3U) << "two listeners, and what nobody accepted";
}

TEST_F(ConnectAny, ASilentAddressCostsAQuarterOfASecond) {
  io.drop_packets_to(v6(1));
  listen(v4(1));
  connect({v6(1), v4(1)});
  EXPECT_EQ(remote->address, v4(1));
  EXPECT_GE(took, milliseconds(250));
  EXPECT_LT(took, milliseconds(260));
}

TEST_F(ConnectAny, ARefusalCostsNothing) {
  listen(v4(9));
  connect({v6(1), v4(1), v6(2), v4(9)});
  EXPECT_EQ(remote->address, v4(9));
  EXPECT_LT(took, milliseconds(10));
}

TEST_F(ConnectAny, AllRefuse) {
  connect({v6(1), v4(1)});
  EXPECT_EQ(error->code, ErrorCode::connect_failed);
  EXPECT_NE(error->detail.find("Connection refused"), std::string::npos) << error->detail;
  EXPECT_EQ(io.open_descriptors(), 0U);
}

TEST_F(ConnectAny, AllSilentEndsAtTheDeadline) {
  for (std::uint8_t i = 0; i < 5; ++i) io.drop_packets_to(v4(i));
  connect({v4(0), v4(1), v4(2), v4(3), v4(4)}, seconds(10));
  EXPECT_EQ(error->code, ErrorCode::timed_out);
  EXPECT_EQ(took / milliseconds(1), 10000);
  EXPECT_EQ(io.open_descriptors(), 0U);
}

TEST_F(ConnectAny, ADeadlineBeforeTheLastOneStarts) {
  for (std::uint8_t i = 0; i < 5; ++i) io.drop_packets_to(v4(i));
  connect({v4(0), v4(1), v4(2), v4(3), v4(4)}, milliseconds(400));
  EXPECT_EQ(error->code, ErrorCode::timed_out);
  EXPECT_LE(took, milliseconds(401));
}

TEST_F(ConnectAny, NoDescriptorIsLostUnderFaults) {
  for (std::uint8_t i = 0; i < 4; ++i) listen(v4(i));
  io.set_faults({.connect_refused = 300, .connect_never = 300, .late_completion = 300, .late_cancel = 300});
  for (int round = 0; round < 200; ++round) {
    connect({v4(0), v4(1), v4(2), v4(3)}, seconds(2));
    EXPECT_NE(remote.has_value(), error.has_value());
    remote.reset();
    error.reset();
  }
  io.set_faults({});
  EXPECT_EQ(io.pending_operations(), 0U);
}

TEST_F(ConnectAny, CancelledOnTheWay) {
  io.drop_packets_to(v4(1));
  scope.spawn(go({{v4(1), 443}}, seconds(10)));
  io.run_once(io.now() + milliseconds(50));
  scope.cancel();
  while (scope.running() > 0) io.run_once(io.now() + seconds(1));
  EXPECT_EQ(error->code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace pulter::io
