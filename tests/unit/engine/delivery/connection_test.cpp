// What a connection makes of an answer that is read before the kernel says that the request has left.
#include "engine/delivery/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "io/sim/sim_io.h"

namespace pulter::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A stream whose kernel is the test: it says when bytes have left, and what comes.
class HandStream final : public io::Stream {
 public:
  HandStream() = default;

  io::Task<std::int32_t> send_all(io::Scope& scope, std::string_view bytes, io::Instant deadline,
                                  std::uint64_t* sent) override {
    const std::int32_t waited = co_await left_.wait(scope, deadline);
    *sent = std::min<std::uint64_t>(leaves, bytes.size());
    // As a kernel's send: what had left before a cancel arrived counts.
    co_return *sent == bytes.size() ? 0 : std::min(waited, 0);
  }
  io::Task<std::int32_t> receive(io::Scope& scope, std::span<char> into, io::Instant deadline) override {
    const std::int32_t waited = co_await comes_.wait(scope, deadline);
    if (waited < 0) co_return waited;
    std::copy(ok.begin(), ok.end(), into.begin());
    co_return static_cast<std::int32_t>(ok.size());
  }
  io::Task<std::int32_t> readable(io::Scope& scope, io::Instant deadline) override {
    return comes_.wait(scope, deadline);
  }
  io::Task<> shutdown(io::Scope&, io::Instant) override { co_return; }
  void cut() noexcept override {}
  void close() noexcept override {}
  [[nodiscard]] int fd() const noexcept override { return -1; }

  void answer() { comes_.set(); }
  void let_leave() { left_.set(); }
  std::uint64_t leaves = 0;  ///< bytes that have left when the send ends

 private:
  io::Event left_;
  io::Event comes_;
};

class EarlyAnswer : public testing::Test {
 protected:
  EarlyAnswer() : connection_(scope_) {
    auto stream = std::make_unique<HandStream>();
    stream_ = stream.get();
    connection_.start(std::move(stream));
  }
  ~EarlyAnswer() override {
    scope_.spawn(close());
    turn();
  }
  io::Task<> close() { co_await connection_.close(); }
  io::Task<> exchange(std::string request) {
    connection_.expect_answer(request.size());
    std::uint64_t sent = 0;
    const io::Instant deadline = io_.now() + 10s;
    sent_result_ = co_await connection_.send(request, deadline, &sent);
    const auto answered = co_await connection_.wait_answer(deadline);
    answered_ = answered.has_value();
  }
  void turn() {
    const io::Instant until = io_.now() + 1ms;
    while (io_.now() < until) io_.run_once(until);
  }

  io::SimIo io_{{.seed = 7}};
  io::Scope scope_{io_};
  Connection connection_;
  HandStream* stream_ = nullptr;
  std::int32_t sent_result_ = 1;
  std::optional<bool> answered_;
};

TEST_F(EarlyAnswer, ToAWholeRequestKeepsTheConnection) {
  for (int number = 0; number < 3; ++number) {
    answered_.reset();
    scope_.spawn(exchange("POST / whole"));
    stream_->leaves = 12;
    stream_->answer();
    turn();
    EXPECT_EQ(sent_result_, 0);
    EXPECT_EQ(answered_, true);
    EXPECT_TRUE(connection_.alive());
    EXPECT_FALSE(connection_.spent());
  }
}

TEST_F(EarlyAnswer, ToHalfARequestStopsTheRest) {
  scope_.spawn(exchange("POST / half"));
  stream_->leaves = 4;
  stream_->answer();
  turn();
  EXPECT_EQ(sent_result_, -ECANCELED);
  EXPECT_EQ(answered_, true);
}

TEST_F(EarlyAnswer, TheUsualOrderIsUntouched) {
  scope_.spawn(exchange("POST / usual"));
  stream_->leaves = 12;
  stream_->let_leave();
  turn();
  EXPECT_EQ(sent_result_, 0);
  EXPECT_FALSE(answered_.has_value());
  stream_->answer();
  turn();
  EXPECT_EQ(answered_, true);
  EXPECT_TRUE(connection_.alive());
}

}  // namespace
}  // namespace pulter::delivery
