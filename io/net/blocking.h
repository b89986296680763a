#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "codec/base/result.h"

// Ordinary blocking descriptors for the command line: it does one thing at a time, so it needs no ring.
// The daemon uses none of this.

namespace pulter::io::blocking {

/// Owns one open descriptor and closes it. Movable, not copyable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
  void close();

 private:
  int number_ = -1;
};

/// Connects to a Unix stream socket. Errors: no_daemon when nothing listens there or the file is missing
/// (`at` is the errno), bad_value when the path is too long, io_failed otherwise.
[[nodiscard]] Result<Descriptor> connect_unix(const std::string& path);

/// Connects to a TCP port of this machine (127.0.0.1). Errors: connect_failed with the errno.
[[nodiscard]] Result<Descriptor> connect_loopback(std::uint16_t port);

/// Listens on 127.0.0.1:`port`; 0 lets the kernel choose (`local_port` tells). The socket does not block.
/// Errors: conflict when the port is taken, io_failed otherwise.
[[nodiscard]] Result<Descriptor> listen_loopback(std::uint16_t port);

/// Listens on `port` at every address of the loopback interface (127.0.0.0/8) and of no other, so that one
/// receiver can stand for many hosts; otherwise like listen_loopback.
[[nodiscard]] Result<Descriptor> listen_loopback_hosts(std::uint16_t port);

/// The port that a socket is bound to.
[[nodiscard]] std::uint16_t local_port(const Descriptor& socket);

/// Takes one waiting connection, set not to block; nothing when none waits. Errors: limit_reached with the
/// errno when no descriptor or no memory is free; the connection waits on then, and its listener stays
/// readable.
[[nodiscard]] Result<std::optional<Descriptor>> accept(const Descriptor& listener);

/// Sends all of `bytes`. Errors: connection_closed when the peer went away, send_failed otherwise.
[[nodiscard]] Result<> send_all(const Descriptor& socket, std::string_view bytes);

/// Sends as much as the socket takes without waiting; 0 when it is full. Same errors as send_all.
[[nodiscard]] Result<std::size_t> send_some(const Descriptor& socket, std::string_view bytes);

/// Sends all of `bytes` over a Unix socket, with a copy of the descriptor `passed` beside the first byte
/// (SCM_RIGHTS, unix(7)). `passed` stays the caller's.
[[nodiscard]] Result<> send_with_descriptor(const Descriptor& socket, std::string_view bytes, int passed);

/// Reads what is there into `into`: 0 at the end of the stream. On a blocking descriptor it waits for the
/// first byte; on one that does not block, nothing waiting gives no value inside.
/// Errors: connection_closed (reset), receive_failed otherwise.
[[nodiscard]] Result<std::optional<std::size_t>> receive(const Descriptor& descriptor, std::span<char> into);

/// Drops up to `limit` received bytes inside the kernel, without a copy to user space (MSG_TRUNC, tcp(7)).
/// Otherwise like receive().
[[nodiscard]] Result<std::optional<std::size_t>> discard(const Descriptor& socket, std::size_t limit);

/// Whether the other side has closed or reset the connection, whatever may still wait to be read.
[[nodiscard]] bool peer_gone(const Descriptor& socket);

/// Half-closes the sending side, so that the peer reads an end of stream.
void shutdown_sending(const Descriptor& socket);

/// Makes close() send a reset instead of an orderly end.
void reset_on_close(const Descriptor& socket);

/// Opens a file for reading. Errors: not_found, forbidden, bad_value (a folder), each naming the path.
[[nodiscard]] Result<Descriptor> open_for_reading(const std::string& path);

/// Opens a file for appending, made if it is missing.
[[nodiscard]] Result<Descriptor> open_for_appending(const std::string& path);

/// Writes a whole file, replacing what was there.
[[nodiscard]] Result<> write_file(const std::string& path, std::string_view bytes);

/// Writes all of `bytes` to any descriptor. Errors: io_failed, disk_full.
[[nodiscard]] Result<> write_all(int number, std::string_view bytes);

/// Makes an unnamed file in TMPDIR or /tmp that vanishes when it is closed.
[[nodiscard]] Result<Descriptor> temporary_file();

/// Copies everything that can be read from `source` into an unnamed temporary file and gives it back,
/// positioned at its start. The bytes lie on disk (TMPDIR or /tmp), not in memory.
[[nodiscard]] Result<Descriptor> copy_to_temporary(int source);

/// Whether the descriptor is an ordinary file, so that it can be mapped and passed to the daemon.
[[nodiscard]] bool is_regular_file(const Descriptor& descriptor);

/// Size in bytes of an ordinary file.
[[nodiscard]] std::uint64_t file_size(const Descriptor& descriptor);

/// Descriptor 0, not owned by the caller's lifetime in any useful way: it stays open.
inline constexpr int standard_input = 0;
inline constexpr int standard_output = 1;
inline constexpr int standard_error = 2;

}  // namespace pulter::io::blocking
