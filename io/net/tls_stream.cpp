#include "io/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "codec/base/check.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

// A last word is worth no more waiting than this.
constexpr Duration alert_patience = std::chrono::milliseconds(100);

}  // namespace

/// The two ends that BoringSSL sees: it reads from `input_` and appends to `output_`.
struct TlsStream::Bio {
  static TlsStream& stream(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    TlsStream& self = stream(bio);
    BIO_clear_retry_flags(bio);
    const std::size_t count = std::min(self.input_end_ - self.input_begin_, static_cast<std::size_t>(size));
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(into, self.input_.data() + self.input_begin_, count);
    self.input_begin_ += count;
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    TlsStream& self = stream(bio);
    BIO_clear_retry_flags(bio);
    if (!self.output_) self.output_ = TlsBuffers::take_small();
    const std::size_t count = std::min(self.output_.size - self.output_end_, static_cast<std::size_t>(size));
    if (count == 0) {
      BIO_set_retry_write(bio);
      return -1;
    }
    std::memcpy(self.output_.bytes.get() + self.output_end_, bytes, count);
    self.output_end_ += count;
    return static_cast<int>(count);
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index(), "stream");
      BIO_meth_set_read(fresh, read);
      BIO_meth_set_write(fresh, write);
      BIO_meth_set_ctrl(fresh, control);
      return fresh;
    }();
    return made;
  }
};

TlsStream::TlsStream(std::unique_ptr<Stream> below, TlsHandle ssl, TlsShared& shared, Io& io,
                     std::string peer, std::string session_key)
    : below_(std::move(below)),
      ssl_(std::move(ssl)),
      shared_(shared),
      io_(io),
      peer_(std::move(peer)),
      session_key_(std::move(session_key)) {
  BIO* bio = BIO_new(Bio::method());
  PULTER_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
}

TlsStream::~TlsStream() {
  shared_.buffers.give_back(std::move(output_));
}

std::int32_t TlsStream::fail_with(Error error) {
  if (!failed_) failure_ = std::move(error);
  failed_ = true;
  return -EPROTO;
}

std::int32_t TlsStream::fail_with_queue() {
  return fail_with(tls_error(refusal_, peer_));
}

/// Sends what was encrypted. One flow at a time does it, for all.
Task<std::int32_t> TlsStream::flush(Scope& scope, Instant deadline) {
  is_flushing_ = true;
  std::int32_t result = 0;
  while (output_begin_ < output_end_ && result == 0) {
    const std::string_view rest(output_.bytes.get() + output_begin_, output_end_ - output_begin_);
    std::uint64_t left = 0;
    result = co_await below_->send_all(scope, rest, deadline, &left);
    output_begin_ += static_cast<std::size_t>(left);
  }
  is_flushing_ = false;
  if (output_begin_ == output_end_) {
    output_begin_ = output_end_ = 0;
    shared_.buffers.give_back(std::exchange(output_, {}));
  }
  co_return result;
}

/// Waits for bytes from below: their number, or what ended the stream.
Task<std::int32_t> TlsStream::fill(Scope& scope, Instant deadline) {
  PULTER_CHECK(input_begin_ == input_end_);
  input_begin_ = input_end_ = 0;
  const std::int32_t received = co_await below_->receive(scope, input_, deadline);
  if (received > 0) input_end_ = static_cast<std::size_t>(received);
  co_return received;
}

Task<Result<>> TlsStream::handshake(Scope& scope, Instant deadline) {
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    const int why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), done);
    if (why != SSL_ERROR_NONE && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) fail_with_queue();
    const Instant until = failed_ ? std::min(deadline, io_.now() + alert_patience) : deadline;
    std::int32_t result = co_await flush(scope, until);
    if (failed_) co_return std::unexpected(failure_);
    if (result == 0 && why == SSL_ERROR_NONE) co_return Result<>();
    if (result == 0 && why == SSL_ERROR_WANT_READ) {
      result = co_await fill(scope, deadline);
      if (result > 0) handshake_bytes_ += static_cast<std::size_t>(result);
      if (result == 0) result = -EPIPE;
      if (handshake_bytes_ > handshake_bytes_max) result = -EMSGSIZE;
    }
    if (result < 0) {
      fail_with(handshake_error(result));
      co_return std::unexpected(failure_);
    }
  }
}

Error TlsStream::handshake_error(std::int32_t result) const {
  switch (result) {
    case -ETIMEDOUT:
      return {ErrorCode::timed_out, -result,
              "The TLS handshake with " + peer_ + " took longer than its time limit."};
    case -ECANCELED:
      return {ErrorCode::cancelled, -result, "The TLS handshake with " + peer_ + " was stopped."};
    case -EPIPE:
      return {ErrorCode::tls_failed, -result,
              "TLS with " + peer_ + " failed: it closed the connection during the handshake."};
    case -EMSGSIZE:
      return {ErrorCode::tls_failed, -result,
              "TLS with " + peer_ + " failed: its handshake is longer than " +
                  std::to_string(handshake_bytes_max / 1024) + " KiB."};
    default:
      return {ErrorCode::tls_failed, -result,
              "TLS with " + peer_ + " failed: the connection broke during the handshake (" +
                  describe_errno(-result) + ")."};
  }
}

Task<std::int32_t> TlsStream::send_all(Scope& scope, std::string_view bytes, Instant deadline,
                                       std::uint64_t* sent) {
  std::uint64_t unwanted = 0;
  std::uint64_t& count = sent != nullptr ? *sent : unwanted;
  count = 0;
  if (failed_) co_return -EPROTO;
  std::int32_t result = co_await flush(scope, deadline);
  while (result == 0) {
    // What waited has left: bytes that the caller gave before and gives again.
    PULTER_CHECK(waiting_plain_bytes_ <= bytes.size() - count);
    count += std::exchange(waiting_plain_bytes_, 0);
    if (count == bytes.size()) co_return 0;
    const std::string_view rest = bytes.substr(static_cast<std::size_t>(count));
    result = co_await encrypt(scope, rest, deadline);
  }
  co_return result;
}

/// Encrypts as much of `bytes` as the output buffer takes, and sends it.
Task<std::int32_t> TlsStream::encrypt(Scope& scope, std::string_view bytes, Instant deadline) {
  if (!output_) output_ = shared_.buffers.take();
  const std::size_t part = std::min(bytes.size(), TlsBuffers::plain_bytes(output_));
  while (true) {
    ERR_clear_error();
    const int written = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(part));
    if (written > 0) {
      waiting_plain_bytes_ = static_cast<std::size_t>(written);
      co_return co_await flush(scope, deadline);
    }
    // An alert took the last of the room: make some, then say the same again.
    if (SSL_get_error(ssl_.get(), written) != SSL_ERROR_WANT_WRITE) co_return fail_with_queue();
    const std::int32_t flushed = co_await flush(scope, deadline);
    if (flushed < 0) co_return flushed;
  }
}

Task<std::int32_t> TlsStream::receive(Scope& scope, std::span<char> into, Instant deadline) {
  while (!failed_ && !closed_by_peer_) {
    ERR_clear_error();
    const int count = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
    if (tickets_ > tickets_max) {
      fail_with({ErrorCode::tls_failed, -1,
                 "TLS with " + peer_ + " failed: it sends session tickets without end."});
      break;
    }
    if (count > 0) co_return count;
    const int why = SSL_get_error(ssl_.get(), count);
    if (why == SSL_ERROR_ZERO_RETURN) {
      closed_by_peer_ = true;
      break;
    }
    if (why != SSL_ERROR_WANT_READ) {
      fail_with_queue();
      break;
    }
    const std::int32_t filled = co_await fill(scope, deadline);
    if (filled < 0) co_return filled;
    if (filled > 0) continue;
    fail_with({ErrorCode::connection_closed, 0,
               peer_ + " cut the TLS connection off without closing it (no close_notify), so the answer may "
                       "be cut too."});
  }
  if (!failed_) co_return 0;
  // The alert that names our reason, as far as it leaves at once.
  if (!is_flushing_ && output_begin_ < output_end_) {
    const Instant until = std::min(deadline, io_.now() + alert_patience);
    co_await flush(scope, until);
  }
  co_return -EPROTO;
}

Task<std::int32_t> TlsStream::readable(Scope& scope, Instant deadline) {
  if (failed_ || closed_by_peer_ || input_begin_ < input_end_ || SSL_pending(ssl_.get()) > 0) co_return 0;
  co_return co_await below_->readable(scope, deadline);
}

Task<> TlsStream::shutdown(Scope& scope, Instant deadline) {
  const bool is_clean =
      !failed_ && !is_flushing_ && output_begin_ == output_end_ && SSL_in_init(ssl_.get()) == 0;
  if (is_clean) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    co_await flush(scope, deadline);
  }
  co_await below_->shutdown(scope, deadline);
}

void TlsStream::cut() noexcept {
  below_->cut();
}

void TlsStream::close() noexcept {
  below_->close();
}

bool TlsStream::resumed() const noexcept {
  return SSL_session_reused(ssl_.get()) == 1;
}

std::string TlsStream::version() const {
  return SSL_get_version(ssl_.get());
}

void TlsStream::keep_session(TlsSession session) {
  ++tickets_;
  if (!session_key_.empty() && tickets_ <= tickets_max) {
    shared_.sessions.put(session_key_, std::move(session), io_.now());
  }
}

}  // namespace pulter::io
