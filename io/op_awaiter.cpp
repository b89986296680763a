#include <cerrno>

#include "codec/base/planted.h"
#include "io/scope.h"

namespace pulter::io {

OpAwaiter::OpAwaiter(Scope& scope, OpKind kind, int fd, Instant deadline) noexcept
    : scope_(scope), deadline_(deadline) {
  op.kind = kind;
  op.fd = fd;
}

OpAwaiter::OpAwaiter(Scope& scope, OpKind kind, int fd, std::string_view bytes, std::uint64_t offset,
                     Instant deadline) noexcept
    : OpAwaiter(scope, kind, fd, deadline) {
  // One field serves both directions, as in the kernel's own entry; a send never writes through it.
  op.data = const_cast<char*>(bytes.data());
  op.size = bytes.size();
  op.offset = offset;
}

OpAwaiter::OpAwaiter(Scope& scope, int fd, const net::Endpoint& endpoint, Instant deadline) noexcept
    : OpAwaiter(scope, OpKind::connect, fd, deadline) {
  op.endpoint = endpoint;
}

OpAwaiter::OpAwaiter(Scope& scope, Instant due) noexcept : OpAwaiter(scope, OpKind::timer, -1, never) {
  op.due = due;
}

bool OpAwaiter::await_ready() noexcept {
  if (!scope_.cancelled()) return false;
  result_ = -ECANCELED;
  return true;
}

void OpAwaiter::await_suspend(std::coroutine_handle<> caller) noexcept {
  caller_ = caller;
  scope_.add(*this);
  op.owner = this;
  op.done = &OpAwaiter::on_op;
  scope_.io().submit(op);
  if (deadline_ == never) return;
  timer_.kind = OpKind::timer;
  timer_.due = deadline_;
  timer_.owner = this;
  timer_.done = &OpAwaiter::on_timer;
  scope_.io().submit(timer_);
}

void OpAwaiter::stop() noexcept {
  if (op.pending) scope_.io().cancel(op);
}

void OpAwaiter::on_op(Op& done) noexcept {
  OpAwaiter& self = *static_cast<OpAwaiter*>(done.owner);
  if (self.timer_.pending) return self.scope_.io().cancel(self.timer_);
  self.finish();
}

void OpAwaiter::on_timer(Op& done) noexcept {
  OpAwaiter& self = *static_cast<OpAwaiter*>(done.owner);
  if (!self.op.pending) return self.finish();
  self.timed_out_ = true;
  self.scope_.io().cancel(self.op);
  if constexpr (planted(Bug::timeout_completes_twice)) {
    self.op.result = -ECANCELED;
    self.finish();
  }
}

void OpAwaiter::finish() noexcept {
  scope_.remove(*this);
  // What was achieved before the cancel arrived counts: bytes and descriptors must not get lost.
  result_ = op.result;
  if (result_ == -ECANCELED && timed_out_ && !scope_.cancelled()) result_ = -ETIMEDOUT;
  caller_.resume();
}

OpAwaiter sleep_until(Scope& scope, Instant due) {
  return {scope, due};
}

OpAwaiter accept(Scope& scope, int fd) {
  return {scope, OpKind::accept, fd, never};
}

OpAwaiter connect(Scope& scope, int fd, const net::Endpoint& endpoint, Instant deadline) {
  return {scope, fd, endpoint, deadline};
}

OpAwaiter connect_unix(Scope& scope, int fd, std::string_view path, Instant deadline) {
  return {scope, OpKind::connect_unix, fd, path, 0, deadline};
}

OpAwaiter send(Scope& scope, int fd, std::string_view bytes, Instant deadline) {
  return {scope, OpKind::send, fd, bytes, 0, deadline};
}

OpAwaiter receive(Scope& scope, int fd, std::span<char> into, Instant deadline) {
  return {scope, OpKind::receive, fd, std::string_view(into.data(), into.size()), 0, deadline};
}

OpAwaiter read_at(Scope& scope, int fd, std::span<char> into, std::uint64_t offset) {
  return {scope, OpKind::read, fd, std::string_view(into.data(), into.size()), offset, never};
}

OpAwaiter write_at(Scope& scope, int fd, std::string_view bytes, std::uint64_t offset) {
  return {scope, OpKind::write, fd, bytes, offset, never};
}

OpAwaiter readable(Scope& scope, int fd, Instant deadline) {
  return {scope, OpKind::readable, fd, deadline};
}

OpAwaiter writable(Scope& scope, int fd, Instant deadline) {
  return {scope, OpKind::writable, fd, deadline};
}

}  // namespace pulter::io
