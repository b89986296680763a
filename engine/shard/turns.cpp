#include "engine/shard/turns.h"

#include <algorithm>
#include <utility>

#include "codec/base/check.h"
#include "engine/limits.h"
#include "engine/shard/waiting_line.h"

namespace pulter::shard {

Turn::Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}

Turn& Turn::operator=(Turn&& other) noexcept {
  if (this != &other) {
    release();
    turns_ = std::exchange(other.turns_, nullptr);
  }
  return *this;
}

void Turn::release() noexcept {
  if (turns_ != nullptr) std::exchange(turns_, nullptr)->give_back();
}

IdleTurn::IdleTurn(Turns& turns, io::Event& event) noexcept : turns_(turns), event_(event) {
  if (turns.contended()) {
    asked_ = true;
    return;
  }
  older_ = std::exchange(turns.newest_idle_, this);
  (older_ != nullptr ? older_->newer_ : turns.oldest_idle_) = this;
}

IdleTurn::~IdleTurn() {
  if (!asked_) turns_.remove(*this);
}

io::Task<Turn> Turns::take(io::Scope& scope) {
  if (free_ > 0 && first_waiter_ == nullptr) {
    --free_;
    co_return Turn(this);
  }
  Waiter self;
  (last_waiter_ != nullptr ? last_waiter_->next : first_waiter_) = &self;
  last_waiter_ = &self;
  ask_longest_idle();
  bool taken = false;
  while (!taken) {
    const int waited = co_await self.event.wait(scope);
    if (waited < 0) break;
    taken = free_ > 0 && first_waiter_ == &self;
  }
  if (taken) --free_;
  remove(self);
  // More than one may have come back before we ran.
  if (free_ > 0 && first_waiter_ != nullptr) first_waiter_->event.set();
  if (!taken) co_return Turn();
  co_return Turn(this);
}

bool Turns::note_shortage(io::Instant now) noexcept {
  if (has_told_ && now - told_at_ < std::chrono::minutes(1)) return false;
  has_told_ = true;
  told_at_ = now;
  return true;
}

void Turns::give_back() noexcept {
  PULTER_CHECK(free_ < count_);
  ++free_;
  if (first_waiter_ != nullptr) first_waiter_->event.set();
}

void Turns::remove(Waiter& waiter) noexcept {
  leave_line(waiter, first_waiter_, last_waiter_);
}

void Turns::remove(IdleTurn& idle) noexcept {
  (idle.older_ != nullptr ? idle.older_->newer_ : oldest_idle_) = idle.newer_;
  (idle.newer_ != nullptr ? idle.newer_->older_ : newest_idle_) = idle.older_;
}

void Turns::ask_longest_idle() noexcept {
  if (oldest_idle_ == nullptr) return;
  IdleTurn& idle = *oldest_idle_;
  remove(idle);
  idle.asked_ = true;
  idle.event_.set();
}

std::uint64_t turns_per_shard(std::uint64_t descriptors, std::uint64_t shards) noexcept {
  const std::uint64_t reserved = std::min(limits::reserved_descriptors, descriptors / 2);
  const std::uint64_t left = std::min(descriptors - reserved, limits::turns_max_of_all_shards);
  return std::max(left / std::max<std::uint64_t>(shards, 1), limits::turns_min);
}

}  // namespace pulter::shard
