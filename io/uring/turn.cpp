// One turn of a UringIo: what was submitted goes in, what completed comes out.
#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <thread>

#include "codec/base/check.h"
#include "io/uring/prepare.h"
#include "io/uring/ring.h"
#include "io/uring/uring_io.h"

namespace pulter::io {
namespace {

// Values of `Op::slot` for an Op that is in a list instead of the heap, the kernel or the worker.
constexpr std::uint32_t slot_finished = 0xffffffff;
constexpr std::uint32_t slot_queued = 0xfffffffe;
constexpr std::uint32_t slot_working = 0xfffffffd;

// Bounds of one turn, so that a flood of completions does not keep timers and messages waiting.
constexpr std::size_t completions_per_turn = 256;
constexpr std::size_t callbacks_per_turn = 4096;

// user_data: kind 8 | generation 24 | slot 32.
constexpr std::uint64_t cancel_user_data = ~std::uint64_t{0};
constexpr std::uint32_t generation_mask = 0xffffff;

std::uint64_t user_data_of(OpKind kind, std::uint32_t generation, std::uint32_t slot) {
  return static_cast<std::uint64_t>(kind) << 56U |
         static_cast<std::uint64_t>(generation & generation_mask) << 32U | slot;
}

}  // namespace

void UringIo::submit(Op& op) {
  PULTER_CHECK(!op.pending);
  PULTER_CHECK(op.done != nullptr);
  op.pending = true;
  op.passed_fd = -1;
  if (&op != &wake_op_) ++pending_count_;
  if (op.kind == OpKind::timer) return timers_.push(op);
  if (op.kind == OpKind::work) {
    op.slot = slot_working;
    if (settings_.worker == nullptr) {
      own_worker_ = std::make_unique<Worker>();
      settings_.worker = own_worker_.get();
    }
    return settings_.worker->post(op, *this);
  }
  count_on(op.fd, 1);
  queue_kernel(op);
}

void UringIo::queue_kernel(Op& op) {
  op.slot = slot_queued;
  submissions_.push_back(op);
}

void UringIo::cancel(Op& op) {
  if (!op.pending || op.slot == slot_finished || op.slot == slot_working) return;
  if (op.kind == OpKind::timer) {
    timers_.remove(op);
    return finish(op, -ECANCELED);
  }
  if (op.slot == slot_queued) {
    submissions_.remove(op);
    count_on(op.fd, -1);
    return finish(op, -ECANCELED);
  }
  Slot& slot = slots_[op.slot];
  if (slot.cancelling) return;
  slot.cancelling = slot.in_cancels = true;
  cancels_.push_back(op);
}

std::size_t UringIo::run_once(Instant until) {
  PULTER_CHECK(!running_);
  running_ = true;
  completed_ = 0;
  collect_work();
  expire_timers();
  fill_ring();
  enter(until);
  collect_work();
  reap();
  expire_timers();
  run_finished();
  running_ = false;
  if (completed_ > 0 && settings_.busy_poll > Duration::zero()) poll_until_ = now() + settings_.busy_poll;
  return completed_;
}

void UringIo::work_finished(Op& op) noexcept {
  // The wake is inside the lock: once the owner could collect this Op it may destroy the Io.
  const std::lock_guard lock(worked_mutex_);
  worked_.push_back(op);
  wake();
}

void UringIo::collect_work() {
  const std::lock_guard lock(worked_mutex_);
  while (Op* op = worked_.pop_front()) finish(*op, 0);
}

void UringIo::expire_timers() {
  if (timers_.empty()) return;
  const Instant time = now();
  while (Op* op = timers_.pop_due(time)) finish(*op, 0);
}

void UringIo::finish(Op& op, std::int32_t result) {
  op.result = result;
  op.slot = slot_finished;
  finished_.push_back(op);
}

void UringIo::fill_ring() {
  while (Op* op = submissions_.front()) {
    if (!fill_one(*op)) return;
  }
  while (Op* op = cancels_.front()) {
    if (!fill_cancel(*op)) return;
  }
}

bool UringIo::fill_one(Op& op) {
  io_uring_sqe* entry = ring_->next_entry();
  if (entry == nullptr) {
    ring_->submit();
    entry = ring_->next_entry();
    if (entry == nullptr) return false;
  }
  submissions_.remove(op);
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  op.slot = free_slots_.back();
  free_slots_.pop_back();
  Slot& slot = slots_[op.slot];
  slot = Slot{.op = &op, .generation = slot.generation + 1};
  if (needs_extra(op.kind)) {
    if (free_extras_.empty()) {
      extras_.push_back(std::make_unique<OpExtra>());
      free_extras_.push_back(extras_.back().get());
    }
    slot.extra = free_extras_.back();
    free_extras_.pop_back();
  }
  if (!prepare(*entry, op, slot.extra)) {
    // The entry is taken and cannot be given back: let it do nothing.
    io_uring_prep_nop(entry);
    entry->user_data = cancel_user_data;
    release_slot(op.slot);
    count_on(op.fd, -1);
    finish(op, -ENAMETOOLONG);
    return true;
  }
  entry->user_data = user_data_of(op.kind, slot.generation, op.slot);
  return true;
}

bool UringIo::fill_cancel(Op& op) {
  io_uring_sqe* entry = ring_->next_entry();
  if (entry == nullptr) {
    ring_->submit();
    entry = ring_->next_entry();
    if (entry == nullptr) return false;
  }
  cancels_.remove(op);
  Slot& slot = slots_[op.slot];
  slot.in_cancels = false;
  io_uring_prep_cancel64(entry, user_data_of(op.kind, slot.generation, op.slot), 0);
  entry->user_data = cancel_user_data;
  return true;
}

void UringIo::enter(Instant until) {
  const Instant limit = std::min(until, timers_.next_due());
  const Instant time = now();
  std::optional<Duration> timeout = Duration::zero();
  if (finished_.empty() && submissions_.empty() && limit > time) {
    if (time < poll_until_ && poll(std::min(limit, poll_until_))) {
      woken_.store(false);
      return;
    }
    // Between these two lines a wake either sees `sleeping_` and writes, or is seen here.
    sleeping_.store(true);
    if (!woken_.load()) timeout = limit == never ? std::nullopt : std::optional(limit - time);
  }
  ring_->submit_and_wait(timeout);
  sleeping_.store(false);
  woken_.store(false);
}

/// Looks for completions and wakes again and again instead of sleeping. False: nothing came until then.
bool UringIo::poll(Instant end) {
  while (now() < end) {
    ring_->submit_and_wait(Duration::zero());
    if (ring_->has_completions() || woken_.load()) return true;
    std::this_thread::yield();  // whoever is ready goes first: above all the store's thread
  }
  return false;
}

void UringIo::reap() {
  std::array<RingCompletion, 64> batch;
  for (std::size_t total = 0; total < completions_per_turn;) {
    const std::size_t count = ring_->take(batch);
    for (std::size_t i = 0; i < count; ++i) on_completion(batch[i].user_data, batch[i].result);
    total += count;
    if (count < batch.size()) return;
  }
}

void UringIo::on_completion(std::uint64_t user_data, std::int32_t result) {
  if (user_data == cancel_user_data) return;
  const auto index = static_cast<std::uint32_t>(user_data);
  PULTER_CHECK(index < slots_.size());
  Slot& slot = slots_[index];
  if (slot.op == nullptr || user_data != user_data_of(slot.op->kind, slot.generation, index)) return;
  Op& op = *slot.op;
  if (slot.in_cancels) cancels_.remove(op);
  const bool cancelling = slot.cancelling;
  if (op.kind == OpKind::receive_message && result >= 0) op.passed_fd = take_passed_fd(*slot.extra);
  release_slot(index);
  // A signal is nobody's business here; a connect that was interrupted goes on by itself and cannot be asked
  // again.
  if (result == -EINTR && !cancelling && op.kind != OpKind::connect && op.kind != OpKind::connect_unix) {
    return queue_kernel(op);
  }
  if (result == -EINTR && cancelling) result = -ECANCELED;
  if (result > 0 && (op.kind == OpKind::readable || op.kind == OpKind::writable)) result = 0;
  count_on(op.fd, -1);
  finish(op, result);
}

void UringIo::release_slot(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.extra != nullptr) free_extras_.push_back(slot.extra);
  slot.op = nullptr;
  slot.extra = nullptr;
  free_slots_.push_back(index);
}

void UringIo::run_finished() {
  for (std::size_t count = 0; count < callbacks_per_turn; ++count) {
    Op* op = finished_.pop_front();
    if (op == nullptr) return;
    op->pending = false;
    if (op != &wake_op_) {
      --pending_count_;
      ++completed_;
    }
    op->done(*op);
  }
}

}  // namespace pulter::io
