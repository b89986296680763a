#include <algorithm>
#include <cerrno>

#include "codec/base/check.h"
#include "io/sim/sim_io.h"

namespace pulter::io {

SimIo::Socket* SimIo::socket(int fd) noexcept {
  const auto found = sockets_.find(fd);
  return found == sockets_.end() ? nullptr : &found->second;
}

void SimIo::start(Ticket ticket) {
  Op& op = *find(ticket)->op;
  Socket* self = socket(op.fd);
  if (self == nullptr) return settle(ticket, -EBADF);
  switch (op.kind) {
    case OpKind::accept:
      if (self->state != State::listening) return settle(ticket, -EINVAL);
      self->acceptors.push_back(ticket);
      return advance_acceptors(op.fd);
    case OpKind::connect:
    case OpKind::connect_unix:
      return start_connect(ticket);
    case OpKind::send:
    case OpKind::writable:
      return start_send(ticket, *self);
    default:
      break;
  }
  if (self->state == State::fresh) return settle(ticket, -ENOTCONN);
  self->receivers.push_back(ticket);
  advance_receivers(op.fd);
}

void SimIo::start_connect(Ticket ticket) {
  const Op& op = *find(ticket)->op;
  if (socket(op.fd)->state != State::fresh) return settle(ticket, -EISCONN);
  if (op.kind == OpKind::connect) {
    if (random_.hits(faults_.connect_refused)) return settle(ticket, -ECONNREFUSED, 2 * latency());
    if (random_.hits(faults_.connect_unreachable)) return settle(ticket, -EHOSTUNREACH, 2 * latency());
    if (random_.hits(faults_.connect_never)) return;
    if (std::find(silent_.begin(), silent_.end(), op.endpoint.address) != silent_.end()) return;
  }
  schedule(now_ + latency(), EventKind::connect, ticket);
}

void SimIo::arrive_connect(Ticket ticket) {
  const Op& op = *find(ticket)->op;
  const int listener = find_listener(op);
  if (listener < 0) return settle(ticket, op.kind == OpKind::connect ? -ECONNREFUSED : -ENOENT, latency());
  Socket& self = *socket(op.fd);
  self.remote = op.endpoint;
  self.local.address = own_address_towards(op.endpoint.address);
  self.local.port = next_port_++;
  const int server = join_pair(op.fd, listener);
  socket(listener)->accepted.push_back(server);
  settle(ticket, 0, latency());
  advance_acceptors(listener);
  advance_receivers(listener);
}

/// Loopback and this machine itself are reached from the very address that is dialled, as in Linux.
net::IpAddress SimIo::own_address_towards(const net::IpAddress& remote) const {
  const bool is_ipv4 = remote.family == net::Family::ipv4;
  net::IpAddress loopback6{net::Family::ipv6, {}};
  loopback6.bytes[15] = 1;
  if (is_ipv4 ? remote.bytes[0] == 127 : remote == loopback6) return remote;
  return is_ipv4 ? settings_.own_ipv4 : settings_.own_ipv6;
}

int SimIo::find_listener(const Op& op) const {
  const std::string_view path =
      op.kind == OpKind::connect_unix ? std::string_view(op.data, op.size) : std::string_view();
  for (const auto& [fd, each] : sockets_) {
    if (each.state != State::listening || each.shut) continue;
    if (each.is_unix != (op.kind == OpKind::connect_unix)) continue;
    if (each.is_unix) {
      if (each.path == path) return fd;
      continue;
    }
    const bool any = each.local.address.bytes == net::IpAddress{}.bytes;
    const bool same = each.local.address == op.endpoint.address;
    if (each.local.port == op.endpoint.port && (any || same)) return fd;
  }
  return -1;
}

int SimIo::join_pair(int client, int listener) {
  Socket& self = *socket(client);
  const int fd = next_fd_++;
  Socket& server = sockets_[fd];
  server.state = self.state = State::connected;
  server.is_unix = self.is_unix;
  server.local = self.remote;
  server.remote = self.local;
  server.path = socket(listener)->path;
  server.peer = client;
  self.peer = fd;
  return fd;
}

void SimIo::advance_acceptors(int fd) {
  Socket& self = *socket(fd);
  while (!self.acceptors.empty() && (!self.accepted.empty() || self.shut)) {
    const Ticket ticket = self.acceptors.front();
    self.acceptors.pop_front();
    const Pending* pending = find(ticket);
    if (pending == nullptr || pending->settled) continue;
    if (self.shut) {
      settle(ticket, -EINVAL);
    } else if (random_.hits(faults_.accept_failed)) {
      settle(ticket, -EMFILE);
    } else {
      settle(ticket, self.accepted.front());
      self.accepted.pop_front();
    }
  }
}

void SimIo::advance_receivers(int fd) {
  Socket* self = socket(fd);
  if (self == nullptr) return;
  while (!self->receivers.empty()) {
    const Ticket ticket = self->receivers.front();
    Pending* pending = find(ticket);
    if (pending != nullptr && !pending->settled) {
      std::int32_t result = 0;
      if (!receive_some(*pending, *self, &result)) return;
      settle(ticket, result);
    }
    self->receivers.pop_front();
  }
}

bool SimIo::receive_some(Pending& pending, Socket& self, std::int32_t* result) {
  const bool ended = self.reset || self.shut || self.end_arrival <= now_;
  std::size_t available = 0;
  for (const Packet& packet : self.inbox) {
    // Bytes that carry a descriptor are not merged with others (unix(7)).
    if (packet.arrival > now_ || (available > 0 && packet.passed_fd >= 0)) break;
    available += packet.bytes.size() - packet.taken;
    if (packet.passed_fd >= 0) break;
  }
  *result = 0;
  if (pending.op->kind == OpKind::readable) return ended || available > 0 || !self.accepted.empty();
  if (available > 0) {
    std::size_t count = std::min(available, pending.op->size);
    if (random_.hits(faults_.one_byte_receive)) count = std::min<std::size_t>(count, 1);
    if (random_.hits(faults_.short_receive)) count = 1 + random_.below(count);
    take_bytes(pending, self, count);
    *result = static_cast<std::int32_t>(count);
    return true;
  }
  if (self.reset && !self.reset_told) {
    self.reset_told = true;
    *result = -ECONNRESET;
  }
  return ended;
}

void SimIo::take_bytes(Pending& pending, Socket& self, std::size_t count) {
  self.inbox_bytes -= count;
  while (count > 0) {
    Packet& packet = self.inbox.front();
    const std::size_t part = std::min(count, packet.bytes.size() - packet.taken);
    pending.received.append(packet.bytes, packet.taken, part);
    packet.taken += part;
    count -= part;
    if (const int passed = std::exchange(packet.passed_fd, -1); passed >= 0) {
      if (pending.op->kind == OpKind::receive_message) {
        pending.passed_fd = passed;
      } else {
        discard(passed);
      }
    }
    if (packet.taken == packet.bytes.size()) self.inbox.pop_front();
  }
  if (self.peer >= 0) advance_senders(self.peer);
}

void SimIo::start_send(Ticket ticket, Socket& self) {
  Pending& pending = *find(ticket);
  if (self.state != State::connected) return settle(ticket, -EPIPE);
  pending.send_limit = pending.op->size;
  if (pending.op->kind == OpKind::send) {
    if (random_.hits(faults_.short_send)) pending.send_limit = 1 + random_.below(pending.op->size);
    if (random_.hits(faults_.reset_in_send)) {
      pending.send_limit = random_.below(pending.op->size + 1);
      pending.resets = true;
    }
  }
  self.senders.push_back(ticket);
  advance_senders(pending.op->fd);
}

void SimIo::advance_senders(int fd) {
  Socket* self = socket(fd);
  if (self == nullptr) return;
  while (!self->senders.empty()) {
    const Ticket ticket = self->senders.front();
    Pending* pending = find(ticket);
    if (pending != nullptr && !pending->settled) {
      std::int32_t result = 0;
      if (!send_some(*pending, *self, &result)) return;
      settle(ticket, result);
    }
    self->senders.pop_front();
  }
}

bool SimIo::send_some(Pending& pending, Socket& self, std::int32_t* result) {
  const Op& op = *pending.op;
  const Socket* peer = socket(self.peer);
  const bool broken = self.reset || self.shut || (self.is_unix && (peer == nullptr || peer->shut));
  const std::size_t used = peer == nullptr ? 0 : std::min(peer->inbox_bytes, settings_.socket_buffer_bytes);
  const std::size_t room = settings_.socket_buffer_bytes - used;
  if (op.kind == OpKind::writable) return broken || room > 0;
  if (broken) {
    const bool tell = self.reset && !self.reset_told;
    if (tell && pending.sent == 0) self.reset_told = true;
    *result = pending.sent > 0 ? static_cast<std::int32_t>(pending.sent) : tell ? -ECONNRESET : -EPIPE;
    return true;
  }
  if (peer == nullptr) {
    // The other end is closed: these bytes are answered with a RST.
    *result = static_cast<std::int32_t>(pending.send_limit);
    schedule(now_ + latency(), EventKind::reset, {}, op.fd);
    return true;
  }
  const std::size_t part = std::min(room, pending.send_limit - pending.sent);
  if (part > 0) post_packet(self, std::string_view(op.data + pending.sent, part));
  pending.sent += part;
  if (pending.sent < pending.send_limit) return false;
  if (pending.resets) schedule(now_, EventKind::reset, {}, op.fd);
  // As in a kernel, bytes that were taken count: only a send that took none tells of the reset by itself.
  *result = pending.resets && pending.sent == 0 ? -ECONNRESET : static_cast<std::int32_t>(pending.sent);
  return true;
}

void SimIo::post_packet(Socket& self, std::string_view bytes) {
  Socket& peer = *socket(self.peer);
  peer.last_arrival = std::max(peer.last_arrival, now_ + latency());
  peer.inbox_bytes += bytes.size();
  peer.inbox.push_back(Packet{peer.last_arrival, std::string(bytes), 0, std::exchange(self.passing_fd, -1)});
  schedule(peer.last_arrival, EventKind::deliver, {}, self.peer);
}

void SimIo::end_stream_to(int fd) {
  Socket* peer = socket(fd);
  if (peer == nullptr || peer->end_arrival != never) return;
  peer->end_arrival = std::max(peer->last_arrival, now_ + latency());
  schedule(peer->end_arrival, EventKind::deliver, {}, fd);
}

void SimIo::reset_now(int fd) {
  Socket* self = socket(fd);
  if (self == nullptr || self->reset) return;
  self->reset = true;
  // What is on its way arrives with the RST, or is lost with it.
  const bool lost = random_.hits(500);
  while (lost && !self->inbox.empty() && self->inbox.back().arrival > now_) {
    self->inbox_bytes -= self->inbox.back().bytes.size();
    discard(self->inbox.back().passed_fd);
    self->inbox.pop_back();
  }
  for (Packet& packet : self->inbox) packet.arrival = std::min(packet.arrival, now_);
  const int peer = std::exchange(self->peer, -1);
  advance_receivers(fd);
  advance_senders(fd);
  reset_now(peer);
}

}  // namespace pulter::io
