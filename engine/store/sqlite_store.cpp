#include "engine/store/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "codec/base/check.h"
#include "engine/store/sqlite_schema.h"
#include "io/clock.h"
#include "io/file/file.h"
#include "io/log.h"

namespace pulter::store {

namespace {

constexpr std::chrono::milliseconds quiet_before_tidying{50};
/// Between two tries to commit while the disk is full.
constexpr std::chrono::milliseconds retry_wait = limits::store_retry_wait;
/// As long at least between two groups then: each tries all that waits in the journal first.
constexpr std::chrono::milliseconds pause_when_behind{200};

/// Secrets are in the file, so it is made before SQLite would make it with the mode of the umask; its log and
/// its index take the mode over.
Result<> make_private_file(const std::string& path) {
  const Result<io::UniqueFd> there = io::open_to_read(path);
  if (there || there.error().code != ErrorCode::not_found) return {};
  const std::size_t slash = path.rfind('/');
  Result<io::TemporaryFile> file =
      io::TemporaryFile::create(slash == std::string::npos ? "." : path.substr(0, slash));
  if (!file) return fail(std::move(file.error()));
  return file->keep(slash == std::string::npos ? path : path.substr(slash + 1));
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteStoreSettings settings) {
  PULTER_CHECK(settings.unix_ms);
  if (Result<> made = make_private_file(settings.path); !made) return fail(std::move(made.error()));
  Result<std::unique_ptr<Database>> writer =
      open_as_it_is({.path = settings.path, .read_only = false, .vfs = settings.vfs});
  if (!writer) return fail(std::move(writer.error()));
  Result<std::unique_ptr<Journal>> journal = Journal::open(settings.path, settings.vfs);
  if (!journal) return fail(std::move(journal.error()));
  if (Result<> sound = check_journal(**writer, **journal); !sound) return fail(std::move(sound.error()));
  if (Result<> migrated = migrate(**writer, settings.unix_ms()); !migrated)
    return fail(std::move(migrated.error()));
  auto core = std::make_unique<Core>(std::move(*writer), std::move(*journal));
  if (Result<> started = core->start(); !started) return fail(std::move(started.error()));
  Result<std::unique_ptr<Database>> reader =
      Database::open({.path = settings.path, .read_only = true, .vfs = settings.vfs});
  if (!reader) return fail(std::move(reader.error()));
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(settings), std::move(core), std::move(*reader)));
}

SqliteStore::SqliteStore(SqliteStoreSettings settings, std::unique_ptr<Core> writer,
                         std::unique_ptr<Database> reader)
    : settings_(std::move(settings)),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      writes_(settings_.waiting_max),
      reads_(settings_.waiting_max) {
  writer_thread_ = std::thread([this] { run_writer(); });
  reader_thread_ = std::thread([this] { run_reader(); });
}

SqliteStore::~SqliteStore() {
  writes_.close();
  reads_.close();
  writer_thread_.join();
  reader_thread_.join();
}

PortId SqliteStore::open_port(Waker waker) {
  const std::scoped_lock lock(ports_mutex_);
  PULTER_CHECK(port_count_ < ports_max);
  ports_[port_count_] = std::make_unique<AnswerQueue>(waker);
  return port_count_++;
}

void SqliteStore::close_port(PortId port) {
  ports_[port]->close();
}

void SqliteStore::submit(PortId port, std::uint64_t id, Request request) {
  JobQueue& queue = is_read(request) ? reads_ : writes_;
  if (queue.push(Job{port, id, std::move(request)})) return;
  ports_[port]->push(Answer{id, Status::unavailable,
                            "More than " + std::to_string(settings_.waiting_max) +
                                " requests wait for the database already. Try again later.",
                            Nothing{}});
  ports_[port]->wake();
}

bool SqliteStore::take(PortId port, Answer& answer) {
  return ports_[port]->take(answer);
}

std::string SqliteStore::trouble() const {
  const std::scoped_lock lock(trouble_mutex_);
  return write_trouble_.empty() ? read_trouble_ : write_trouble_;
}

void SqliteStore::note_trouble(std::string& place, const std::string& trouble) {
  const std::scoped_lock lock(trouble_mutex_);
  if (place != trouble) place = trouble;
}

void SqliteStore::run_writer() {
  if (settings_.on_thread_start) settings_.on_thread_start("store-writer");
  std::vector<Job> group;
  std::vector<JobAnswer> answers;
  std::int64_t uncommitted_since_us = 0;
  Durability durability = Durability::commit;
  bool is_tidy = false;
  while (true) {
    group.clear();
    // Time to commit is when nothing comes for a moment, and time to tidy after a longer one: a lane that
    // just got its answer asks again soon.
    std::optional<std::chrono::milliseconds> patience;
    if (writer_->has_uncommitted()) {
      patience = writer_->is_behind() ? retry_wait : limits::quiet_before_commit;
    } else if (!is_tidy) {
      patience = quiet_before_tidying;
    }
    if (writer_->is_behind()) std::this_thread::sleep_for(pause_when_behind);
    // Whatever arrived while the last group was made durable is the next one.
    const JobQueue::Taken taken = writes_.take(group, group_requests_max, patience);
    if (taken == JobQueue::Taken::closed) break;
    if (taken == JobQueue::Taken::nothing) {
      durability = Durability::commit;
      if (writer_->has_uncommitted() || commit_wanted_) {
        settle();
      } else {
        writer_->tidy(true);
        is_tidy = true;
      }
      continue;
    }
    const std::int64_t begun_us = io::monotonic_us();
    if (!writer_->has_uncommitted()) uncommitted_since_us = begun_us;
    writer_->run_group(group, settings_.unix_ms(), answers, durability);
    durability = Durability::journal;
    is_tidy = false;
    count(group.size(), begun_us);
    note_trouble(write_trouble_, writer_->trouble());
    {
      // Before anybody is answered, who may then read.
      const std::scoped_lock lock(settled_mutex_);
      ++answered_groups_;
    }
    if (!writer_->has_uncommitted()) note_settled();
    deliver(answers);
    const auto waiting = std::chrono::microseconds(begun_us - uncommitted_since_us);
    const bool wanted = commit_wanted_ || writer_->must_settle() || waiting > limits::uncommitted_time_max;
    if (wanted && !writer_->is_behind()) {
      settle();
    } else if (wanted) {
      note_settled();  // the group has just tried
    }
    writer_->tidy(false);
    tell_journal_trouble();
  }
  settle();
}

void SqliteStore::settle() {
  writer_->settle();
  note_trouble(write_trouble_, writer_->trouble());
  note_settled();
}

/// Everything that was answered is committed, or cannot be by now: readers wait no longer.
void SqliteStore::note_settled() {
  commit_wanted_ = false;
  {
    const std::scoped_lock lock(settled_mutex_);
    settled_groups_ = answered_groups_;
    lacks_answered_ = writer_->has_uncommitted();
  }
  settled_.notify_one();
}

void SqliteStore::tell_journal_trouble() {
  if (std::exchange(journal_told_, !writer_->journal_trouble().empty()) || !journal_told_) return;
  io::log(
      io::LogLevel::warning,
      "The journal of requests cannot be written: until the next start each group takes a commit of its own",
      {{"reason", writer_->journal_trouble()}});
}

/// Whether what can be read has all that was answered.
bool SqliteStore::await_settled() {
  std::unique_lock lock(settled_mutex_);
  const std::uint64_t wanted = answered_groups_;
  if (settled_groups_ < wanted) {
    commit_wanted_ = true;
    writes_.poke();
    settled_.wait(lock, [&] { return settled_groups_ >= wanted; });
  }
  return !lacks_answered_;
}

/// What is not there may be in the journal only: nobody is told that it does not exist.
void SqliteStore::hide_absence(std::span<const Job> jobs, std::span<JobAnswer> answers) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Answer& answer = answers[i].answer;
    if (answer.status != Status::not_found || !reads_uncommitted(jobs[i].request)) continue;
    answer.status = Status::unavailable;
    answer.detail = "The newest of what was answered cannot be read for now. " + trouble();
  }
}

void SqliteStore::run_reader() {
  if (settings_.on_thread_start) settings_.on_thread_start("store-reader");
  std::vector<Job> group;
  std::vector<JobAnswer> answers;
  while (reads_.take(group, group_requests_max, std::nullopt) != JobQueue::Taken::closed) {
    bool has_all = true;
    if (std::ranges::any_of(group, [](const Job& job) { return reads_uncommitted(job.request); }))
      has_all = await_settled();
    reader_.run_group(group, settings_.unix_ms(), answers);
    note_trouble(read_trouble_, reader_.trouble());
    if (!has_all) hide_absence(group, answers);
    deliver(answers);
    group.clear();
  }
}

void SqliteStore::count(std::size_t requests, std::int64_t begun_us) {
  counters_.commits.add();
  counters_.requests.add(requests);
  counters_.commit_time.observe(std::chrono::microseconds(io::monotonic_us() - begun_us));
}

void SqliteStore::deliver(std::vector<JobAnswer>& answers) {
  std::vector<PortId> ports;
  for (JobAnswer& answer : answers) {
    ports_[answer.port]->push(std::move(answer.answer));
    if (std::ranges::find(ports, answer.port) == ports.end()) ports.push_back(answer.port);
  }
  for (const PortId port : ports) ports_[port]->wake();
  answers.clear();
}

}  // namespace pulter::store
