#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/base/result.h"
#include "io/scope.h"

namespace pulter::io {

/// A connected byte stream in both directions, plain or encrypted: what an HTTP client or server reads and
/// writes.
///
/// At most one send and one receive at a time, from flows of the Io that made it. Results are those of the
/// kernel: ≥ 0, or -errno (-ETIMEDOUT, -ECANCELED, -EPIPE, -ECONNRESET, …). Owns its descriptor.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// All of `bytes`, which stay alive and unchanged until the end. 0, or -errno; `*sent` (may be null) counts
  /// what left, also when it fails.
  virtual Task<std::int32_t> send_all(Scope& scope, std::string_view bytes, Instant deadline,
                                      std::uint64_t* sent = nullptr) = 0;
  /// 1 … into.size() bytes; 0 at the end of the stream.
  virtual Task<std::int32_t> receive(Scope& scope, std::span<char> into, Instant deadline) = 0;
  /// Completes with 0 once there is something to receive, the end included: watches an idle connection.
  virtual Task<std::int32_t> readable(Scope& scope, Instant deadline) = 0;
  /// Says good-bye as the protocol wants it, then ends both directions: pending sends and receives complete.
  virtual Task<> shutdown(Scope& scope, Instant deadline) = 0;
  /// Ends both directions at once, without a word. From anywhere on the Io's thread.
  virtual void cut() noexcept = 0;
  /// Gives the descriptor back; nothing may be pending. The destructor does it too.
  virtual void close() noexcept = 0;
  /// The socket below, for the Io's questions about it; -1 once closed.
  [[nodiscard]] virtual int fd() const noexcept = 0;
  /// Why the last call failed, where an errno cannot say it (TLS); null otherwise. Stays until the stream
  /// ends.
  [[nodiscard]] virtual const Error* failure() const noexcept { return nullptr; }
};

/// A Stream over a bare socket, TCP or Unix.
class TcpStream final : public Stream {
 public:
  /// Takes the connected socket `fd` over.
  TcpStream(Io& io, int fd) noexcept : io_(io), fd_(fd) {}
  ~TcpStream() override { close(); }

  Task<std::int32_t> send_all(Scope& scope, std::string_view bytes, Instant deadline,
                              std::uint64_t* sent) override;
  Task<std::int32_t> receive(Scope& scope, std::span<char> into, Instant deadline) override;
  Task<std::int32_t> readable(Scope& scope, Instant deadline) override;
  Task<> shutdown(Scope& scope, Instant deadline) override;
  void cut() noexcept override;
  void close() noexcept override;
  [[nodiscard]] int fd() const noexcept override { return fd_; }

 private:
  Io& io_;
  int fd_;
};

}  // namespace pulter::io
