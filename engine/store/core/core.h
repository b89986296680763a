#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/base/result.h"
#include "engine/store/sqlite_database.h"
#include "engine/store/store.h"

namespace pulter::store {

/// Most requests that go into one commit: a longer group would make its first requests wait for its last.
inline constexpr std::size_t group_requests_max = 500;

/// One request and whose it is; its answer comes with the same port and id.
struct Job {
  PortId port = 0;
  std::uint64_t id = 0;
  Request request;
};
struct JobAnswer {
  PortId port = 0;
  Answer answer;
};

/// Requests that only read the log and the registry. What lanes ask goes with the writes, so that it is
/// answered in order with them.
[[nodiscard]] bool is_read(const Request& request);

/// Carries out requests on one SQLite database: a group of them is one transaction. Pure SQLite, no thread
/// and no clock of its own; the same code runs behind the daemon's thread and in simulations. One thread at a
/// time.
///
/// A request that cannot be done is one that was refused before it wrote anything. Should one fail halfway,
/// which only an error of SQLite brings about, its whole group is taken back and answered `unavailable`, and
/// the next groups run with a savepoint around each request, which takes back that one alone: a savepoint for
/// every request would cost a copy of each page that it touches. When the commit fails, nothing of the group
/// was done. After a failed sync, or on a damaged file, the Core is stopped: it answers `unavailable` with
/// the reason, for good (reliability.md, I10).
class Core {
 public:
  explicit Core(std::unique_ptr<Database> db) : db_(std::move(db)) {}

  /// Appends one answer per job, in order. `now_ms` (Unix milliseconds) is the time of the rows that are
  /// written.
  void run_group(std::span<Job> jobs, std::int64_t now_ms, std::vector<JobAnswer>& answers);
  /// The reason why nothing is done any more.
  [[nodiscard]] const std::optional<std::string>& stopped() const { return stopped_; }
  /// Why the last write was not done, or on a connection that only reads the last read; empty after one that
  /// went through.
  [[nodiscard]] const std::string& trouble() const { return stopped_ ? *stopped_ : trouble_; }

  /// Empties the write-ahead log into the database file when there is enough of it. With `idle`, when it
  /// pays; else only when the log has grown to its bound (32 MiB), or the disk is full. To be called between
  /// groups.
  void tidy(bool idle);

  [[nodiscard]] Database& database() { return *db_; }

 private:
  Answer run(Job& job, std::int64_t now_ms);
  void finish(bool began, bool any_write, std::span<JobAnswer> answers);
  void give_up(std::span<JobAnswer> answers, Status status, const Failure& failure);
  Answer unavailable(Failure failure);

  std::unique_ptr<Database> db_;
  std::optional<Failure> spoiled_;  ///< a request of this group failed after it had written
  int guarded_groups_ = 0;
  std::int64_t next_event_number_ = 0;
  std::optional<std::string> stopped_;
  std::string trouble_;
  bool is_full_ = false;  ///< the trouble is a disk without room
};

}  // namespace pulter::store
