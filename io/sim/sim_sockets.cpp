#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "codec/base/check.h"
#include "io/sim/sim_io.h"

namespace pulter::io {
namespace {

constexpr std::uint16_t first_ephemeral_port = 20000;

}  // namespace

Result<int> SimIo::open_tcp(net::Family family) {
  const int fd = next_fd_++;
  sockets_[fd].local.address.family = family;
  return fd;
}

Result<int> SimIo::open_unix() {
  const int fd = next_fd_++;
  sockets_[fd].is_unix = true;
  return fd;
}

Result<int> SimIo::listen_tcp(const net::Endpoint& endpoint) {
  net::Endpoint chosen = endpoint;
  if (chosen.port == 0) {
    chosen.port = first_ephemeral_port;
    const auto taken = [&](const auto& each) {
      return !each.second.is_unix && each.second.local.port == chosen.port;
    };
    while (std::any_of(sockets_.begin(), sockets_.end(), taken)) ++chosen.port;
  }
  for (const auto& [fd, each] : sockets_) {
    if (each.state != State::listening || each.is_unix || each.local != chosen) continue;
    return fail(ErrorCode::io_failed, EADDRINUSE,
                "Port " + std::to_string(chosen.port) + " is already listened on. Choose another port.");
  }
  const int fd = next_fd_++;
  Socket& self = sockets_[fd];
  self.state = State::listening;
  self.local = chosen;
  return fd;
}

Result<int> SimIo::listen_unix(const UnixListener& listener) {
  for (const auto& [fd, each] : sockets_) {
    if (each.state != State::listening || !each.is_unix || each.path != listener.path) continue;
    return fail(ErrorCode::conflict, EADDRINUSE,
                "Somebody already answers on " + listener.path + ". Stop it or choose another path.");
  }
  const int fd = next_fd_++;
  Socket& self = sockets_[fd];
  self.state = State::listening;
  self.is_unix = true;
  self.path = listener.path;
  return fd;
}

Result<net::Endpoint> SimIo::local_endpoint(int fd) {
  const Socket* self = socket(fd);
  if (self == nullptr || self->is_unix) return fail(ErrorCode::io_failed, EBADF, "Not a TCP socket.");
  return self->local;
}

Result<net::Endpoint> SimIo::peer_endpoint(int fd) {
  const Socket* self = socket(fd);
  if (self == nullptr || self->is_unix) return fail(ErrorCode::io_failed, EBADF, "Not a TCP socket.");
  if (self->state != State::connected)
    return fail(ErrorCode::io_failed, ENOTCONN, "The socket is not connected.");
  return self->remote;
}

PeerCredentials SimIo::peer_credentials(int fd) {
  const Socket* self = socket(fd);
  return self != nullptr && self->is_unix ? settings_.peer : PeerCredentials{};
}

void SimIo::shutdown(int fd) noexcept {
  Socket* self = socket(fd);
  if (self == nullptr || self->shut) return;
  self->shut = true;
  if (self->state == State::listening) return advance_acceptors(fd);
  end_stream_to(self->peer);
  advance_receivers(fd);
  advance_senders(fd);
  if (self->is_unix) advance_senders(self->peer);
}

void SimIo::close(int fd) noexcept {
  Socket* self = socket(fd);
  if (self == nullptr) return discard(fd);
  PULTER_CHECK(self->pending == 0);
  for (const int waiting : self->accepted) {
    const int client = socket(waiting)->peer;
    sockets_.erase(waiting);
    if (socket(client) == nullptr) continue;
    socket(client)->peer = -1;
    schedule(now_ + latency(), EventKind::reset, {}, client);
  }
  if (Socket* peer = socket(self->peer)) {
    // Closing with unread bytes is a reset, as in Linux; without them it is an orderly end.
    peer->peer = -1;
    if (self->inbox_bytes > 0) {
      schedule(now_ + latency(), EventKind::reset, {}, self->peer);
    } else {
      end_stream_to(self->peer);
    }
    advance_senders(self->peer);
  }
  for (const Packet& packet : self->inbox) discard(packet.passed_fd);
  discard(self->passing_fd);
  sockets_.erase(fd);
}

void SimIo::discard(int fd) {
  if (fd < 0) return;
  if (fd >= first_descriptor) {
    if (socket(fd) != nullptr) close(fd);
    return;
  }
  ::close(fd);
}

std::pair<int, int> SimIo::open_pair() {
  const int first = next_fd_++;
  const int second = next_fd_++;
  sockets_[first].is_unix = sockets_[second].is_unix = true;
  sockets_[first].state = sockets_[second].state = State::connected;
  sockets_[first].peer = second;
  sockets_[second].peer = first;
  return {first, second};
}

void SimIo::reset(int fd) {
  reset_now(fd);
}

void SimIo::pass_descriptor(int fd, int passed) {
  PULTER_CHECK(socket(fd) != nullptr);
  discard(std::exchange(socket(fd)->passing_fd, passed));
}

}  // namespace pulter::io
