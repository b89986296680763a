#include "io/sim/sim_io.h"

#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "codec/base/check.h"

namespace pulter::io {
namespace {

constexpr char poison = '\xdb';
constexpr std::size_t completions_per_turn_max = 100'000;
constexpr Duration reorder_window = std::chrono::microseconds(50);

bool fills_buffer(OpKind kind) {
  return kind == OpKind::receive || kind == OpKind::receive_message || kind == OpKind::read;
}
bool reads_buffer(OpKind kind) {
  return kind == OpKind::send || kind == OpKind::write;
}

bool is_poisoned(const Op& op) {
  // All bytes are the same when each equals its neighbour: one fast comparison.
  return op.size == 0 || (op.data[0] == poison && std::memcmp(op.data, op.data + 1, op.size - 1) == 0);
}

}  // namespace

SimIo::SimIo(SimSettings settings)
    : settings_(settings),
      random_(settings.seed),
      entropy_(SimRandom::mix(settings.seed)),
      now_(settings.start) {}

SimIo::~SimIo() {
  PULTER_CHECK(pending_count_ == 0);
}

WallTime SimIo::wall_now() {
  return settings_.wall_start + wall_offset_ + (now_ - settings_.start);
}

void SimIo::random(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(entropy_.next());
}

void SimIo::wake() noexcept {
  woken_.store(true);
}

Duration SimIo::latency() noexcept {
  const auto spread = static_cast<std::uint64_t>((settings_.latency_max - settings_.latency_min).count());
  return settings_.latency_min + Duration(static_cast<std::int64_t>(random_.below(spread + 1)));
}

SimIo::Ticket SimIo::admit(Op& op) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(pending_.size()));
    pending_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  Pending& pending = pending_[slot];
  pending = Pending{.op = &op, .generation = pending.generation + 1, .received = {}};
  op.pending = true;
  op.slot = slot;
  op.passed_fd = -1;
  ++pending_count_;
  if (Socket* owner = socket(op.fd)) ++owner->pending;
  return {slot, pending.generation};
}

SimIo::Pending* SimIo::find(Ticket ticket) noexcept {
  Pending& pending = pending_[ticket.slot];
  return pending.op != nullptr && pending.generation == ticket.generation ? &pending : nullptr;
}

SimIo::Ticket SimIo::ticket_of(const Op& op) const noexcept {
  PULTER_CHECK(op.slot < pending_.size() && pending_[op.slot].op == &op);
  return {op.slot, pending_[op.slot].generation};
}

void SimIo::schedule(Instant due, EventKind kind, Ticket ticket, int fd) {
  const std::uint64_t tie = settings_.shuffle ? random_.next() : 0;
  events_.push_back(Event{due, tie, ++sequence_, kind, ticket, fd});
  std::push_heap(events_.begin(), events_.end());
}

void SimIo::submit(Op& op) {
  PULTER_CHECK(!op.pending);
  PULTER_CHECK(op.done != nullptr);
  const Ticket ticket = admit(op);
  if (fills_buffer(op.kind)) std::memset(op.data, poison, op.size);
  if (reads_buffer(op.kind)) pending_[ticket.slot].sent_hash = XXH3_64bits(op.data, op.size);
  switch (op.kind) {
    case OpKind::timer:
      if (op.due != never) schedule(std::max(op.due, now_), EventKind::timer, ticket);
      return;
    case OpKind::work:
      return schedule(now_ + settings_.work_delay, EventKind::work, ticket);
    case OpKind::read:
    case OpKind::write:
      return settle(ticket, -EBADF);
    default:
      return start(ticket);
  }
}

void SimIo::settle(Ticket ticket, std::int32_t result, Duration extra) {
  Pending& pending = *find(ticket);
  PULTER_CHECK(!pending.settled);
  pending.settled = true;
  pending.result = result;
  const auto spread = static_cast<std::uint64_t>(settings_.completion_max.count());
  Duration delay = extra + Duration(static_cast<std::int64_t>(random_.below(spread + 1)));
  if (random_.hits(faults_.reordered_completion)) delay += reorder_window;
  if (random_.hits(faults_.late_completion)) {
    const auto late = static_cast<std::uint64_t>(faults_.late_max.count());
    delay += Duration(static_cast<std::int64_t>(random_.below(late + 1)));
  }
  schedule(now_ + delay, EventKind::complete, ticket);
}

void SimIo::cancel(Op& op) {
  if (!op.pending) return;
  const Ticket ticket = ticket_of(op);
  if (op.kind != OpKind::timer && random_.hits(faults_.late_cancel)) {
    const auto late = static_cast<std::uint64_t>(faults_.late_max.count());
    const Duration delay(static_cast<std::int64_t>(random_.below(late + 1)));
    return schedule(now_ + delay, EventKind::cancel, ticket);
  }
  apply_cancel(ticket);
}

void SimIo::apply_cancel(Ticket ticket) {
  Pending* pending = find(ticket);
  if (pending == nullptr || pending->settled || pending->op->kind == OpKind::work) return;
  const auto sent = static_cast<std::int32_t>(pending->sent);
  settle(ticket, sent > 0 ? sent : -ECANCELED);
}

std::size_t SimIo::run_once(Instant until) {
  PULTER_CHECK(!running_);
  running_ = true;
  std::size_t count = 0;
  bool interrupted = false;
  while (count < completions_per_turn_max) {
    if (woken_.exchange(false)) interrupted = true;
    const Instant limit = interrupted || count > 0 ? now_ : until;
    if (events_.empty() || events_.front().due > limit) break;
    std::pop_heap(events_.begin(), events_.end());
    const Event event = events_.back();
    events_.pop_back();
    now_ = std::max(now_, event.due);
    if (dispatch(event)) ++count;
  }
  if (count == 0 && !interrupted && until != never) now_ = std::max(now_, until);
  running_ = false;
  return count;
}

std::size_t SimIo::run_until_idle(Instant limit) {
  std::size_t count = 0;
  while (!events_.empty() && events_.front().due <= limit) count += run_once(limit);
  return count;
}

bool SimIo::dispatch(const Event& event) {
  switch (event.kind) {
    case EventKind::deliver:
      advance_receivers(event.fd);
      return false;
    case EventKind::reset:
      reset_now(event.fd);
      return false;
    case EventKind::cancel:
      apply_cancel(event.ticket);
      return false;
    default:
      break;
  }
  Pending* pending = find(event.ticket);
  if (pending == nullptr) return false;
  if (event.kind == EventKind::complete) {
    complete(event.ticket);
    return true;
  }
  if (pending->settled) return false;
  if (event.kind == EventKind::connect) {
    arrive_connect(event.ticket);
    return false;
  }
  if (event.kind == EventKind::work) pending->op->run(pending->op->argument);
  pending->settled = true;
  complete(event.ticket);
  return true;
}

void SimIo::complete(Ticket ticket) {
  Pending& pending = *find(ticket);
  Op& op = *pending.op;
  PULTER_CHECK(op.pending);
  if (fills_buffer(op.kind)) {
    // Somebody wrote into a buffer that the kernel owned.
    PULTER_CHECK(is_poisoned(op));
    std::memcpy(op.data, pending.received.data(), pending.received.size());
  }
  // Somebody changed bytes that the kernel was still sending.
  if (reads_buffer(op.kind)) PULTER_CHECK(pending.sent_hash == XXH3_64bits(op.data, op.size));
  op.result = pending.result;
  op.passed_fd = pending.passed_fd;
  op.pending = false;
  if (Socket* owner = socket(op.fd)) --owner->pending;
  pending.op = nullptr;
  free_slots_.push_back(ticket.slot);
  --pending_count_;
  const auto result = static_cast<std::uint64_t>(static_cast<std::int64_t>(op.result));
  const auto place = static_cast<std::uint64_t>(op.fd) << 8U | static_cast<std::uint64_t>(op.kind);
  trace_hash_ = SimRandom::mix(trace_hash_ ^ static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  trace_hash_ = SimRandom::mix(SimRandom::mix(trace_hash_ ^ place) ^ result);
  op.done(op);
}

}  // namespace pulter::io
