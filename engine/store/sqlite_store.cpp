#include "engine/store/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "codec/base/check.h"
#include "engine/store/sqlite_schema.h"
#include "io/clock.h"
#include "io/file/file.h"

namespace pulter::store {

namespace {

constexpr std::chrono::milliseconds quiet_before_tidying{50};

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
      open_database({.path = settings.path, .read_only = false, .vfs = settings.vfs}, settings.unix_ms());
  if (!writer) return fail(std::move(writer.error()));
  if (Result<> epoch = begin_epoch(**writer); !epoch) return fail(std::move(epoch.error()));
  Result<std::unique_ptr<Database>> reader =
      Database::open({.path = settings.path, .read_only = true, .vfs = settings.vfs});
  if (!reader) return fail(std::move(reader.error()));
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(settings), std::move(*writer), std::move(*reader)));
}

SqliteStore::SqliteStore(SqliteStoreSettings settings, std::unique_ptr<Database> writer,
                         std::unique_ptr<Database> reader)
    : settings_(std::move(settings)),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      writes_(settings_.waiting_max),
      reads_(settings_.waiting_max) {
  writer_thread_ = std::thread([this] { run(writer_, writes_, "store-writer", true); });
  reader_thread_ = std::thread([this] { run(reader_, reads_, "store-reader", false); });
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

void SqliteStore::run(Core& core, JobQueue& queue, std::string_view name, bool writes) {
  if (settings_.on_thread_start) settings_.on_thread_start(name);
  std::vector<Job> group;
  std::vector<JobAnswer> answers;
  while (true) {
    group.clear();
    // Whatever arrived during the last commit is the next group. Time to tidy is when nothing came for a
    // while: a lane that just got its answer asks for the next commit a moment later.
    if (!queue.take(group, group_requests_max, quiet_before_tidying)) {
      if (writes) core.tidy(true);
      if (!queue.take(group, group_requests_max, std::nullopt)) return;
    }
    const std::int64_t begun_us = io::monotonic_us();
    core.run_group(group, settings_.unix_ms(), answers);
    if (writes) count(group.size(), begun_us);
    note_trouble(writes ? write_trouble_ : read_trouble_, core.trouble());
    deliver(answers);
    if (writes) core.tidy(false);
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
