#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/config/config.h"
#include "engine/intake/intake.h"
#include "engine/shard_loop.h"
#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "io/sim/sim_io.h"
#include "tests/sim/names.h"
#include "tests/sim/watched_store.h"

namespace pulter::sim {

/// The files as one process sees them: once it is dead, it changes nothing any more.
class ProcessSpool final : public store::Spool {
 public:
  explicit ProcessSpool(store::MemorySpool& disk) : disk_(disk) {}
  void die() { is_dead_ = true; }

  io::Task<Result<std::unique_ptr<store::Upload>>> begin(io::Scope& scope, std::uint64_t max_bytes) override;
  io::Task<Result<model::SpoolFile>> adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                           io::CopyReader* reader) override;
  io::Task<Result<std::shared_ptr<store::OpenFile>>> open(io::Scope& scope,
                                                          const model::SpoolFile& file) override;
  io::Task<Result<>> remove(io::Scope& scope, std::string_view key) override;
  io::Task<Result<std::vector<std::string>>> list(io::Scope& scope, std::int64_t before_ms) override;

 private:
  store::MemorySpool& disk_;
  bool is_dead_ = false;
};

/// The daemon in virtual time: its shards over one SimIo, the real SQL in memory, files in memory. Disk and
/// spool outlive a process; all else dies with it.
class Machine {
 public:
  Machine(io::SimIo& io, Judge& judge, const Plan& plan, const WorldFaults& faults,
          const config::Config& config);
  ~Machine();

  /// A new process on the same disk; its lanes go on by themselves.
  void start();
  /// The process dies. The group that the store is at reaches the disk when `keep`.
  void crash(bool keep);
  /// An orderly stop begins; turn until `ended`, then `bury`.
  void drain(io::Duration patience);
  [[nodiscard]] bool ended() const;
  [[nodiscard]] bool is_running() const { return process_ != nullptr; }
  void bury();

  /// One turn of every shard, in an order drawn from the seed; the last may wait until `until`.
  void turn(io::Instant until);
  void pause_shard(std::uint32_t shard, io::Instant until) { paused_until_[shard] = until; }

  [[nodiscard]] bool started() const;
  [[nodiscard]] std::string problem() const;
  void poke(const std::string& webhook_id);
  [[nodiscard]] store::StoreClient& store() { return process_->loops[0]->store(); }
  [[nodiscard]] io::Scope& scope() { return process_->loops[0]->scope(); }
  [[nodiscard]] intake::Intake& intake() { return process_->intake; }
  void set_trouble(const std::string& reason) { process_->inner.set_trouble(reason); }
  [[nodiscard]] store::Core& disk() { return *disk_; }
  [[nodiscard]] store::MemorySpool& spool() { return spool_; }
  [[nodiscard]] store::Spool& files() { return process_->loops[0]->files(); }

  /// One request to the disk itself, beside every process.
  template <class R>
  store::Answer look(R request) {
    std::vector<store::Job> jobs;
    jobs.push_back(store::Job{0, 0, store::Request(std::move(request))});
    std::vector<store::JobAnswer> answers;
    disk_->run_group(jobs, wall_ms(), answers);
    return std::move(answers.front().answer);
  }
  [[nodiscard]] std::int64_t wall_ms();

 private:
  struct Process {
    Process(Machine& machine);
    store::InlineStore inner;
    WatchedStore store;
    ProcessSpool files;
    std::unique_ptr<delivery::RenderDesk[]> desks;
    std::vector<std::unique_ptr<engine::ShardLoop>> loops;
    intake::Intake intake;
  };
  void settle();

  io::SimIo& io_;
  Judge& judge_;
  const Plan& plan_;
  const WorldFaults& faults_;
  const config::Config& config_;
  io::SimRandom chance_;
  std::unique_ptr<store::Core> disk_;
  store::MemorySpool spool_;
  std::unique_ptr<Process> process_;
  std::vector<io::Instant> paused_until_;
};

}  // namespace pulter::sim
