#include "engine/store/core/core.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "codec/base/planted.h"
#include "engine/store/core/handlers.h"
#include "engine/store/core/request_codec.h"
#include "engine/store/sqlite_schema.h"

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

/// The records that the database does not have yet, by its own word.
std::optional<Failure> read_journal(Database& db, Journal& journal, std::vector<std::string>& payloads) {
  std::uint64_t identity = 0;
  std::uint64_t applied = 0;
  {
    Query query = db.query("SELECT identity, applied FROM journal_position");
    if (query.row()) {
      identity = query.unsigned_integer();
      applied = query.unsigned_integer();
    } else if (!db.failure()) {
      return Failure{FailureKind::corrupt, 0,
                     db.path() + " has lost its row of journal_position. Restore a backup."};
    }
  }
  if (std::optional<Failure> failure = db.take_failure()) return failure;
  return journal.read(identity, applied, payloads);
}

Failure of_another_version(const Journal& journal) {
  return {FailureKind::other, 0,
          journal.path() +
              " was written by another version of Pulter, which ended without closing it. Start "
              "that version once, and stop it."};
}

bool failed(const JobAnswer& job) {
  const Status status = job.answer.status;
  return status == Status::unavailable || status == Status::disk_full || status == Status::unreadable;
}

Status status_of(FailureKind kind) {
  return kind == FailureKind::disk_full ? Status::disk_full : Status::unavailable;
}

}  // namespace

Result<> check_journal(Database& db, Journal& journal) {
  std::vector<std::string> payloads;
  std::optional<Failure> failure;
  const bool has_position =
      db.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'journal_position'").row();
  failure = db.take_failure();
  if (!failure && has_position) failure = read_journal(db, journal, payloads);
  if (!failure &&
      !std::ranges::all_of(payloads, [](const auto& each) { return decode_group(each).has_value(); }))
    failure = of_another_version(journal);
  if (failure) return fail(to_error(std::move(*failure)));
  return {};
}

bool is_read(const Request& request) {
  return std::visit([]<class R>(const R&) { return reads_log<R>; }, request);
}

bool reads_uncommitted(const Request& request) {
  return std::visit(
      []<class R>(const R&) { return !is_one_of<R, GetImporter, ListImporters, ListTokens, FindToken>; },
      request);
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
  // Before it is carried out, which takes it apart.
  const std::size_t record_bytes = record_ != nullptr ? record_->size() : 0;
  if (record_ != nullptr && write) encode_request(job.request, *record_);
  Answer answer = std::visit([&](auto& request) { return handle(session, request); }, job.request);
  if (std::optional<Failure> failure = db_->take_failure()) {
    Answer instead = unavailable(std::move(*failure));
    if (answer.status != Status::unreadable) answer = std::move(instead);
  }
  if (record_ != nullptr && write) {
    if (answer.status == Status::done) {
      ++recorded_;
    } else {
      record_->resize(record_bytes);
    }
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

void Core::note(const Failure& failure) {
  if (failure.is_final() && !stopped_) stopped_ = failure.detail;
  trouble_ = failure.detail;
  is_full_ = failure.kind == FailureKind::disk_full;
}

void Core::give_up(std::span<JobAnswer> answers, Status status, const Failure& failure) {
  note(failure);
  for (JobAnswer& answer : answers) {
    answer.answer.status = status;
    answer.answer.detail = failure.detail;
    answer.answer.value = Nothing{};
  }
}

/// Opens a transaction where none is open, on a database that has all that was answered.
std::optional<Failure> Core::begin(bool any_write) {
  if (is_behind_) {
    if (std::optional<Failure> failure = catch_up()) return failure;
  }
  if (!db_->in_transaction()) db_->query(any_write ? "BEGIN IMMEDIATE" : "BEGIN").run();
  return db_->take_failure();
}

void Core::roll_back() {
  if (db_->in_transaction()) db_->query("ROLLBACK").run();
  db_->take_failure();
  is_behind_ = uncommitted_ > 0;
}

std::optional<Failure> Core::commit() {
  return commit(journal_ ? journal_->sequence() : 0);
}

/// `applied`: the number of the last record that is in the database from now on.
std::optional<Failure> Core::commit(std::uint64_t applied) {
  if (uncommitted_ > 0) db_->query("UPDATE journal_position SET applied = ?").with(applied).run();
  db_->query("COMMIT").run();
  if (std::optional<Failure> failure = db_->take_failure()) return failure;
  uncommitted_ = 0;
  if (journal_) journal_->rewind();
  return std::nullopt;
}

/// Commits the group whose record could not be written, in that record's place. Room may come back (file
/// systems that copy on write need some even here); anything else will not mend by itself.
std::optional<Failure> Core::commit_instead(const Failure& why) {
  const bool for_good = why.kind != FailureKind::disk_full;
  uncommitted_ += recorded_;
  if (std::optional<Failure> failure = commit(journal_->sequence() + 1)) {
    uncommitted_ -= recorded_;
    return failure;
  }
  journal_->skip(for_good);
  if (for_good) journal_trouble_ = why.detail;
  return std::nullopt;
}

/// After this, what the group wrote outlives a crash; or nothing of it will be there.
std::optional<Failure> Core::make_durable(bool any_write) {
  const bool keeps_open = uncommitted_ > 0;
  if (!any_write && keeps_open) return std::nullopt;
  if (record_ == nullptr || !journal_->fits()) return commit();
  if (recorded_ == 0) return keeps_open ? std::nullopt : commit();
  if (std::optional<Failure> failure = journal_->append())
    return failure->kind == FailureKind::sync ? failure : commit_instead(*failure);
  uncommitted_ += recorded_;
  return std::nullopt;
}

/// Makes the group durable; where that fails, everything of it is answered so.
void Core::finish(bool began, bool any_write, std::span<JobAnswer> answers) {
  std::optional<Failure> failure = db_->take_failure();
  if (began && !stopped_ && !failure) failure = make_durable(any_write);
  if (!began || stopped_ || failure) roll_back();
  if (failure) {
    // A sync that failed leaves open whether the group is on the disk.
    give_up(answers, failure->kind == FailureKind::sync ? Status::unknown : status_of(failure->kind),
            *failure);
  } else if (stopped_) {
    give_up(answers, Status::unavailable, Failure{FailureKind::other, 0, *stopped_});
  } else if (began && (any_write || db_->is_read_only()) && std::ranges::none_of(answers, failed)) {
    trouble_.clear();
    is_full_ = false;
  }
}

void Core::run_group(std::span<Job> jobs, std::int64_t now_ms, std::vector<JobAnswer>& answers,
                     Durability durability) {
  const std::size_t first = answers.size();
  bool any_write = false;
  // Nothing is put off while the last commit did not go through: its reason is told to whoever asks.
  bool may_wait = journal_ != nullptr && durability == Durability::journal && trouble_.empty();
  for (const Job& job : jobs) {
    if (!is_write(job.request)) continue;
    any_write = true;
    may_wait = may_wait && is_journaled(job.request);
  }
  std::optional<Failure> failure;
  if (!stopped_) failure = begin(any_write);
  bool began = !stopped_ && !failure;
  if (may_wait && began && uncommitted_ == 0) may_wait = owns_journal();
  record_ = any_write && may_wait ? &journal_->begin_record() : nullptr;
  recorded_ = 0;
  if (record_ != nullptr) encode_group(now_ms, *record_);
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
  record_ = nullptr;
}

/// Whoever started later on this database writes the journal now. Asked inside a transaction, which nobody
/// can start beside.
bool Core::owns_journal() {
  return epoch() == epoch_;
}

std::uint64_t Core::epoch() {
  Query query = db_->query("SELECT epoch FROM store_shards WHERE store_shard = 0");
  return query.row() ? query.unsigned_integer() : 0;
}

/// Carries out what is in the journal and not in the database, and commits it.
std::optional<Failure> Core::catch_up() {
  db_->query("BEGIN IMMEDIATE").run();
  std::optional<Failure> failure = db_->take_failure();
  if (!failure) failure = replay_journal();
  if (!failure) failure = commit();
  if (failure) {
    roll_back();
    return failure;
  }
  is_behind_ = false;
  return std::nullopt;
}

/// In a transaction, so that no other store on this database commits the same meanwhile.
std::optional<Failure> Core::replay_journal() {
  std::vector<std::string> payloads;
  const std::uint64_t known = journal_->sequence();
  if (std::optional<Failure> failure = read_journal(*db_, *journal_, payloads)) return failure;
  if (journal_->sequence() < known) {
    return Failure{FailureKind::corrupt, 0,
                   journal_->path() +
                       " has lost requests that were answered already. Something else wrote to it, or its "
                       "disk is failing."};
  }
  if constexpr (planted(Bug::journal_forgets_its_last)) {
    if (!payloads.empty()) payloads.pop_back();
  }
  for (const std::string& payload : payloads) {
    if (std::optional<Failure> failure = replay(payload)) return failure;
  }
  uncommitted_ = payloads.size();
  return std::nullopt;
}

std::optional<Failure> Core::replay(const std::string& payload) {
  std::optional<JournaledGroup> group = decode_group(payload);
  if (!group) return of_another_version(*journal_);
  for (Request& request : group->requests) {
    Session session{*db_, group->now_ms, next_event_number_};
    const Answer answer = std::visit([&](auto& each) { return handle(session, each); }, request);
    if (std::optional<Failure> failure = db_->take_failure()) return failure;
    // It was done when it was written here, on the same rows.
    if (answer.status != Status::done) {
      return Failure{FailureKind::other, 0,
                     journal_->path() +
                         " does not fit the database beside it, which refuses a request that "
                         "was answered (" +
                         answer.detail +
                         "). Put back the file that belongs to it, or move this one away to go on "
                         "without those requests."};
    }
  }
  return std::nullopt;
}

Result<> Core::start() {
  roll_back();
  next_event_number_ = 0;
  db_->query("BEGIN IMMEDIATE").run();
  std::optional<Failure> failure = db_->take_failure();
  if (!failure && journal_) failure = replay_journal();
  Result<> begun;
  if (!failure) begun = begin_epoch(*db_);
  if (!failure && begun) failure = commit();
  if (failure || !begun) roll_back();
  if (!begun) return begun;
  if (failure) return fail(to_error(std::move(*failure)));
  is_behind_ = false;
  epoch_ = epoch();
  if (journal_) failure = journal_->grow();
  if (failure) return fail(to_error(std::move(*failure)));
  return {};
}

void Core::settle() {
  if (stopped_ || uncommitted_ == 0) return;
  std::optional<Failure> failure = is_behind_ ? catch_up() : commit();
  if (!failure) return;
  roll_back();
  note(*failure);
}

void Core::tidy(bool idle) {
  // On a full disk the log's own room is the first that can be had again.
  const std::int64_t enough = is_full_ ? 1 : (idle ? wal_pages_when_idle : wal_pages_max);
  if (stopped_ || db_->wal_pages() < enough) return;
  // What is behind only waits for the room that this makes.
  if (!is_behind_) settle();
  if (stopped_ || db_->in_transaction()) return;
  if (db_->checkpoint()) return;
  if (const std::optional<Failure> failure = db_->take_failure(); failure && failure->is_final()) {
    stopped_ = failure->detail;
  }
}

}  // namespace pulter::store
