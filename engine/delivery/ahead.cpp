#include "engine/delivery/ahead.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "codec/base/check.h"

namespace pulter::delivery {

void Ahead::render(std::vector<BodyJob> jobs, std::shared_ptr<const BodySource> source, bool elsewhere) {
  PULTER_CHECK(!jobs.empty());
  auto group = std::make_shared<Group>();
  // The lane's own may change, and this may outlive its run.
  group->secrets.assign(jobs.front().secrets.begin(), jobs.front().secrets.end());
  group->source = std::move(source);
  group->jobs = std::move(jobs);
  group->is_elsewhere = elsewhere;
  for (BodyJob& job : group->jobs) {
    job.secrets = group->secrets;
    job.source = group->source.get();
  }
  groups_.push_back(group);
  ++working_;
  scope_.spawn(work(std::move(group)));
}

io::Task<> Ahead::work(std::shared_ptr<Group> group) {
  const std::span<BodyJob> jobs(group->jobs);
  Renderer::Request request = group->is_elsewhere ? renderer_.render_elsewhere(jobs) : renderer_.render(jobs);
  co_await request;
  const io::Instant now = scope_.io().now();
  for (BodyJob& job : group->jobs) {
    if (job.outgoing) job.outgoing->buffer.lend(now);
  }
  group->is_done = true;
  --working_;
  group_done_.set();
}

std::uint64_t Ahead::last_cursor(std::uint64_t none) const {
  return groups_.empty() ? none : groups_.back()->jobs.back().cursor;
}

bool Ahead::is_served_here() const {
  return std::ranges::any_of(groups_,
                             [](const auto& group) { return group->is_done || !group->is_elsewhere; });
}

io::Task<bool> Ahead::wait() {
  while (!groups_.empty() && !groups_.front()->is_done) {
    group_done_.clear();
    const std::int32_t waited = co_await group_done_.wait(scope_);
    if (waited == -ECANCELED) co_return false;
  }
  if (first() != nullptr) co_return true;
  clear();
  co_return false;
}

const model::Event* Ahead::first() const {
  if (groups_.empty() || !groups_.front()->is_done) return nullptr;
  const Group& group = *groups_.front();
  const Result<Outgoing>& outgoing = group.jobs[group.taken].outgoing;
  return outgoing ? &outgoing->event : nullptr;
}

std::optional<Outgoing> Ahead::take() {
  if (first() == nullptr) return std::nullopt;
  Group& group = *groups_.front();
  std::optional<Outgoing> out(std::move(*group.jobs[group.taken].outgoing));
  ++group.taken;
  if (group.taken == group.jobs.size()) groups_.pop_front();
  out->buffer.keep();
  return out;
}

}  // namespace pulter::delivery
