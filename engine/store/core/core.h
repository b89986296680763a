#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/base/result.h"
#include "engine/store/core/journal.h"
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
/// Of those that read: whether the journal may hold what they ask for. Importers and tokens are always
/// committed at once.
[[nodiscard]] bool reads_uncommitted(const Request& request);

/// What makes a group durable before it is answered.
enum class Durability : std::uint8_t {
  commit,   ///< a commit of SQLite's
  journal,  ///< a record in the journal where the requests allow it; more is expected soon, and then `settle`
};

/// Whether this program understands what the journal has beyond the database. To be asked before a migration:
/// the version that wrote it could not open the database afterwards. Errors as `to_error`.
Result<> check_journal(Database& db, Journal& journal);

/// Carries out requests on one SQLite database: a group of them is one transaction, or with a journal a part
/// of one that several groups share (decision 0016). Pure SQLite, no thread and no clock of its own; the same
/// code runs behind the daemon's thread and in simulations. One thread at a time.
///
/// Groups that are in the journal and not committed are in the open transaction. Should that get lost (an
/// error that SQLite answers by taking all of it back, a group that is taken back, a crash), they are carried
/// out again from the journal before anything else is: the database is as if they had been committed then.
///
/// A request that cannot be done is one that was refused before it wrote anything. Should one fail halfway,
/// which only an error of SQLite brings about, its whole group is taken back and answered `unavailable`, and
/// the next groups run with a savepoint around each request, which takes back that one alone: a savepoint for
/// every request would cost a copy of each page that it touches. When the commit fails, nothing of the group
/// was done. After a failed sync, or on a damaged file, the Core is stopped: it answers `unavailable` with
/// the reason, for good (reliability.md, I10).
class Core {
 public:
  /// `journal`: none for a connection that only reads.
  explicit Core(std::unique_ptr<Database> db, std::unique_ptr<Journal> journal = nullptr)
      : db_(std::move(db)), journal_(std::move(journal)) {}

  /// As a process that starts does it: carries out what the journal has, and takes all store shards over
  /// (epoch + 1). Errors as `to_error`.
  Result<> start();

  /// Appends one answer per job, in order. `now_ms` (Unix milliseconds) is the time of the rows that are
  /// written.
  void run_group(std::span<Job> jobs, std::int64_t now_ms, std::vector<JobAnswer>& answers,
                 Durability durability = Durability::commit);
  /// Whether requests were answered that SQLite has not committed.
  [[nodiscard]] bool has_uncommitted() const { return uncommitted_ > 0; }
  /// As many as wait for a commit at most: `settle`.
  [[nodiscard]] bool must_settle() const { return uncommitted_ >= limits::uncommitted_requests_max; }
  /// Commits them. Where that fails `trouble` says why; they stay in the journal, and the next group or call
  /// tries again first.
  void settle();
  /// Whether they wait for a disk or a lock, and what is read lacks them: trying again at once would not
  /// help.
  [[nodiscard]] bool is_behind() const { return is_behind_; }
  /// The reason why nothing is done any more.
  [[nodiscard]] const std::optional<std::string>& stopped() const { return stopped_; }
  /// Why the last write was not done, or on a connection that only reads the last read; empty after one that
  /// went through.
  [[nodiscard]] const std::string& trouble() const { return stopped_ ? *stopped_ : trouble_; }

  /// Why the journal is not used until the next start; empty while it is.
  [[nodiscard]] const std::string& journal_trouble() const { return journal_trouble_; }

  /// Empties the write-ahead log into the database file when there is enough of it. With `idle`, when it
  /// pays; else only when the log has grown to its bound (32 MiB), or the disk is full. To be called between
  /// groups; commits first what is not.
  void tidy(bool idle);

  [[nodiscard]] Database& database() { return *db_; }

 private:
  Answer run(Job& job, std::int64_t now_ms);
  std::optional<Failure> begin(bool any_write);
  void finish(bool began, bool any_write, std::span<JobAnswer> answers);
  std::optional<Failure> make_durable(bool any_write);
  std::optional<Failure> commit();
  std::optional<Failure> commit(std::uint64_t applied);
  std::optional<Failure> commit_instead(const Failure& why);
  void roll_back();
  bool owns_journal();
  std::uint64_t epoch();
  std::optional<Failure> catch_up();
  std::optional<Failure> replay_journal();
  std::optional<Failure> replay(const std::string& payload);
  void note(const Failure& failure);
  void give_up(std::span<JobAnswer> answers, Status status, const Failure& failure);
  Answer unavailable(Failure failure);

  std::unique_ptr<Database> db_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t epoch_ = 0;         ///< of `start`
  std::string* record_ = nullptr;   ///< the journal's next one, while a group is run that may go there
  std::size_t recorded_ = 0;        ///< requests in it
  std::size_t uncommitted_ = 0;     ///< requests that are in the journal and not committed
  bool is_behind_ = false;          ///< they are not in the open transaction either
  std::optional<Failure> spoiled_;  ///< a request of this group failed after it had written
  int guarded_groups_ = 0;
  std::int64_t next_event_number_ = 0;
  std::optional<std::string> stopped_;
  std::string trouble_;
  std::string journal_trouble_;
  bool is_full_ = false;  ///< the trouble is a disk without room
};

}  // namespace pulter::store
