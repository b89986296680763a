#include "engine/delivery/renderer.h"

#include <algorithm>
#include <array>

#include "codec/base/check.h"
#include "codec/sign/signature.h"
#include "engine/limits.h"

namespace pulter::delivery {

Renderer::Renderer(io::Io& io) : io_(io) {
  turn_.kind = io::OpKind::timer;
  turn_.owner = this;
  turn_.done = &Renderer::on_turn;
  // A job has a buffer, so there are never more.
  queue_.reserve(limits::body_buffers_per_shard);
}

Renderer::~Renderer() {
  PULTER_CHECK(queue_.empty() && !turn_.pending);
}

void Renderer::Request::await_suspend(std::coroutine_handle<> lane) noexcept {
  caller = lane;
  left = jobs.size();
  for (BodyJob& job : jobs) renderer.queue_.push_back({&job, this});
  if (renderer.turn_.pending) return;
  // A timer that is ended at once completes in this same turn, after the lanes that are still to ask.
  renderer.turn_.due = io::never;
  renderer.io_.submit(renderer.turn_);
  renderer.io_.cancel(renderer.turn_);
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
  prepare_together(std::span(jobs).first(count));
  if (!queue_.empty()) {
    turn_.due = io_.now();
    io_.submit(turn_);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (--requests[i]->left == 0) requests[i]->caller.resume();
  }
}

}  // namespace pulter::delivery
