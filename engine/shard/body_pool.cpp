#include "engine/shard/body_pool.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "codec/base/check.h"
#include "engine/shard/waiting_line.h"

namespace pulter::shard {

BodyBuffer::BodyBuffer(BodyPool* pool, BodySlot* slot) noexcept : pool_(pool), slot_(slot) {
  slot_->holder = this;
}

BodyBuffer::BodyBuffer(BodyBuffer&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), slot_(std::exchange(other.slot_, nullptr)) {
  if (slot_ != nullptr) slot_->holder = this;
}

BodyBuffer& BodyBuffer::operator=(BodyBuffer&& other) noexcept {
  if (this != &other) {
    release();
    pool_ = std::exchange(other.pool_, nullptr);
    slot_ = std::exchange(other.slot_, nullptr);
    if (slot_ != nullptr) slot_->holder = this;
  }
  return *this;
}

std::span<char> BodyBuffer::headroom() const noexcept {
  return {slot_->memory.get(), pool_->headroom_bytes_};
}

std::span<char> BodyBuffer::window() const noexcept {
  return {slot_->memory.get() + pool_->headroom_bytes_, pool_->window_bytes_};
}

void BodyBuffer::release() noexcept {
  if (slot_ == nullptr) return;
  BodySlot& slot = *std::exchange(slot_, nullptr);
  pool_->end_loan(slot);
  pool_->give_back(slot);
}

void BodyBuffer::lend(io::Instant from) noexcept {
  if (slot_ == nullptr) return;
  pool_->end_loan(*slot_);
  slot_->lent_from = from;
  std::vector<BodySlot*>& lent = pool_->lent_;
  lent.insert(std::ranges::upper_bound(lent, from, {}, &BodySlot::lent_from), slot_);
  pool_->wake_first();
}

void BodyBuffer::keep() noexcept {
  if (slot_ != nullptr) pool_->end_loan(*slot_);
}

BodyPool::BodyPool(std::size_t count, std::size_t headroom_bytes, std::size_t window_bytes)
    : headroom_bytes_(headroom_bytes), window_bytes_(window_bytes), slots_(count) {
  free_.reserve(count);
  lent_.reserve(count);
  for (BodySlot& slot : slots_) {
    // Not value-initialised: pages that no body ever reached stay out of memory.
    slot.memory.reset(new char[headroom_bytes + window_bytes]);
    free_.push_back(&slot);
  }
}

BodyBuffer BodyPool::try_take() noexcept {
  // Those who wait came first.
  if (free_.empty() || first_waiter_ != nullptr) return {};
  return {this, find_slot({})};
}

BodyBuffer BodyPool::try_take_back() noexcept {
  return free_.empty() ? BodyBuffer() : BodyBuffer(this, find_slot({}));
}

/// A slot that nobody has, or one that is on loan by `now`, taken from its holder. Null: neither.
BodySlot* BodyPool::find_slot(io::Instant now) noexcept {
  if (!free_.empty()) {
    BodySlot* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (lent_.empty() || lent_.front()->lent_from > now) return nullptr;
  BodySlot* slot = lent_.front();
  lent_.erase(lent_.begin());
  slot->holder->slot_ = nullptr;
  return slot;
}

io::Task<BodyBuffer> BodyPool::take(io::Scope& scope) {
  if (first_waiter_ == nullptr) {
    if (BodySlot* slot = find_slot(scope.io().now())) co_return BodyBuffer(this, slot);
  }
  Waiter self;
  if (last_waiter_ != nullptr) {
    last_waiter_->next = &self;
  } else {
    first_waiter_ = &self;
  }
  last_waiter_ = &self;
  BodySlot* slot = nullptr;
  while (slot == nullptr) {
    const bool is_first = first_waiter_ == &self;
    const io::Instant until = is_first && !lent_.empty() ? lent_.front()->lent_from : io::never;
    const std::int32_t waited = co_await self.event.wait(scope, until);
    if (waited == -ECANCELED) break;
    if (first_waiter_ == &self) slot = find_slot(scope.io().now());
  }
  remove(self);
  // More than one may have come back before we ran, and the next one has a loan of its own to wait for.
  if (!free_.empty() || !lent_.empty()) wake_first();
  if (slot == nullptr) co_return BodyBuffer();
  co_return BodyBuffer(this, slot);
}

void BodyPool::give_back(BodySlot& slot) noexcept {
  PULTER_CHECK(free_.size() < slots_.size());
  slot.holder = nullptr;
  free_.push_back(&slot);
  wake_first();
}

void BodyPool::wake_first() noexcept {
  if (first_waiter_ != nullptr) first_waiter_->event.set();
}

void BodyPool::end_loan(BodySlot& slot) noexcept {
  std::erase(lent_, &slot);
}

void BodyPool::remove(Waiter& waiter) noexcept {
  leave_line(waiter, first_waiter_, last_waiter_);
}

}  // namespace pulter::shard
