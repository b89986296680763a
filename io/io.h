#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "io/op.h"
#include "io/time.h"

namespace pulter::io {

/// Who is at the other end of a Unix socket (SO_PEERCRED).
struct PeerCredentials {
  std::int64_t pid = -1;
  std::int64_t uid = -1;
  std::int64_t gid = -1;
};

/// How a listening socket is made.
struct UnixListener {
  std::string path;
  std::uint32_t mode = 0660;
};

/// The one door to the kernel: sockets, timers, clocks, randomness (architecture, section 3).
///
/// Implemented by `UringIo` and by `SimIo` (one thread, virtual time, one seed). One thread owns an Io and
/// makes every call but `wake`. Engine code sees the world through this interface alone.
class Io {
 public:
  virtual ~Io() = default;
  Io(const Io&) = delete;
  Io& operator=(const Io&) = delete;

  /// Starts one operation. See `Op` for ownership. Never fails: what the kernel refuses completes with
  /// -errno.
  virtual void submit(Op& op) = 0;
  /// Asks for the end of a pending operation. It still completes exactly once: with -ECANCELED, or with what
  /// it had achieved before. No effect on an Op that is not pending.
  virtual void cancel(Op& op) = 0;

  /// One turn: hands what was submitted to the kernel, waits until something completed, `until` came or
  /// `wake` was called, then calls `done` of what completed. Returns the number of completions.
  virtual std::size_t run_once(Instant until) = 0;
  /// Makes a running or the next `run_once` return at once. Any thread.
  virtual void wake() noexcept = 0;

  [[nodiscard]] virtual Instant now() = 0;
  [[nodiscard]] virtual WallTime wall_now() = 0;
  /// Time since boot, suspend included (leases: store.md, point 5).
  [[nodiscard]] virtual Duration boot_now() = 0;
  virtual void random(std::span<std::uint8_t> out) = 0;

  // Calls that return at once.
  /// A TCP socket that is not yet connected, TCP_NODELAY set. Errors: limit_reached (descriptors), io_failed.
  [[nodiscard]] virtual Result<int> open_tcp(net::Family family) = 0;
  [[nodiscard]] virtual Result<int> open_unix() = 0;
  /// Listens; an existing socket file that nobody answers on is replaced. Errors name the address and the
  /// cure.
  [[nodiscard]] virtual Result<int> listen_tcp(const net::Endpoint& endpoint) = 0;
  [[nodiscard]] virtual Result<int> listen_unix(const UnixListener& listener) = 0;
  [[nodiscard]] virtual Result<net::Endpoint> local_endpoint(int fd) = 0;
  /// The address that the kernel says we are connected to: checked again after a connect (security.md, 1).
  [[nodiscard]] virtual Result<net::Endpoint> peer_endpoint(int fd) = 0;
  [[nodiscard]] virtual PeerCredentials peer_credentials(int fd) = 0;
  /// Ends both directions; pending operations on the descriptor complete.
  virtual void shutdown(int fd) noexcept = 0;
  /// Closes. PULTER_CHECKs in debug that no operation of this Io is pending on the descriptor.
  virtual void close(int fd) noexcept = 0;

 protected:
  Io() = default;
};

}  // namespace pulter::io
