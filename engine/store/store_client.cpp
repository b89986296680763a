#include "engine/store/store_client.h"

#include "codec/base/check.h"

namespace pulter::store {

StoreClient::StoreClient(Store& store, io::Io& io)
    : store_(store),
      port_(store.open_port(
          Waker{[](void* argument) noexcept { static_cast<io::Io*>(argument)->wake(); }, &io})) {}

StoreClient::~StoreClient() {
  PULTER_CHECK(waiting_ == 0);
  store_.close_port(port_);
}

void StoreClient::submit(Call& call, std::coroutine_handle<> caller) {
  std::uint64_t id = calls_.size();
  if (free_ids_.empty()) {
    calls_.push_back(nullptr);
  } else {
    id = free_ids_.back();
    free_ids_.pop_back();
  }
  calls_[id] = &call;
  call.caller = caller;
  ++waiting_;
  store_.submit(port_, id, std::move(call.request));
}

bool StoreClient::drain() {
  bool any = false;
  Answer answer;
  while (store_.take(port_, answer)) {
    any = true;
    PULTER_CHECK(answer.id < calls_.size() && calls_[answer.id] != nullptr);
    Call& call = *std::exchange(calls_[answer.id], nullptr);
    free_ids_.push_back(answer.id);
    --waiting_;
    call.answer = std::move(answer);
    call.caller.resume();
    answer = Answer{};
  }
  return any;
}

}  // namespace pulter::store
