#include "engine/delivery/renderer.h"

#include <algorithm>
#include <array>

#include "codec/base/check.h"
#include "codec/sign/signature.h"

namespace pulter::delivery {

Renderer::Renderer(io::Io& io, std::span<RenderDesk> desks, std::size_t own, std::uint64_t helped_bytes_min)
    : io_(io), desks_(desks), own_(own), helped_bytes_min_(helped_bytes_min) {
  turn_.kind = io::OpKind::timer;
  turn_.owner = this;
  turn_.done = &Renderer::on_turn;
  // A job has a buffer, so there are never more.
  queue_.reserve(limits::body_buffers_per_shard);
  elsewhere_.reserve(limits::body_buffers_per_shard);
}

Renderer::~Renderer() {
  PULTER_CHECK(queue_.empty() && elsewhere_.empty() && !turn_.pending);
}

void Renderer::Request::await_suspend(std::coroutine_handle<> lane) noexcept {
  caller = lane;
  left = jobs.size();
  if (may_go_elsewhere && renderer.lay_elsewhere(*this)) return;
  for (BodyJob& job : jobs) renderer.queue_.push_back({&job, this});
  if (renderer.turn_.pending) return;
  // A timer that is ended at once completes in this same turn, after the lanes that are still to ask.
  renderer.turn_.due = io::never;
  renderer.io_.submit(renderer.turn_);
  renderer.io_.cancel(renderer.turn_);
}

bool Renderer::finds_help_for(std::uint64_t file_bytes) const {
  if (file_bytes < helped_bytes_min_) return false;
  for (std::size_t i = 0; i < desks_.size(); ++i) {
    if (i != own_ && desks_[i].is_open()) return true;
  }
  return false;
}

bool Renderer::lay_elsewhere(Request& request) {
  RenderOrder& order = request.order;
  PULTER_CHECK(request.jobs.size() <= order.jobs.size());
  for (BodyJob& job : request.jobs) order.jobs[order.count++] = &job;
  order.asker = &io_;
  // Each shard asks its neighbour first, so that two that look for help do not meet at the same desk.
  for (std::size_t i = 1; i < desks_.size(); ++i) {
    if (!desks_[(own_ + i) % desks_.size()].lay(order)) continue;
    elsewhere_.push_back(&request);
    return true;
  }
  order.count = 0;
  return false;
}

bool Renderer::collect() {
  bool found = false;
  for (std::size_t i = 0; i < elsewhere_.size();) {
    Request& request = *elsewhere_[i];
    if (!request.order.done.load(std::memory_order_acquire)) {
      ++i;
      continue;
    }
    elsewhere_.erase(elsewhere_.begin() + static_cast<std::ptrdiff_t>(i));
    for (BodyJob& job : request.jobs) settle(job);
    found = true;
    request.caller.resume();
  }
  return found;
}

void Renderer::open_desk() {
  if (desks_.size() > 1) desks_[own_].open(io_);
}

void Renderer::close_desk() {
  if (desks_.size() <= 1) return;
  RenderOrder* const order = desks_[own_].close();
  if (order == nullptr) return;
  io::Io* const asker = order->asker;
  render_together(std::span(order->jobs).first(order->count));
  order->done.store(true, std::memory_order_release);  // from here on it may be gone
  asker->wake();
}

void Renderer::on_turn(io::Op& op) noexcept {
  static_cast<Renderer*>(op.owner)->work();
}

/// One group. What is left waits for the next turn, so that finished bodies leave and answers are read in
/// between.
void Renderer::work() {
  const std::size_t count = std::min(queue_.size(), sign::bodies_together_max);
  std::array<BodyJob*, sign::bodies_together_max> jobs{};
  std::array<Request*, sign::bodies_together_max> requests{};
  for (std::size_t i = 0; i < count; ++i) {
    jobs[i] = queue_[i].job;
    requests[i] = queue_[i].request;
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  render_together(std::span(jobs).first(count));
  for (std::size_t i = 0; i < count; ++i) settle(*jobs[i]);
  if (!queue_.empty()) {
    turn_.due = io_.now();
    io_.submit(turn_);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (--requests[i]->left == 0) requests[i]->caller.resume();
  }
}

}  // namespace pulter::delivery
