#include "engine/store/inline_store.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "codec/base/check.h"
#include "engine/store/sqlite_schema.h"

namespace pulter::store {

Result<std::unique_ptr<Core>> open_core(const std::string& path, std::int64_t now_ms) {
  Result<std::unique_ptr<Database>> db = open_as_it_is({.path = path, .read_only = false, .vfs = {}});
  if (!db) return fail(std::move(db.error()));
  Result<std::unique_ptr<Journal>> journal =
      path == ":memory:" ? Journal::in_memory(limits::journal_bytes / 64) : Journal::open(path);
  if (!journal) return fail(std::move(journal.error()));
  if (Result<> sound = check_journal(**db, **journal); !sound) return fail(std::move(sound.error()));
  if (Result<> migrated = migrate(**db, now_ms); !migrated) return fail(std::move(migrated.error()));
  return std::make_unique<Core>(std::move(*db), std::move(*journal));
}

InlineStore::InlineStore(Core& core, io::Io& io, Latency latency)
    : core_(core), io_(io), latency_(std::move(latency)) {
  PULTER_CHECK(core_.start().has_value());
  timer_.kind = io::OpKind::timer;
  timer_.owner = this;
  timer_.done = [](io::Op& op) noexcept { static_cast<InlineStore*>(op.owner)->run_group(); };
}

InlineStore::~InlineStore() {
  PULTER_CHECK(!timer_.pending);
}

PortId InlineStore::open_port(Waker waker) {
  ports_.push_back(std::make_unique<AnswerQueue>(waker));
  return static_cast<PortId>(ports_.size() - 1);
}

void InlineStore::close_port(PortId port) {
  ports_[port]->close();
}

void InlineStore::submit(PortId port, std::uint64_t id, Request request) {
  waiting_.push_back(Job{port, id, std::move(request)});
  if (crashed_) {
    answer_all(waiting_, Status::fenced, "The process of this store is gone.");
  } else if (!timer_.pending) {
    begin_group();
  }
}

bool InlineStore::take(PortId port, Answer& answer) {
  return ports_[port]->take(answer);
}

std::string InlineStore::trouble() const {
  return injected_trouble_.empty() ? core_.trouble() : injected_trouble_;
}

void InlineStore::begin_group() {
  const std::size_t count = std::min(waiting_.size(), group_requests_max);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  group_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  timer_.due = io_.now() + (latency_ ? latency_() : io::Duration(std::chrono::microseconds(200)));
  io_.submit(timer_);
}

std::int64_t InlineStore::unix_ms() {
  return std::chrono::floor<std::chrono::milliseconds>(io_.wall_now()).time_since_epoch().count();
}

/// As the daemon's thread decides it: what comes soon after another group waits in the journal.
Durability InlineStore::durability() {
  const bool is_alone = io_.now() - last_group_ > limits::quiet_before_commit;
  last_group_ = io_.now();
  return is_alone ? Durability::commit : Durability::journal;
}

void InlineStore::run_group() {
  if (crashed_) return;
  if (!injected_trouble_.empty()) {
    answer_all(group_, Status::disk_full, injected_trouble_);
  } else {
    std::vector<JobAnswer> answers;
    core_.run_group(group_, unix_ms(), answers, durability());
    if (core_.must_settle()) core_.settle();
    ++groups_;
    for (JobAnswer& answer : answers) {
      ports_[answer.port]->push(std::move(answer.answer));
      ports_[answer.port]->wake();
    }
    group_.clear();
  }
  if (!waiting_.empty()) begin_group();
}

void InlineStore::crash(bool keep) {
  if (keep && !crashed_ && timer_.pending) {
    std::vector<JobAnswer> lost;
    core_.run_group(group_, unix_ms(), lost, durability());
  }
  crashed_ = true;
  if (timer_.pending) io_.cancel(timer_);
  answer_all(group_, Status::fenced, "The process of this store is gone.");
  answer_all(waiting_, Status::fenced, "The process of this store is gone.");
}

void InlineStore::answer_all(std::vector<Job>& jobs, Status status, const std::string& detail) {
  for (const Job& job : jobs) {
    ports_[job.port]->push(Answer{job.id, status, detail, Nothing{}});
    ports_[job.port]->wake();
  }
  jobs.clear();
}

}  // namespace pulter::store
