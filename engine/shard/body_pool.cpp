#include "engine/shard/body_pool.h"

#include <utility>

#include "codec/base/check.h"

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

void BodyBuffer::lend() noexcept {
  if (slot_ == nullptr) return;
  if (pool_->contended()) return release();
  pool_->end_loan(*slot_);
  pool_->lent_.push_back(slot_);
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
  return {this, find_slot()};
}

/// A slot that nobody has, or one that was lent, taken from its holder. Null: neither.
BodySlot* BodyPool::find_slot() noexcept {
  if (!free_.empty()) {
    BodySlot* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  if (lent_.empty()) return nullptr;
  BodySlot* slot = lent_.front();
  lent_.erase(lent_.begin());
  slot->holder->slot_ = nullptr;
  return slot;
}

io::Task<BodyBuffer> BodyPool::take(io::Scope& scope) {
  if (first_waiter_ == nullptr) {
    if (BodySlot* slot = find_slot()) co_return BodyBuffer(this, slot);
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
    const int waited = co_await self.event.wait(scope);
    if (waited < 0) break;
    if (first_waiter_ == &self) slot = find_slot();
  }
  remove(self);
  // More than one may have come back before we ran.
  if (!free_.empty() && first_waiter_ != nullptr) first_waiter_->event.set();
  if (slot == nullptr) co_return BodyBuffer();
  co_return BodyBuffer(this, slot);
}

void BodyPool::give_back(BodySlot& slot) noexcept {
  PULTER_CHECK(free_.size() < slots_.size());
  slot.holder = nullptr;
  free_.push_back(&slot);
  if (first_waiter_ != nullptr) first_waiter_->event.set();
}

void BodyPool::end_loan(BodySlot& slot) noexcept {
  std::erase(lent_, &slot);
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

}  // namespace pulter::shard
