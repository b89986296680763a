#include "engine/store/core/core.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "engine/store/core/handlers.h"

namespace pulter::store {
namespace {

// In pages of 4 KiB.
constexpr std::int64_t wal_pages_when_idle = 1000;
constexpr std::int64_t wal_pages_max = 8192;
/// Groups that run with a savepoint around each request, after one whose request failed halfway.
constexpr int guarded_after_spoiled = 64;

template <class R, class... Kinds>
inline constexpr bool is_one_of = (std::is_same_v<R, Kinds> || ...);

template <class R>
inline constexpr bool reads_log =
    is_one_of<R, GetImporter, ListImporters, GetWebhook, ListWebhooks, GetImport, FindImportByKey, GetPlan,
              GetSmallFile, ListImports, ListRowErrors, GetEvent, ListEvents, ListAttempts, ListSpoolKeys,
              SumSpoolBytes, CountImports, CountEvents, ListBatchMarks, ListRecentAttempts, ListLanes,
              DescribeEvents, ListLaneMarks, ListTokens, FindToken>;
/// Asked on the writer's side, and yet writing nothing.
template <class R>
inline constexpr bool writes = !reads_log<R> && !is_one_of<R, AcquireShard, ListBusyLanes, NextWork, Lookup>;

bool is_write(const Request& request) {
  return std::visit([]<class R>(const R&) { return writes<R>; }, request);
}

bool failed(const JobAnswer& job) {
  const Status status = job.answer.status;
  return status == Status::unavailable || status == Status::disk_full || status == Status::unreadable;
}

Status status_of(FailureKind kind) {
  return kind == FailureKind::disk_full ? Status::disk_full : Status::unavailable;
}

}  // namespace

bool is_read(const Request& request) {
  return std::visit([]<class R>(const R&) { return reads_log<R>; }, request);
}

Answer Core::unavailable(Failure failure) {
  if (failure.is_final() && !stopped_) stopped_ = failure.detail;
  trouble_ = failure.detail;
  is_full_ = failure.kind == FailureKind::disk_full;
  return refuse(status_of(failure.kind), std::move(failure.detail));
}

Answer Core::run(Job& job, std::int64_t now_ms) {
  Session session{*db_, now_ms, next_event_number_};
  const bool write = is_write(job.request);
  const bool guarded = write && guarded_groups_ > 0;
  const std::int64_t before = db_->total_changes();
  if (guarded) db_->query("SAVEPOINT request").run();
  Answer answer = std::visit([&](auto& request) { return handle(session, request); }, job.request);
  if (std::optional<Failure> failure = db_->take_failure()) {
    Answer instead = unavailable(std::move(*failure));
    if (answer.status != Status::unreadable) answer = std::move(instead);
  }
  if (!write || !db_->in_transaction()) return answer;
  if (!guarded) {
    if (answer.status != Status::done && db_->total_changes() != before)
      spoiled_ = Failure{answer.status == Status::disk_full ? FailureKind::disk_full : FailureKind::other, 0,
                         "Nothing was changed: a request beside this one failed halfway (" + answer.detail +
                             "). Try again."};
    return answer;
  }
  if (answer.status != Status::done) db_->query("ROLLBACK TO request").run();
  db_->query("RELEASE request").run();
  if (std::optional<Failure> failure = db_->take_failure()) answer = unavailable(std::move(*failure));
  return answer;
}

void Core::give_up(std::span<JobAnswer> answers, Status status, const Failure& failure) {
  if (failure.is_final() && !stopped_) stopped_ = failure.detail;
  trouble_ = failure.detail;
  is_full_ = failure.kind == FailureKind::disk_full;
  for (JobAnswer& answer : answers) {
    answer.answer.status = status;
    answer.answer.detail = failure.detail;
    answer.answer.value = Nothing{};
  }
}

/// Commits; where that fails, everything of the group is answered so.
void Core::finish(bool began, bool any_write, std::span<JobAnswer> answers) {
  if (began && !stopped_) db_->query("COMMIT").run();
  const std::optional<Failure> failure = db_->take_failure();
  if (db_->in_transaction()) {
    db_->query("ROLLBACK").run();
    db_->take_failure();
  }
  if (failure) {
    // A sync that failed leaves open whether the commit is on the disk.
    give_up(answers, failure->kind == FailureKind::sync ? Status::unknown : status_of(failure->kind),
            *failure);
  } else if (stopped_) {
    give_up(answers, Status::unavailable, Failure{FailureKind::other, 0, *stopped_});
  } else if (began && (any_write || db_->is_read_only()) && std::ranges::none_of(answers, failed)) {
    trouble_.clear();
    is_full_ = false;
  }
}

void Core::run_group(std::span<Job> jobs, std::int64_t now_ms, std::vector<JobAnswer>& answers) {
  const std::size_t first = answers.size();
  const bool any_write = std::ranges::any_of(jobs, [](const Job& job) { return is_write(job.request); });
  bool began = !stopped_ && db_->query(any_write ? "BEGIN IMMEDIATE" : "BEGIN").run();
  std::optional<Failure> failure = db_->take_failure();
  for (Job& job : jobs) {
    // After some errors SQLite takes the whole transaction back by itself: then nothing of this group is
    // done. What was only read is right all the same, and so is what follows.
    const bool lost = began && !db_->in_transaction() && !failure;
    if (lost && db_->is_read_only()) {
      began = db_->query("BEGIN").run();
      failure = db_->take_failure();
    } else if (lost) {
      failure = Failure{is_full_ ? FailureKind::disk_full : FailureKind::other, 0,
                        "The whole group was taken back after an error of one of its requests. " + trouble_};
    }
    Answer answer;
    if (began && !failure && !stopped_) answer = run(job, now_ms);
    answer.id = job.id;
    answers.push_back(JobAnswer{job.port, std::move(answer)});
  }
  const std::span<JobAnswer> mine = std::span(answers).subspan(first);
  if (db_->is_read_only()) began = began && db_->in_transaction();
  if (guarded_groups_ > 0) --guarded_groups_;
  if (spoiled_) {
    guarded_groups_ = guarded_after_spoiled;
    if (!failure) failure = std::move(spoiled_);
    spoiled_.reset();
  }
  if (failure || (began && !db_->in_transaction())) {
    const Failure why =
        failure.value_or(Failure{is_full_ ? FailureKind::disk_full : FailureKind::other, 0,
                                 trouble_.empty() ? std::string("The database gave up.") : trouble_});
    give_up(mine, status_of(why.kind), why);
    began = false;
  }
  finish(began, any_write, mine);
}

void Core::tidy(bool idle) {
  // On a full disk the log's own room is the first that can be had again.
  const std::int64_t enough = is_full_ ? 1 : (idle ? wal_pages_when_idle : wal_pages_max);
  if (stopped_ || db_->wal_pages() < enough) return;
  if (db_->checkpoint()) return;
  if (const std::optional<Failure> failure = db_->take_failure(); failure && failure->is_final()) {
    stopped_ = failure->detail;
  }
}

}  // namespace pulter::store
