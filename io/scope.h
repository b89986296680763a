#pragma once

#include <coroutine>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "io/io.h"
#include "io/task.h"

namespace pulter::io {

class Scope;

/// A place in a Scope's list of things that a cancel must reach. Internal to awaiters; intrusive, never
/// allocates.
struct Stoppable {
  Stoppable* next = nullptr;
  Stoppable* previous = nullptr;
  virtual void stop() noexcept = 0;

 protected:
  ~Stoppable() = default;
};

/// Owns flows (structured concurrency): every coroutine that runs on its own belongs to exactly one Scope,
/// which can cancel it and waits for it.
///
/// Cancelling reaches every operation that a flow of this scope, or of a child scope, awaits: it ends with
/// -ECANCELED, and so does each later one. A flow sees that, tidies up and returns. One thread: that of its
/// Io.
class Scope final : private Stoppable {
 public:
  explicit Scope(Io& io, Scope* parent = nullptr);
  /// All flows must have ended: cancel() and join() first.
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Starts `task` at once and keeps it until it ends.
  void spawn(Task<> task);
  void cancel() noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
  [[nodiscard]] std::size_t running() const noexcept { return running_; }
  /// Completes when no flow of this scope runs. At most one waiter. Must not be awaited by a flow of this
  /// scope.
  Task<> join();
  [[nodiscard]] Io& io() noexcept { return io_; }

 private:
  friend struct OpAwaiter;
  struct JoinAwaiter;
  struct Flow;
  static Flow run(Scope& scope, Task<> task);
  void add(Stoppable& stoppable) noexcept;
  void remove(Stoppable& stoppable) noexcept;
  [[nodiscard]] std::coroutine_handle<> flow_ended() noexcept;
  void stop() noexcept override { cancel(); }

  Io& io_;
  Scope* parent_;
  Stoppable* stoppables_ = nullptr;
  std::size_t running_ = 0;
  bool cancelled_ = false;
  std::coroutine_handle<> joiner_;
};

/// Awaits one operation inside `scope`, ended by `deadline` with -ETIMEDOUT where that comes first.
///
/// The awaiter holds the Op and, where there is a deadline, its timer: no allocation. The result is handed
/// out only after the kernel gave back both. -ECANCELED: the scope was cancelled.
struct OpAwaiter final : private Stoppable {
  OpAwaiter(Scope& scope, OpKind kind, int fd, Instant deadline) noexcept;
  /// `bytes` is what is sent, written or named; `into` of a receive or read goes here too.
  OpAwaiter(Scope& scope, OpKind kind, int fd, std::string_view bytes, std::uint64_t offset,
            Instant deadline) noexcept;
  OpAwaiter(Scope& scope, int fd, const net::Endpoint& endpoint, Instant deadline) noexcept;
  OpAwaiter(Scope& scope, Instant due) noexcept;
  OpAwaiter(const OpAwaiter&) = delete;
  OpAwaiter& operator=(const OpAwaiter&) = delete;

  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<> caller) noexcept;
  std::int32_t await_resume() noexcept { return result_; }

  Op op;

 private:
  void stop() noexcept override;
  void finish() noexcept;
  static void on_op(Op& op) noexcept;
  static void on_timer(Op& op) noexcept;

  Scope& scope_;
  Op timer_;
  Instant deadline_;
  std::int32_t result_ = 0;
  bool timed_out_ = false;
  std::coroutine_handle<> caller_;
};

// One line each, so that flows read top to bottom: `co_await send(scope, fd, bytes, deadline)`.
[[nodiscard]] OpAwaiter sleep_until(Scope& scope, Instant due);
[[nodiscard]] OpAwaiter accept(Scope& scope, int fd);
[[nodiscard]] OpAwaiter connect(Scope& scope, int fd, const net::Endpoint& endpoint, Instant deadline);
/// `path` must outlive the operation.
[[nodiscard]] OpAwaiter connect_unix(Scope& scope, int fd, std::string_view path, Instant deadline);
[[nodiscard]] OpAwaiter send(Scope& scope, int fd, std::string_view bytes, Instant deadline = never);
[[nodiscard]] OpAwaiter receive(Scope& scope, int fd, std::span<char> into, Instant deadline = never);
[[nodiscard]] OpAwaiter read_at(Scope& scope, int fd, std::span<char> into, std::uint64_t offset);
[[nodiscard]] OpAwaiter write_at(Scope& scope, int fd, std::string_view bytes, std::uint64_t offset);
[[nodiscard]] OpAwaiter readable(Scope& scope, int fd, Instant deadline = never);
[[nodiscard]] OpAwaiter writable(Scope& scope, int fd, Instant deadline = never);
/// Sends all of it, however often the kernel takes only part. 0, or -errno; `*sent` (may be null) counts what
/// left.
Task<std::int32_t> send_all(Scope& scope, int fd, std::string_view bytes, Instant deadline = never,
                            std::uint64_t* sent = nullptr);
/// Receives bytes and at most one passed descriptor (-1 in `*passed_fd` when none came; the caller closes
/// it).
Task<std::int32_t> receive_with_fd(Scope& scope, int fd, std::span<char> into, int* passed_fd,
                                   Instant deadline);
/// Runs `run(argument)` on the worker thread: for file work that blocks. Not cut short by cancelling: it must
/// end.
Task<> offload(Scope& scope, void (*run)(void*) noexcept, void* argument);

/// Something that one flow waits for and others announce. Sticky: a `set` before the `wait` is not lost;
/// `wait` takes it. One waiter at a time, one thread.
class Event {
 public:
  void set() noexcept;
  /// Takes a `set` back that nobody waited for.
  void clear() noexcept { set_ = false; }
  /// 0 when set, -ETIMEDOUT at `deadline`, -ECANCELED when the scope is cancelled.
  Task<std::int32_t> wait(Scope& scope, Instant deadline = never);

 private:
  struct Waiter;
  Waiter* waiter_ = nullptr;
  bool set_ = false;
};

}  // namespace pulter::io
