#include "tests/sim/watched_store.h"

#include <variant>

namespace pulter::sim {

using store::Status;

namespace {

bool is_intake(const store::Request& request) {
  return std::holds_alternative<store::CreateImport>(request) ||
         std::holds_alternative<store::FillImport>(request);
}

}  // namespace

WatchedStore::WatchedStore(store::InlineStore& inner, io::SimIo& io, Judge& judge, const WorldFaults& faults)
    : inner_(inner), io_(io), judge_(judge), faults_(faults), chance_(io.chance().next()) {}

store::PortId WatchedStore::open_port(store::Waker waker) {
  ports_.push_back(Port{waker, {}, {}});
  return inner_.open_port(waker);
}

void WatchedStore::submit(store::PortId port, std::uint64_t id, store::Request request) {
  Asked asked;
  if (const auto* record = std::get_if<store::Record>(&request)) {
    asked.is_record = true;
    asked.record = *record;
    asked.submitted = first_submitted_.emplace(record->attempt.id, io_.now()).first->second;
    if (record->next_event) asked.opened_event = record->next_event->id;
  } else if (const auto* open = std::get_if<store::OpenEvent>(&request)) {
    asked.opened_event = open->event.id;
  } else if (const auto* task = std::get_if<store::AddLaneTask>(&request);
             task != nullptr && task->new_event) {
    asked.opened_event = task->new_event->id;
  } else if (!std::holds_alternative<store::NextWork>(request) && !is_intake(request)) {
    return inner_.submit(port, id, std::move(request));
  }
  asked.may_get_lost =
      asked.is_record || std::holds_alternative<store::OpenEvent>(request) || is_intake(request);
  const bool may_get_lost = asked.may_get_lost;
  ports_[port].asked[id] = std::move(asked);
  if (may_get_lost && chance_.hits(faults_.lost_before)) {
    ports_[port].lost.push_back(
        store::Answer{id, Status::unknown, "The answer to this commit got lost.", {}});
    if (ports_[port].waker.wake != nullptr) ports_[port].waker.wake(ports_[port].waker.argument);
    return;
  }
  inner_.submit(port, id, std::move(request));
}

bool WatchedStore::take(store::PortId port, store::Answer& answer) {
  Port& mine = ports_[port];
  if (!mine.lost.empty()) {
    answer = std::move(mine.lost.front());
    mine.lost.pop_front();
  } else if (!inner_.take(port, answer)) {
    return false;
  }
  judge_.set_now(io_.now(),
                 std::chrono::floor<std::chrono::milliseconds>(io_.wall_now()).time_since_epoch().count());
  tell(mine, answer);
  return true;
}

void WatchedStore::tell(Port& port, store::Answer& answer) {
  const auto found = port.asked.find(answer.id);
  if (found == port.asked.end()) return;
  const Asked asked = std::move(found->second);
  port.asked.erase(found);
  if (const auto* work = std::get_if<store::LaneWork>(&answer.value); work != nullptr && work->event) {
    judge_.made_durable(work->event->id);
  }
  if (answer.status == Status::done && !asked.opened_event.empty()) judge_.made_durable(asked.opened_event);
  if (asked.is_record && answer.status != Status::fenced)
    judge_.recorded(asked.record, answer.status, asked.submitted);
  if (asked.may_get_lost && answer.status == Status::done && chance_.hits(faults_.lost_after)) lose(answer);
}

void WatchedStore::lose(store::Answer& answer) {
  answer.status = Status::unknown;
  answer.detail = "The answer to this commit got lost.";
  answer.value = store::Nothing{};
}

}  // namespace pulter::sim
