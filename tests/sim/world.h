#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/sim/sim_io.h"
#include "tests/sim/diary.h"
#include "tests/sim/judge.h"
#include "tests/sim/machine.h"
#include "tests/sim/plan.h"
#include "tests/sim/receiver.h"

namespace pulter::sim {

/// What a run amounted to.
struct Figures {
  std::uint64_t turns = 0;
  std::uint64_t crashes = 0;
  std::uint64_t drains = 0;
  std::uint64_t receipts = 0;
  std::uint64_t imports = 0;
  double virtual_hours = 0;
  std::uint64_t hash = 0;  ///< equal runs have equal hashes
};

/// One simulated life of a daemon, its users and its receivers (reliability.md, section 2): set up clean;
/// faults until the plan's turns are used up; faults off, and everything must come to its end within the
/// stated time; then the checkers; then nothing may be left over.
class World {
 public:
  World(Plan plan, Diary& diary);
  ~World();

  /// Runs it all. What was wrong is in the diary.
  Figures run();

 private:
  struct Client {
    bool busy = false;
    bool accepted = false;
    std::string import_id;
    bool met_file_trouble = false;  ///< files could not be read while it was handed over
    std::uint64_t tries = 0;
    io::Instant next_try{};
  };

  // world.cpp: the phases
  void set_up();
  void with_faults();
  void calm();
  void converge(const std::string& what, bool may_halt);
  void finish();
  void turn(io::Instant until);
  void restart(bool crash);
  void restart_if_failed();
  void finish_drain();
  void after_restart();
  [[nodiscard]] bool all_accepted() const;
  [[nodiscard]] std::size_t unfinished(bool with_halted);
  [[nodiscard]] io::Duration time_to_converge() const;
  std::vector<model::Import> all_imports();
  void check_end();
  void check_log(const model::Import& import);
  void check_restart_changes_nothing();
  [[nodiscard]] std::string state_text();

  // users.cpp: what people do
  void start_clients();
  io::Task<> upload(std::size_t file);
  void random_faults();
  void random_command();
  io::Task<> command(std::string import_id, store::ImportCommand which);
  io::Task<> resend(std::string event_id);
  io::Task<> test(std::size_t webhook);
  io::Task<> enable(std::size_t webhook);
  io::Task<> apply_retention();
  void resume_what_stands();
  void poke_all();

  Plan plan_;
  Diary& diary_;
  WorldFaults faults_;  ///< as they are now: the plan's, or none
  io::SimIo io_;
  io::Scope outside_;
  config::Config config_;
  Judge judge_;
  Machine machine_;
  io::SimRandom chance_;
  std::vector<std::string> webhook_ids_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<std::unique_ptr<Trap>> traps_;
  std::vector<Client> clients_;
  Figures figures_;
  std::uint64_t recovering_turns_ = 0;
  bool draining_ = false;
  io::Duration wall_went_back_{};
  std::optional<io::Instant> trouble_until_;
  std::optional<io::Instant> file_trouble_until_;
};

}  // namespace pulter::sim
