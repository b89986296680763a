#include "io/scope.h"

#include "codec/base/check.h"

namespace pulter::io {

/// The coroutine that carries one spawned Task: it starts at once, and frees itself and the Task when that
/// ended.
struct Scope::Flow {
  struct promise_type {
    Scope& scope;

    promise_type(Scope& owner, Task<>&) noexcept : scope(owner) {}
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

    Flow get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    struct FinalAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        // The joiner may destroy the scope: this frame has to be gone before.
        Scope& owner = self.promise().scope;
        self.destroy();
        return owner.flow_ended();
      }
      void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept {
      check_failed(__FILE__, __LINE__, "exception in a coroutine");
    }
  };
};

struct Scope::JoinAwaiter {
  Scope& scope;

  bool await_ready() const noexcept { return scope.running_ == 0; }
  void await_suspend(std::coroutine_handle<> caller) noexcept {
    PULTER_CHECK(!scope.joiner_);
    scope.joiner_ = caller;
  }
  void await_resume() const noexcept {}
};

Scope::Scope(Io& io, Scope* parent) : io_(io), parent_(parent) {
  if (parent_ == nullptr) return;
  parent_->add(*this);
  cancelled_ = parent_->cancelled_;
}

Scope::~Scope() {
  PULTER_CHECK(running_ == 0);
  PULTER_CHECK(stoppables_ == nullptr);
  if (parent_ != nullptr) parent_->remove(*this);
}

Scope::Flow Scope::run([[maybe_unused]] Scope& scope, Task<> task) {
  co_await std::move(task);
  task = Task<>();
}

void Scope::spawn(Task<> task) {
  ++running_;
  run(*this, std::move(task));
}

void Scope::cancel() noexcept {
  if (cancelled_) return;
  cancelled_ = true;
  // An Io never calls `done` from inside `cancel`, so nothing leaves the list during this walk.
  for (Stoppable* each = stoppables_; each != nullptr; each = each->next) each->stop();
}

Task<> Scope::join() {
  JoinAwaiter awaiter{*this};
  co_await awaiter;
}

std::coroutine_handle<> Scope::flow_ended() noexcept {
  --running_;
  if (running_ != 0 || !joiner_) return std::noop_coroutine();
  return std::exchange(joiner_, {});
}

void Scope::add(Stoppable& stoppable) noexcept {
  stoppable.previous = nullptr;
  stoppable.next = stoppables_;
  if (stoppables_ != nullptr) stoppables_->previous = &stoppable;
  stoppables_ = &stoppable;
}

void Scope::remove(Stoppable& stoppable) noexcept {
  if (stoppable.next != nullptr) stoppable.next->previous = stoppable.previous;
  (stoppable.previous != nullptr ? stoppable.previous->next : stoppables_) = stoppable.next;
  stoppable.next = stoppable.previous = nullptr;
}

}  // namespace pulter::io
