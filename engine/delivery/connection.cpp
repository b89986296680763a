#include "engine/delivery/connection.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "codec/base/check.h"

namespace pulter::delivery {
namespace {

std::string errno_text(std::int32_t result) {
  return std::strerror(-result);
}

}  // namespace

Connection::Connection(io::Scope& lane) : scope_(lane.io(), &lane), sending_(lane.io(), &scope_) {}

Connection::~Connection() {
  PULTER_CHECK(fd_ < 0);
}

io::Task<Result<>> Connection::open(const net::Endpoint& endpoint, io::Instant deadline) {
  io::Io& io = scope_.io();
  auto opened = io.open_tcp(endpoint.address.family);
  if (!opened) co_return fail(std::move(opened.error()));
  fd_ = *opened;
  const std::int32_t connected = co_await io::connect(scope_, fd_, endpoint, deadline);
  if (connected < 0) {
    const std::string where = net::to_string(endpoint);
    if (connected == -ETIMEDOUT) {
      co_return fail(ErrorCode::timed_out, "No connection to " + where + " within the time limit of 10 s.");
    }
    if (connected == -ECANCELED)
      co_return fail(ErrorCode::cancelled, "Connecting to " + where + " was stopped.");
    co_return fail(ErrorCode::connect_failed, -connected,
                   "Connecting to " + where + " failed: " + errno_text(connected) + ".");
  }
  auto peer = io.peer_endpoint(fd_);
  if (!peer || peer->address != endpoint.address) {
    co_return fail(ErrorCode::address_refused, "The connection to " + net::to_string(endpoint) +
                                                   " ended up at another address; nothing was sent.");
  }
  scope_.spawn(read());
  co_return Result<>();
}

void Connection::expect_answer() {
  PULTER_CHECK(!expecting_);
  ++requests_;
  reader_.reset();
  verdict_ = {};
  ended_.clear();
  first_byte_at_ = last_byte_at_ = io::never;
  expecting_ = true;
}

io::Task<std::int32_t> Connection::send(std::string_view bytes, io::Instant deadline, std::uint64_t* sent) {
  is_sending_ = true;
  const std::int32_t result = co_await io::send_all(sending_, fd_, bytes, deadline, sent);
  is_sending_ = false;
  co_return result;
}

io::Task<std::int32_t> Connection::wait_writable(io::Instant deadline) {
  is_sending_ = true;
  const std::int32_t result = co_await io::writable(sending_, fd_, deadline);
  is_sending_ = false;
  co_return result;
}

io::Task<Result<>> Connection::wait_answer(io::Instant deadline) {
  if (expecting_) {
    const std::int32_t waited = co_await ended_.wait(scope_, deadline);
    if (expecting_) {
      expecting_ = false;
      dead_ = true;
      if (waited == -ETIMEDOUT) {
        verdict_ = fail(ErrorCode::timed_out, "No complete answer within the webhook's time limit.");
      } else {
        verdict_ = fail(ErrorCode::cancelled, "Waiting for the answer was stopped.");
      }
    }
  }
  if (!verdict_ || !reader_.keep_alive()) dead_ = true;
  co_return verdict_;
}

io::Task<> Connection::read() {
  while (true) {
    const std::int32_t received = co_await io::receive(scope_, fd_, buffer_);
    if (!expecting_) break;
    last_byte_at_ = scope_.io().now();
    if (first_byte_at_ == io::never) first_byte_at_ = last_byte_at_;
    if (received > 0) {
      Result<> taken = take(std::string_view(buffer_.data(), static_cast<std::size_t>(received)));
      if (!taken) break;
      continue;
    }
    if (received == 0) {
      auto ended = reader_.end_of_stream();
      end_answer(ended ? Result<>() : Result<>(std::unexpected(ended.error())));
    } else if (received == -ECANCELED) {
      end_answer(fail(ErrorCode::cancelled, "Waiting for the answer was stopped."));
    } else {
      end_answer(
          fail(ErrorCode::receive_failed, -received, "The connection broke: " + errno_text(received) + "."));
    }
    break;
  }
  dead_ = true;
}

Result<> Connection::take(std::string_view bytes) {
  auto progress = reader_.feed(bytes);
  if (!progress) {
    end_answer(std::unexpected(progress.error()));
    return std::unexpected(progress.error());
  }
  if (*progress == http::ResponseProgress::complete) {
    if (!reader_.keep_alive()) dead_ = true;
    end_answer({});
  }
  return {};
}

void Connection::end_answer(Result<> verdict) {
  expecting_ = false;
  verdict_ = std::move(verdict);
  ended_.set();
  if (!is_sending_) return;
  // An early answer: what has not left yet must not leave. The connection is of no use afterwards.
  dead_ = true;
  sending_.cancel();
}

io::Task<> Connection::close() {
  if (fd_ < 0) co_return;
  scope_.io().shutdown(fd_);
  scope_.cancel();
  co_await scope_.join();
  scope_.io().close(std::exchange(fd_, -1));
}

}  // namespace pulter::delivery
