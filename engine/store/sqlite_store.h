#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "codec/base/result.h"
#include "engine/metrics/counters.h"
#include "engine/store/answer_queue.h"
#include "engine/store/core/core.h"
#include "engine/store/job_queue.h"
#include "engine/store/store.h"

namespace pulter::store {

struct SqliteStoreSettings {
  std::string path;  ///< the database file; made where it is missing, its folder must exist
  std::function<std::int64_t()> unix_ms;  ///< time of day, asked from the store's threads
  /// Called on each of the store's threads when it starts ("store-writer", "store-reader"): to name it, and
  /// to give the writer a better nice value (a sync takes 0.2 ms, waking up behind other threads 4 ms). May
  /// be empty.
  std::function<void(std::string_view name)> on_thread_start = {};
  std::size_t waiting_max = 65'536;  ///< requests that may wait per thread; beyond: unavailable
  std::string vfs = {};              ///< for tests that inject faults
};

/// The Store of one machine: SQLite on a thread of its own, which makes groups durable, and a second thread
/// that answers what only reads, so that a long list never delays a group.
///
/// An answer to a write is given when it is on the disk: in the journal beside the database while much comes,
/// else in a commit (decision 0016). Whoever got it reads what it wrote: what is asked for after it waits for
/// the commit. While a full disk or a lock keeps that from being made, lists show the last commit, and what
/// is not found there is answered `unavailable`. Its destructor carries out what was submitted before it,
/// commits, and joins both threads.
class SqliteStore final : public Store {
 public:
  /// Opens the file, brings its schema up to date and takes all store shards over (epoch + 1). Errors as
  /// `open_database`.
  static Result<std::unique_ptr<SqliteStore>> open(SqliteStoreSettings settings);
  ~SqliteStore() override;

  PortId open_port(Waker waker) override;
  void close_port(PortId port) override;
  void submit(PortId port, std::uint64_t id, Request request) override;
  bool take(PortId port, Answer& answer) override;
  [[nodiscard]] std::string trouble() const override;
  /// What the writing thread counted; any thread.
  [[nodiscard]] const metrics::StoreCounters& counters() const { return counters_; }

 private:
  SqliteStore(SqliteStoreSettings settings, std::unique_ptr<Core> writer, std::unique_ptr<Database> reader);
  void run_writer();
  void run_reader();
  void settle();
  /// What was answered so far is committed, or that failed.
  void note_settled();
  /// By the reader.
  bool await_settled();
  void hide_absence(std::span<const Job> jobs, std::span<JobAnswer> answers);
  void tell_journal_trouble();
  void count(std::size_t requests, std::int64_t begun_us);
  void deliver(std::vector<JobAnswer>& answers);
  void note_trouble(std::string& place, const std::string& trouble);

  SqliteStoreSettings settings_;
  metrics::StoreCounters counters_;
  std::unique_ptr<Core> writer_;
  Core reader_;
  JobQueue writes_;
  JobQueue reads_;
  // Never moves, so that a port may be opened while others are in use; each is told of through a queue's
  // lock.
  static constexpr PortId ports_max = 1024;
  std::array<std::unique_ptr<AnswerQueue>, ports_max> ports_;
  PortId port_count_ = 0;
  std::mutex ports_mutex_;
  std::atomic<bool> commit_wanted_{false};  ///< by the reader
  std::mutex settled_mutex_;                ///< guards the next four
  std::condition_variable settled_;
  std::uint64_t answered_groups_ = 0;
  std::uint64_t settled_groups_ = 0;
  bool lacks_answered_ = false;  ///< some of those are in the journal only, for a commit failed
  bool journal_told_ = false;    ///< by the writer: it is not used any more
  mutable std::mutex trouble_mutex_;
  std::string write_trouble_;
  std::string read_trouble_;
  std::thread writer_thread_;
  std::thread reader_thread_;
};

}  // namespace pulter::store
