#include "engine/shard/body_pool.h"

#include <utility>

#include "codec/base/check.h"

namespace pulter::shard {

BodyBuffer::BodyBuffer(BodyBuffer&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), memory_(std::exchange(other.memory_, nullptr)) {}

BodyBuffer& BodyBuffer::operator=(BodyBuffer&& other) noexcept {
  if (this != &other) {
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    memory_ = std::exchange(other.memory_, nullptr);
  }
  return *this;
}

std::span<char> BodyBuffer::headroom() const noexcept {
  return {memory_, pool_->headroom_bytes_};
}

std::span<char> BodyBuffer::window() const noexcept {
  return {memory_ + pool_->headroom_bytes_, pool_->window_bytes_};
}

void BodyBuffer::release() noexcept {
  if (memory_ != nullptr) pool_->give_back(std::exchange(memory_, nullptr));
}

BodyPool::BodyPool(std::size_t count, std::size_t headroom_bytes, std::size_t window_bytes)
    : headroom_bytes_(headroom_bytes), window_bytes_(window_bytes) {
  buffers_.reserve(count);
  free_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    // Not value-initialised: pages that no body ever reached stay out of memory.
    buffers_.emplace_back(new char[headroom_bytes + window_bytes]);
    free_.push_back(buffers_.back().get());
  }
}

BodyBuffer BodyPool::try_take() noexcept {
  // Those who wait came first.
  if (free_.empty() || first_waiter_ != nullptr) return {};
  char* memory = free_.back();
  free_.pop_back();
  return BodyBuffer(this, memory);
}

io::Task<BodyBuffer> BodyPool::take(io::Scope& scope) {
  if (free_.empty()) reclaim();
  BodyBuffer at_once = try_take();
  if (at_once) co_return at_once;
  Waiter self;
  if (last_waiter_ != nullptr) {
    last_waiter_->next = &self;
  } else {
    first_waiter_ = &self;
  }
  last_waiter_ = &self;
  while (true) {
    const int waited = co_await self.event.wait(scope);
    if (waited < 0) break;
    if (free_.empty() || first_waiter_ != &self) continue;
    remove(self);
    char* memory = free_.back();
    free_.pop_back();
    // More than one may have come back before we ran.
    if (!free_.empty() && first_waiter_ != nullptr) first_waiter_->event.set();
    co_return BodyBuffer(this, memory);
  }
  remove(self);
  if (!free_.empty() && first_waiter_ != nullptr) first_waiter_->event.set();
  co_return BodyBuffer();
}

void BodyPool::give_back(char* memory) noexcept {
  PULTER_CHECK(free_.size() < buffers_.size());
  free_.push_back(memory);
  if (first_waiter_ != nullptr) first_waiter_->event.set();
}

void BodyPool::remove(Waiter& waiter) noexcept {
  Waiter* before = nullptr;
  for (Waiter* at = first_waiter_; at != nullptr; before = at, at = at->next) {
    if (at != &waiter) continue;
    (before != nullptr ? before->next : first_waiter_) = at->next;
    if (last_waiter_ == at) last_waiter_ = before;
    return;
  }
}

BodyLender::~BodyLender() {
  if (pool_ != nullptr) pool_->remove(*this);
}

void BodyPool::lend(BodyLender& lender) noexcept {
  PULTER_CHECK(lender.pool_ == nullptr || lender.pool_ == this);
  if (lender.pool_ == nullptr) {
    lender.pool_ = this;
    lender.previous_ = last_lender_;
    (last_lender_ != nullptr ? last_lender_->next_ : first_lender_) = &lender;
    last_lender_ = &lender;
  }
  if (contended() && free_.empty()) reclaim();
}

/// Asks the one that has lent for the longest time first: its receiver is likely to be the slowest.
bool BodyPool::reclaim() noexcept {
  while (first_lender_ != nullptr) {
    if (first_lender_->give_up_body()) return true;
    remove(*first_lender_);
  }
  return false;
}

void BodyPool::remove(BodyLender& lender) noexcept {
  (lender.previous_ != nullptr ? lender.previous_->next_ : first_lender_) = lender.next_;
  (lender.next_ != nullptr ? lender.next_->previous_ : last_lender_) = lender.previous_;
  lender.next_ = lender.previous_ = nullptr;
  lender.pool_ = nullptr;
}

}  // namespace pulter::shard
