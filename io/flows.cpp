#include <cerrno>

#include "codec/base/planted.h"
#include "io/scope.h"

namespace pulter::io {
namespace {

/// Awaits an operation that no scope can cut short.
struct WorkAwaiter {
  Io& io;
  Op op;
  std::coroutine_handle<> caller;

  explicit WorkAwaiter(Io& owner) : io(owner) { op.kind = OpKind::work; }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    caller = handle;
    op.owner = this;
    op.done = [](Op& done) noexcept { static_cast<WorkAwaiter*>(done.owner)->caller.resume(); };
    io.submit(op);
  }
  void await_resume() const noexcept {}
};

}  // namespace

Task<std::int32_t> send_all(Scope& scope, int fd, std::string_view bytes, Instant deadline,
                            std::uint64_t* sent) {
  std::size_t count = 0;
  if (sent != nullptr) *sent = 0;
  while (count < bytes.size()) {
    const std::string_view rest = bytes.substr(count);
    const std::int32_t taken = co_await send(scope, fd, rest, deadline);
    if (taken < 0) co_return taken;
    // No kernel takes zero of some bytes for ever; ending beats spinning.
    if (taken == 0) co_return -EPIPE;
    count += planted(Bug::short_send_ignored) ? rest.size() : static_cast<std::size_t>(taken);
    if (sent != nullptr) *sent = count;
  }
  co_return 0;
}

Task<std::int32_t> receive_with_fd(Scope& scope, int fd, std::span<char> into, int* passed_fd,
                                   Instant deadline) {
  OpAwaiter message(scope, OpKind::receive_message, fd, std::string_view(into.data(), into.size()), 0,
                    deadline);
  const std::int32_t result = co_await message;
  *passed_fd = message.op.passed_fd;
  co_return result;
}

Task<> offload(Scope& scope, void (*run)(void*) noexcept, void* argument) {
  WorkAwaiter work(scope.io());
  work.op.run = run;
  work.op.argument = argument;
  co_await work;
}

struct Event::Waiter {
  Io& io;
  Op& op;
};

void Event::set() noexcept {
  if (set_) return;
  set_ = true;
  // Ending the waiter's timer resumes it from the Io's next turn, never from inside this call.
  if (waiter_ != nullptr) waiter_->io.cancel(waiter_->op);
}

Task<std::int32_t> Event::wait(Scope& scope, Instant deadline) {
  PULTER_CHECK(waiter_ == nullptr);
  if (scope.cancelled()) co_return -ECANCELED;
  if (!set_) {
    OpAwaiter timer(scope, deadline);
    Waiter waiter{scope.io(), timer.op};
    waiter_ = &waiter;
    const std::int32_t result = co_await timer;
    waiter_ = nullptr;
    if (!set_) co_return result == 0 ? -ETIMEDOUT : -ECANCELED;
  }
  set_ = false;
  co_return 0;
}

}  // namespace pulter::io
