#include "engine/delivery/connection.h"

#include <cerrno>
#include <utility>

#include "codec/base/check.h"
#include "engine/limits.h"
#include "io/system_error.h"

namespace pulter::delivery {

Connection::Connection(io::Scope& lane) : scope_(lane.io(), &lane) {
  sending_.emplace(lane.io(), &scope_);
}

Connection::~Connection() {
  PULTER_CHECK(stream_ == nullptr);
}

void Connection::start(std::unique_ptr<io::Stream> stream, std::string remote_address) {
  remote_address_ = std::move(remote_address);
  PULTER_CHECK(stream_ == nullptr);
  stream_ = std::move(stream);
  scope_.spawn(read());
}

void Connection::expect_answer(std::uint64_t request_bytes) {
  PULTER_CHECK(!expecting_);
  ++requests_;
  reader_.reset();
  verdict_ = {};
  ended_.clear();
  first_byte_at_ = last_byte_at_ = io::never;
  unsent_ = request_bytes;
  stop_sending_ = false;
  expecting_ = true;
}

io::Task<std::int32_t> Connection::send(std::string_view bytes, io::Instant deadline, std::uint64_t* sent) {
  *sent = 0;
  if (stop_sending_) co_return -ECANCELED;
  is_sending_ = true;
  const std::int32_t result = co_await stream_->send_all(*sending_, bytes, deadline, sent);
  is_sending_ = false;
  unsent_ -= *sent;
  if (!stop_sending_) co_return result;
  // The peer answered so fast that its answer was read before the kernel said that the last byte had left.
  // Nothing was held back then, and the connection is as good as before.
  if (unsent_ > 0) co_return -ECANCELED;
  stop_sending_ = false;
  sending_.emplace(scope_.io(), &scope_);
  co_return 0;
}

io::Task<std::int32_t> Connection::wait_writable(io::Instant deadline) {
  if (stop_sending_) co_return -ECANCELED;
  is_sending_ = true;
  const std::int32_t result = co_await io::writable(*sending_, stream_->fd(), deadline);
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
    const std::int32_t received = co_await stream_->receive(scope_, buffer_, io::never);
    if (!expecting_) break;
    if (received <= 0) {
      end_answer(end_of_reading(received));
      break;
    }
    last_byte_at_ = scope_.io().now();
    if (first_byte_at_ == io::never) first_byte_at_ = last_byte_at_;
    Result<> taken = take(std::string_view(buffer_.data(), static_cast<std::size_t>(received)));
    if (!taken) break;
  }
  dead_ = true;
}

/// What the end of the stream means to the answer that is being read.
Result<> Connection::end_of_reading(std::int32_t received) {
  if (received == 0) {
    auto ended = reader_.end_of_stream();
    return ended ? Result<>() : Result<>(std::unexpected(std::move(ended.error())));
  }
  if (received == -ECANCELED) return fail(ErrorCode::cancelled, "Waiting for the answer was stopped.");
  if (const Error* why = failure()) return std::unexpected(*why);
  return fail(ErrorCode::receive_failed, -received,
              "The connection broke before the answer was complete: " + io::describe_errno(-received) + ".");
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
  if (unsent_ == 0) return;
  // An early answer: what has not left yet must not leave. Then the connection is of no use afterwards, and
  // the attempt retires it.
  stop_sending_ = true;
  if (is_sending_) sending_->cancel();
}

io::Task<> Connection::close() {
  if (stream_ == nullptr) co_return;
  const io::Instant patience = scope_.io().now() + limits::close_time_max;
  co_await stream_->shutdown(scope_, patience);
  stream_->cut();
  scope_.cancel();
  co_await scope_.join();
  stream_.reset();
}

}  // namespace pulter::delivery
