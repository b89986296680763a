#include "io/uring/prepare.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace pulter::io {
namespace {

// One operation moves at most this much; the rest is a short count, which every caller handles.
constexpr std::size_t bytes_max = std::size_t{1} << 30U;

unsigned length_of(const Op& op) noexcept {
  return static_cast<unsigned>(std::min(op.size, bytes_max));
}

void prepare_message(io_uring_sqe& entry, Op& op, OpExtra& extra) noexcept {
  extra.vector = {op.data, op.size};
  extra.message = {};
  extra.message.msg_iov = &extra.vector;
  extra.message.msg_iovlen = 1;
  extra.message.msg_control = extra.control;
  extra.message.msg_controllen = sizeof extra.control;
  io_uring_prep_recvmsg(&entry, op.fd, &extra.message, MSG_CMSG_CLOEXEC);
}

bool prepare_connect(io_uring_sqe& entry, const Op& op, OpExtra& extra) noexcept {
  if (op.kind == OpKind::connect) {
    extra.address = to_socket_address(op.endpoint);
  } else {
    const std::optional<SocketAddress> address = to_socket_address(std::string_view(op.data, op.size));
    if (!address) return false;
    extra.address = *address;
  }
  io_uring_prep_connect(&entry, op.fd, extra.address.get(), extra.address.size);
  return true;
}

}  // namespace

bool prepare(io_uring_sqe& entry, Op& op, OpExtra* extra) noexcept {
  switch (op.kind) {
    case OpKind::accept:
      io_uring_prep_accept(&entry, op.fd, nullptr, nullptr, SOCK_CLOEXEC);
      return true;
    case OpKind::connect:
    case OpKind::connect_unix:
      return prepare_connect(entry, op, *extra);
    case OpKind::send:
      io_uring_prep_send(&entry, op.fd, op.data, length_of(op), MSG_NOSIGNAL | MSG_WAITALL);
      return true;
    case OpKind::receive:
      io_uring_prep_recv(&entry, op.fd, op.data, length_of(op), 0);
      return true;
    case OpKind::receive_message:
      prepare_message(entry, op, *extra);
      return true;
    case OpKind::read:
      io_uring_prep_read(&entry, op.fd, op.data, length_of(op), op.offset);
      return true;
    case OpKind::write:
      io_uring_prep_write(&entry, op.fd, op.data, length_of(op), op.offset);
      return true;
    case OpKind::readable:
      io_uring_prep_poll_add(&entry, op.fd, POLLIN | POLLRDHUP);
      return true;
    case OpKind::writable:
      io_uring_prep_poll_add(&entry, op.fd, POLLOUT);
      return true;
    case OpKind::timer:
    case OpKind::work:
      break;
  }
  return false;
}

int take_passed_fd(OpExtra& extra) noexcept {
  int first = -1;
  for (cmsghdr* each = CMSG_FIRSTHDR(&extra.message); each != nullptr;
       each = CMSG_NXTHDR(&extra.message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(each) + i * sizeof fd, sizeof fd);
      if (first < 0) {
        first = fd;
      } else {
        ::close(fd);
      }
    }
  }
  return first;
}

}  // namespace pulter::io
