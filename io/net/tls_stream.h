#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "io/net/stream.h"
#include "io/net/tls_buffers.h"
#include "io/net/tls_error.h"
#include "io/net/tls_sessions.h"
#include "io/net/tls_types.h"

struct bio_st;

namespace pulter::io {

/// What the streams of one shard share.
struct TlsShared {
  TlsBuffers buffers;
  TlsSessions sessions;
};

/// A TLS connection over another stream, client or server side, as the `SSL` it is given was set up.
///
///     send:     plain bytes ─ SSL_write ─▶ output (≤ 256 KiB) ─▶ one send of the stream below
///     receive:  stream below ─▶ input (4 KiB) ─ SSL_read ─▶ plain bytes
///
/// `*sent` counts plain bytes whose ciphertext left whole. A send that ended early (-ETIMEDOUT) may go on
/// only at exactly that byte, with the same bytes: what was encrypted cannot be encrypted a second time. TLS
/// errors are -EPROTO, and `failure` says which. The end of the stream without close_notify is such an error,
/// because somebody on the way may have cut the answer. Memory: the SSL, 4 KiB, and an output buffer while
/// something waits to leave.
class TlsStream final : public Stream {
 public:
  /// Certificates and tickets of a handshake fit many times; a receiver that sends more is up to something.
  static constexpr std::size_t handshake_bytes_max = 256 * 1024;
  static constexpr int tickets_max = 64;

  /// `below` is connected. `shared` outlives the stream. Sessions are kept under `session_key`; empty: not at
  /// all.
  TlsStream(std::unique_ptr<Stream> below, TlsHandle ssl, TlsShared& shared, Io& io, std::string peer,
            std::string session_key);
  ~TlsStream() override;

  /// To be awaited once, before anything else. Errors: tls_failed, timed_out, connection_closed, cancelled,
  /// each with its reason; nothing of a request has left then.
  Task<Result<>> handshake(Scope& scope, Instant deadline);

  Task<std::int32_t> send_all(Scope& scope, std::string_view bytes, Instant deadline,
                              std::uint64_t* sent) override;
  Task<std::int32_t> receive(Scope& scope, std::span<char> into, Instant deadline) override;
  Task<std::int32_t> readable(Scope& scope, Instant deadline) override;
  Task<> shutdown(Scope& scope, Instant deadline) override;
  void cut() noexcept override;
  void close() noexcept override;
  [[nodiscard]] int fd() const noexcept override { return below_->fd(); }
  [[nodiscard]] const Error* failure() const noexcept override { return failed_ ? &failure_ : nullptr; }

  /// The handshake used a session of an earlier connection.
  [[nodiscard]] bool resumed() const noexcept;
  /// "TLSv1.3"
  [[nodiscard]] std::string version() const;

  // For BoringSSL's callbacks.
  [[nodiscard]] TlsRefusal& refusal() noexcept { return refusal_; }
  /// A ticket came: keeps it.
  void keep_session(TlsSession session);

 private:
  struct Bio;
  Task<std::int32_t> flush(Scope& scope, Instant deadline);
  Task<std::int32_t> fill(Scope& scope, Instant deadline);
  Task<std::int32_t> encrypt(Scope& scope, std::string_view bytes, Instant deadline);
  Error handshake_error(std::int32_t result) const;
  std::int32_t fail_with(Error error);
  std::int32_t fail_with_queue();

  std::unique_ptr<Stream> below_;
  TlsHandle ssl_;
  TlsShared& shared_;
  Io& io_;
  std::string peer_;
  std::string session_key_;
  TlsRefusal refusal_;
  Error failure_{ErrorCode::tls_failed, -1, {}};
  bool failed_ = false;
  bool closed_by_peer_ = false;
  bool is_flushing_ = false;
  int tickets_ = 0;
  std::size_t waiting_plain_bytes_ = 0;  ///< encrypted, not yet left whole
  TlsBuffer output_;
  std::size_t output_begin_ = 0;
  std::size_t output_end_ = 0;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::size_t handshake_bytes_ = 0;
  std::array<char, 4096> input_;
};

}  // namespace pulter::io
