#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/net/blocking.h"
#include "tools/pulter/bench/report.h"

namespace pulter::tool::bench {

/// What `pulter bench` was given.
struct Options {
  std::vector<std::string> scenarios;  ///< by name; empty: all
  std::uint64_t runs = 5;
  std::uint64_t rows = 1'000'000;  ///< of the firehose's file; other scenarios scale with it
  bool small = false;              ///< tiny data and one run: shows that everything works, measures nothing
  std::string json_file;
  std::string plot_file;
  std::string daemon;         ///< path of pulterd; empty: beside this program, beside its folder, or in PATH
  std::string rivals_folder;  ///< empty: where the build or the package puts them
  bool no_rivals = false;
  std::string folder;  ///< where stores and files are made; empty: TMPDIR or /tmp
};

/// A folder that vanishes with its owner, and when somebody ends the program by SIGINT or SIGTERM: from its
/// making on both remove the folder and end the program with 128 + the signal's number. The daemons and
/// rivals that were started get a SIGTERM then (io/child_process.h). Make it before other threads.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  void remove_when_stopped();

  std::string path_;
  io::blocking::Descriptor stopped_;
  io::blocking::Descriptor over_;  ///< readable when its other end is closed
  io::blocking::Descriptor over_end_;
  std::thread watch_;
};

/// What all scenarios share: options, the folder, the data files made so far.
class Bench {
 public:
  explicit Bench(Options options);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] const std::string& daemon_path() const { return daemon_path_; }
  /// `full`, or what the small mode takes instead.
  [[nodiscard]] std::uint64_t scaled(std::uint64_t full, std::uint64_t small) const {
    return options_.small ? small : full;
  }
  /// A made-up CSV (bench/data_sets.h) of so many rows, made once and in the page cache. Its path.
  [[nodiscard]] std::string data_file(std::string_view data_set, std::uint64_t rows);
  /// Before each run: writes a file and removes it, and reads the data files, so that free pages and theirs
  /// are there. A virtual machine whose host takes back what lies idle would have whoever comes first pay for
  /// it: 0.2 s for one large file.
  void warm_machine() const;
  /// A sentence on standard error: what is under way.
  void progress(const std::string& text) const;

 private:
  Options options_;
  TemporaryFolder folder_;
  std::string daemon_path_;
  std::map<std::string, std::string> files_;
};

/// One figure per metric of the scenario; nothing where the metric does not apply.
using Figures = std::vector<std::optional<double>>;

/// Somebody who takes part in a scenario.
struct Entrant {
  std::string name;
  Kind kind = Kind::pulter;
  std::function<Figures()> run;
};

/// Runs everybody once to warm up and then `runs` times, in turn, so that whatever else the machine does hits
/// all of them alike; fills `scenario.entrants`. One whose warm-up takes longer than 4 s starts with it: that
/// first run counts, and as many fewer follow.
void contest(Bench& bench, ScenarioReport& scenario, const std::vector<Entrant>& entrants);

/// Polls `done` until it is true; a Failure naming `what` after `seconds`.
void await(const std::function<bool()>& done, const std::string& what, std::uint64_t seconds = 300);

/// A scenario by its name.
struct Scenario {
  std::string_view name;
  std::string_view help;
  ScenarioReport (*run)(Bench& bench);
};
[[nodiscard]] const std::vector<Scenario>& scenarios();

}  // namespace pulter::tool::bench
