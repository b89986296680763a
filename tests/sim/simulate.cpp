// simulate SEED replays one seed and says all that happened; simulate --seeds N --from S looks for trouble;
// simulate --file FILE runs the seeds that begin its lines.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "io/log.h"
#include "tests/sim/plan.h"
#include "tests/sim/world.h"

namespace {

using pulter::sim::Diary;
using pulter::sim::Figures;
using pulter::sim::Plan;
using pulter::sim::World;

struct Arguments {
  std::uint64_t seeds = 0;
  std::uint64_t from = 1;
  std::uint64_t only = 0;
  std::string file;
  bool is_single = false;
  bool keep_going = false;
};

std::uint64_t seed_now = 0;
const Diary* diary_now = nullptr;

/// A check that failed stops the program: say at least which seed it was.
void on_abort(int signal) {
  std::fflush(stdout);
  std::fprintf(stderr, "seed %llu: the program stopped with signal %d\n",
               static_cast<unsigned long long>(seed_now), signal);
  if (diary_now != nullptr) diary_now->print(stderr);
  std::fflush(stderr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

bool parse(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool has_value = i + 1 < count;
    if (word == "--seeds" && has_value) {
      arguments.seeds = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--from" && has_value) {
      arguments.from = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--file" && has_value) {
      arguments.file = words[++i];
    } else if (word == "--keep-going") {
      arguments.keep_going = true;
    } else if (!word.starts_with("-")) {
      arguments.only = std::strtoull(words[i], nullptr, 10);
      arguments.is_single = true;
    } else {
      return false;
    }
  }
  return arguments.is_single || arguments.seeds > 0 || !arguments.file.empty();
}

/// Runs one seed; false when something was wrong.
bool run_seed(std::uint64_t seed, bool aloud, Figures& figures) {
  seed_now = seed;
  Diary diary;
  diary_now = &diary;
  if (aloud) diary.speak();
  const Plan plan = pulter::sim::make_plan(seed);
  {
    World world(plan, diary);
    figures = world.run();
  }
  diary_now = nullptr;
  if (diary.faults() == 0) return true;
  std::printf("seed %llu: %s\n%s\n", static_cast<unsigned long long>(seed), diary.first_fault().c_str(),
              describe(plan).c_str());
  if (!aloud) diary.print(stdout);
  std::printf("again: simulate %llu\n", static_cast<unsigned long long>(seed));
  return false;
}

int run_single(std::uint64_t seed) {
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
              describe(pulter::sim::make_plan(seed)).c_str());
  Figures figures;
  const bool good = run_seed(seed, true, figures);
  std::printf("%s  turns %llu  crashes %llu  receipts %llu  virtual hours %.2f  trace %016llx\n",
              good ? "good" : "WRONG", static_cast<unsigned long long>(figures.turns),
              static_cast<unsigned long long>(figures.crashes),
              static_cast<unsigned long long>(figures.receipts), figures.virtual_hours,
              static_cast<unsigned long long>(figures.hash));
  return good ? 0 : 1;
}

/// Seeds that found something once, each at the beginning of a line.
int run_file(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t count = 0;
  int wrong = 0;
  for (std::string line; std::getline(file, line);) {
    const std::uint64_t seed = std::strtoull(line.c_str(), nullptr, 10);
    if (seed == 0) continue;
    Figures figures;
    ++count;
    if (!run_seed(seed, false, figures)) ++wrong;
  }
  std::printf("seeds of %s: %llu  wrong %d\n", path.c_str(), static_cast<unsigned long long>(count), wrong);
  return wrong == 0 && count > 0 ? 0 : 1;
}

int run_many(const Arguments& arguments) {
  Figures sum;
  std::uint64_t wrong = 0;
  std::uint64_t twice = 0;
  std::uint64_t done = 0;
  for (std::uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    Figures figures;
    bool good = run_seed(seed, false, figures);
    if (good && seed % 20 == 0) {
      Figures again;
      good = run_seed(seed, false, again) && again.hash == figures.hash;
      if (!good) std::printf("seed %llu: two runs of it differ\n", static_cast<unsigned long long>(seed));
      ++twice;
    }
    ++done;
    sum.turns += figures.turns;
    sum.crashes += figures.crashes;
    sum.drains += figures.drains;
    sum.receipts += figures.receipts;
    sum.imports += figures.imports;
    sum.virtual_hours += figures.virtual_hours;
    if (good) continue;
    ++wrong;
    if (!arguments.keep_going) break;
  }
  std::printf(
      "seeds %llu  run twice %llu  wrong %llu  imports %llu  receipts %llu  "
      "crashes %llu  orderly stops %llu  turns %llu  virtual days %.0f\n",
      static_cast<unsigned long long>(done), static_cast<unsigned long long>(twice),
      static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(sum.imports),
      static_cast<unsigned long long>(sum.receipts), static_cast<unsigned long long>(sum.crashes),
      static_cast<unsigned long long>(sum.drains), static_cast<unsigned long long>(sum.turns),
      sum.virtual_hours / 24);
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    std::fprintf(
        stderr,
        "usage: simulate SEED | simulate --seeds N [--from S] [--keep-going] | simulate --file FILE\n");
    return 2;
  }
  std::signal(SIGABRT, on_abort);
  std::signal(SIGSEGV, on_abort);
  pulter::io::set_log_level(pulter::io::LogLevel::error);
  if (!arguments.file.empty()) return run_file(arguments.file);
  return arguments.is_single ? run_single(arguments.only) : run_many(arguments);
}
