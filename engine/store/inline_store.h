#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codec/base/result.h"
#include "engine/store/answer_queue.h"
#include "engine/store/core/core.h"
#include "engine/store/store.h"
#include "io/io.h"

namespace pulter::store {

/// A database for InlineStore, ready to be used: in memory, or at `path`. It outlives the stores on it, as a
/// disk outlives the processes.
Result<std::unique_ptr<Core>> open_core(const std::string& path = ":memory:", std::int64_t now_ms = 0);

/// A Store without a thread, for simulations and tests: the same SQL as the daemon's, in one thread and in
/// the time of its Io.
///
/// A group of requests takes `latency` from when it starts; what is submitted meanwhile goes into the next. A
/// crash is `crash`, and a new InlineStore on the same Core: the Core is the disk. Before it is destroyed,
/// `crash` or have everything answered, and let the Io run once more.
class InlineStore final : public Store {
 public:
  using Latency = std::function<io::Duration()>;

  /// Takes all store shards over (epoch + 1), as a start of the daemon does. Without `latency`, each group
  /// takes 200 µs.
  InlineStore(Core& core, io::Io& io, Latency latency = {});
  ~InlineStore() override;

  PortId open_port(Waker waker) override;
  void close_port(PortId port) override;
  void submit(PortId port, std::uint64_t id, Request request) override;
  bool take(PortId port, Answer& answer) override;
  [[nodiscard]] std::string trouble() const override;

  /// The process dies. The group that is under way reaches the disk or it does not (`keep`); what waits
  /// behind it is lost. Every call that waits, and each later one, is answered `fenced`, so that flows end
  /// and write nothing.
  void crash(bool keep);
  /// From now on each request is answered `disk_full` with this reason; empty: no longer.
  void set_trouble(std::string reason) { injected_trouble_ = std::move(reason); }
  /// Groups that were carried out.
  [[nodiscard]] std::uint64_t groups() const { return groups_; }

 private:
  void begin_group();
  void run_group();
  Durability durability();
  void answer_all(std::vector<Job>& jobs, Status status, const std::string& detail);
  [[nodiscard]] std::int64_t unix_ms();

  Core& core_;
  io::Io& io_;
  Latency latency_;
  io::Op timer_;
  std::vector<Job> waiting_;
  std::vector<Job> group_;
  std::vector<std::unique_ptr<AnswerQueue>> ports_;
  std::string injected_trouble_;
  std::uint64_t groups_ = 0;
  io::Instant last_group_{};  ///< when it was carried out
  bool crashed_ = false;
};

}  // namespace pulter::store
