#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/http/response_reader.h"
#include "io/net/stream.h"
#include "io/scope.h"

namespace pulter::delivery {

/// One connection of one lane, plain or encrypted, kept alive between requests.
///
/// A flow of its own reads for as long as the connection lives. Bytes that come while no answer is expected
/// belong to nobody, so they end the connection: an answer can never be taken for the next request's
/// (architecture, section 3, point 12). An answer that comes while the request is still leaving stops the
/// sending. Owned by its lane; `close` must be awaited before it is destroyed.
class Connection {
 public:
  explicit Connection(io::Scope& lane);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes a stream to the receiver over, and starts to read it. Once only. `remote_address` is where it
  /// leads, for the log.
  void start(std::unique_ptr<io::Stream> stream, std::string remote_address = {});
  [[nodiscard]] const std::string& remote_address() const noexcept { return remote_address_; }
  /// Open, nothing stray came, the peer has not closed as far as is known.
  [[nodiscard]] bool alive() const noexcept { return stream_ != nullptr && !dead_; }
  /// Was open and can carry nothing more: to be closed, and another one made.
  [[nodiscard]] bool spent() const noexcept { return stream_ != nullptr && dead_; }
  /// Carries no further request: where it leads is not wanted any more.
  void retire() noexcept { dead_ = dead_ || stream_ != nullptr; }
  [[nodiscard]] bool used() const noexcept { return requests_ > 0; }

  /// From here on bytes belong to the answer of the request of `request_bytes` that is about to leave.
  void expect_answer(std::uint64_t request_bytes);
  /// Sends bytes of the request. -ECANCELED with `answered()` true: the answer came before all of the request
  /// had left. (Where only the news of the last byte's leaving comes after the answer, nothing is amiss.)
  /// After -ETIMEDOUT
  /// the next send must go on at exactly the byte after `*sent`, with the same bytes.
  io::Task<std::int32_t> send(std::string_view bytes, io::Instant deadline, std::uint64_t* sent);
  /// Waits until the socket takes bytes again.
  io::Task<std::int32_t> wait_writable(io::Instant deadline);
  /// Why the stream broke, where an errno cannot say it (TLS); null otherwise.
  [[nodiscard]] const Error* failure() const noexcept {
    return stream_ == nullptr ? nullptr : stream_->failure();
  }
  /// Waits for the answer's end, or its failure. Errors: connection_closed, bad_response, response_too_large,
  /// timed_out, receive_failed, tls_failed, cancelled. Afterwards `alive` says whether the connection can
  /// carry the next request.
  io::Task<Result<>> wait_answer(io::Instant deadline);
  [[nodiscard]] bool answered() const noexcept { return !expecting_ && requests_ > 0; }
  [[nodiscard]] const http::ResponseReader& answer() const noexcept { return reader_; }
  [[nodiscard]] io::Instant first_byte_at() const noexcept { return first_byte_at_; }
  [[nodiscard]] io::Instant last_byte_at() const noexcept { return last_byte_at_; }

  /// Says good-bye, ends both directions, waits for what is pending, closes.
  io::Task<> close();

 private:
  io::Task<> read();
  Result<> end_of_reading(std::int32_t received);
  void end_answer(Result<> verdict);
  Result<> take(std::string_view bytes);

  io::Scope scope_;
  std::optional<io::Scope> sending_;  ///< made anew after a cancel that came too late to stop anything
  std::unique_ptr<io::Stream> stream_;
  bool dead_ = false;
  bool expecting_ = false;
  bool is_sending_ = false;
  std::uint64_t unsent_ = 0;   ///< bytes of the request that have not left, as far as is known
  bool stop_sending_ = false;  ///< the answer is there: what has not left must not leave
  std::string remote_address_;
  std::uint64_t requests_ = 0;
  http::ResponseReader reader_;
  Result<> verdict_;
  io::Event ended_;
  io::Instant first_byte_at_ = io::never;
  io::Instant last_byte_at_ = io::never;
  // Answers are small; a larger one is read piece by piece into the reader's bounded memory.
  std::array<char, 2048> buffer_;
};

}  // namespace pulter::delivery
