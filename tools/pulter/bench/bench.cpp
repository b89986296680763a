#include "tools/pulter/bench/bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "bench/data_sets.h"
#include "io/child_process.h"
#include "io/net/blocking.h"
#include "io/net/blocking_poller.h"
#include "io/process.h"
#include "io/terminal.h"
#include "tools/pulter/bench/receiver.h"
#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

namespace fs = std::filesystem;

constexpr double long_run_s = 4.0;
constexpr double removal_max_s = 5.0;
/// 128 + the signal's number, as shells say it.
constexpr int exit_interrupted = 130;
constexpr int exit_terminated = 143;
constexpr std::uint64_t stopped_key = 0;
constexpr std::uint64_t over_key = 1;

/// pulterd beside this program, or where the build puts it, or by name for PATH.
std::string find_daemon(const Options& options) {
  const fs::path here = fs::path(io::own_path()).parent_path();
  if (!options.daemon.empty()) {
    if (!fs::exists(options.daemon)) {
      throw Failure(ExitCode::usage, "--daemon: there is no program " + options.daemon + ".");
    }
    return options.daemon;
  }
  for (const fs::path& candidate : {here / "pulterd", here.parent_path() / "pulterd/pulterd"}) {
    if (fs::exists(candidate) && !fs::is_directory(candidate)) return candidate.string();
  }
  return "pulterd";
}

double seconds_since(std::int64_t start_ns) {
  return static_cast<double>(now_ns() - start_ns) / 1e9;
}

void add(EntrantReport& report, const Figures& figures) {
  for (std::size_t i = 0; i < report.samples.size(); ++i) {
    if (i < figures.size() && figures[i]) report.samples[i].push_back(*figures[i]);
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& parent) {
  const std::string base = parent.empty() ? io::environment("TMPDIR").value_or("/tmp") : parent;
  path_ = fmt::format("{}/pulter-bench-{}", base, ::getpid());
  std::error_code error;
  if (!fs::create_directories(path_, error)) {
    throw Failure(ExitCode::failed, "Cannot make the folder " + path_ + ": " + error.message() +
                                        ". Name another place with --folder.");
  }
  stopped_ = value_or_throw(io::blocking::stop_signals());
  std::tie(over_, over_end_) = value_or_throw(io::make_pipe());
  watch_ = std::thread([this] { remove_when_stopped(); });
}

TemporaryFolder::~TemporaryFolder() {
  check(io::blocking::write_all(over_end_.number(), "over"));
  watch_.join();
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

/// The thread that waits for a signal. Whatever runs then has no say: scenarios wait in many places, some for
/// minutes.
void TemporaryFolder::remove_when_stopped() {
  io::blocking::Poller poller = value_or_throw(io::blocking::Poller::create());
  poller.add(stopped_, stopped_key);
  poller.add(over_, over_key);
  while (true) {
    for (const io::blocking::Poller::Ready& ready : poller.wait(-1)) {
      if (ready.key == over_key) return;
      const io::StopSignal signal = io::take_stop_signal(stopped_.number());
      if (signal == io::StopSignal::none) continue;
      // Daemons still write into it for a moment.
      const std::int64_t start = now_ns();
      std::error_code error;
      while (fs::exists(path_, error) && seconds_since(start) < removal_max_s) fs::remove_all(path_, error);
      print_error("\npulter bench: stopped. Nothing was written.\n");
      std::_Exit(signal == io::StopSignal::interrupt ? exit_interrupted : exit_terminated);
    }
  }
}

Bench::Bench(Options options)
    : options_(std::move(options)), folder_(options_.folder), daemon_path_(find_daemon(options_)) {
  if (options_.small) {
    options_.runs = 1;
    options_.rows = std::min<std::uint64_t>(options_.rows, 20'000);
  }
  io::raise_descriptor_limit();
  io::ignore_write_signals();
}

std::string Bench::data_file(std::string_view data_set, std::uint64_t rows) {
  const std::string name = fmt::format("{}-{}.csv", data_set, rows);
  std::string& path = files_[name];
  if (path.empty()) {
    progress(fmt::format("making {}", name));
    path = folder_.path(name);
    check(io::blocking::write_file(path, pulter::bench::make_data_rows(data_set, rows).text()));
  }
  return path;
}

void Bench::progress(const std::string& text) const {
  const std::string line = io::is_terminal(2) ? "\r\x1b[K" + text : text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Bench::warm_machine() const {
  constexpr int pieces = 256;
  std::vector<char> piece(std::size_t{1} << 20U);
  {
    const std::string path = folder_.path("warm");
    const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_appending(path));
    for (int i = 0; i < pieces; ++i)
      check(io::blocking::write_all(file.number(), {piece.data(), piece.size()}));
    std::filesystem::remove(path);
  }
  for (const auto& [name, path] : files_) {
    const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_reading(path));
    while (value_or_throw(io::blocking::receive(file, piece)).value_or(0) != 0) {
    }
  }
}

void contest(Bench& bench, ScenarioReport& scenario, const std::vector<Entrant>& entrants) {
  std::vector<std::uint64_t> left(entrants.size(), bench.options().runs);
  for (const Entrant& entrant : entrants) {
    scenario.entrants.push_back({entrant.name, entrant.kind, {}});
    scenario.entrants.back().samples.resize(scenario.metrics.size());
  }
  for (std::uint64_t run = 0; run <= bench.options().runs; ++run) {
    for (std::size_t i = 0; i < entrants.size(); ++i) {
      if (left[i] == 0) continue;
      if (run == 0 && bench.options().small) continue;
      bench.progress(fmt::format(
          "{}: {}, {}", scenario.name, entrants[i].name,
          run == 0 ? std::string("warm-up") : fmt::format("run {} of {}", run, bench.options().runs)));
      if (!bench.options().small) bench.warm_machine();
      const std::int64_t start = now_ns();
      const Figures figures = entrants[i].run();
      if (run == 0 && seconds_since(start) < long_run_s) continue;
      add(scenario.entrants[i], figures);
      --left[i];
    }
  }
  if (io::is_terminal(2)) bench.progress("");
}

void await(const std::function<bool()>& done, const std::string& what, std::uint64_t seconds) {
  const std::int64_t start = now_ns();
  while (!done()) {
    if (seconds_since(start) > static_cast<double>(seconds)) {
      throw Failure(ExitCode::failed, fmt::format("{}: it did not happen within {} s.", what, seconds));
    }
    io::sleep_ms(1);
  }
}

}  // namespace pulter::tool::bench
