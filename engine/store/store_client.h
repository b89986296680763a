#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/store/store.h"
#include "io/io.h"
#include "io/task.h"

namespace pulter::store {

/// The answer to one request, as the request's own type.
template <class T>
struct Reply {
  Status status = Status::unavailable;
  std::string detail;      ///< why not done, for people
  std::optional<T> value;  ///< when done; with conflict, what is there now, where there is something
  [[nodiscard]] bool done() const { return status == Status::done; }
};

/// A shard's own door to the store: requests become awaits.
///
///     Reply<model::Event> reply = co_await client.call(GetEvent{id});
///
/// The shard's loop calls `drain` each turn; the store wakes the shard's Io when answers wait. A call always
/// completes with the store's answer, also when the caller's scope was cancelled meanwhile: a commit must be
/// awaited. One thread: that of `io`. Both `store` and `io` outlive it, and no call may wait when it is
/// destroyed.
class StoreClient {
 public:
  StoreClient(Store& store, io::Io& io);
  ~StoreClient();
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;

  template <class R>
  io::Task<Reply<typename R::Answer>> call(R request) {
    Call waiting(*this, Request(std::move(request)));
    co_await waiting;
    Reply<typename R::Answer> reply;
    reply.status = waiting.answer.status;
    reply.detail = std::move(waiting.answer.detail);
    if (auto* value = std::get_if<typename R::Answer>(&waiting.answer.value))
      reply.value.emplace(std::move(*value));
    co_return reply;
  }

  /// Takes the answers that wait and resumes their callers. True when there was one. Never from inside a
  /// call.
  bool drain();
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] Store& store() { return store_; }

 private:
  struct Call {
    Call(StoreClient& owner, Request what) : client(owner), request(std::move(what)) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> who) { client.submit(*this, who); }
    void await_resume() const noexcept {}

    StoreClient& client;
    Request request;
    Answer answer;
    std::coroutine_handle<> caller;
  };

  void submit(Call& call, std::coroutine_handle<> caller);

  Store& store_;
  PortId port_;
  std::vector<Call*> calls_;  ///< by request id
  std::vector<std::uint64_t> free_ids_;
  std::size_t waiting_ = 0;
};

}  // namespace pulter::store
