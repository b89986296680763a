// The planning pass and the cell index, against what the machine can do (bench/README.md).

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "bench/contest.h"
#include "bench/yardsticks.h"
#include "codec/csv/kernel.h"
#include "codec/csv/kernel_table.h"
#include "codec/csv/plan.h"

namespace pulter::bench {
namespace {

std::uint64_t plan_rows(std::string_view text) {
  const Result<csv::Plan> plan = csv::make_plan(text, {});
  if (!plan) std::abort();
  return plan->total_rows;
}

std::uint64_t scan_rows(const csv::Kernel& kernel, std::string_view text) {
  static csv::RowEnds ends;
  static csv::HighMarks high;
  csv::ScanCarry carry;
  std::uint64_t rows = 0;
  for (std::size_t at = 0; at < text.size(); at += csv::scan_chunk_bytes) {
    const std::size_t size = std::min(csv::scan_chunk_bytes, text.size() - at);
    kernel.scan(text.data() + at, size, ',', carry, ends, high.of);
    rows += ends.count;
  }
  return rows;
}

std::uint64_t index_cells(const csv::Kernel& kernel, std::string_view text) {
  static const auto index = std::make_unique<csv::CellIndex>();
  std::uint64_t cells = 0;
  for (std::size_t at = 0; at < text.size(); at += csv::scan_chunk_bytes) {
    const std::size_t size = std::min(csv::scan_chunk_bytes, text.size() - at);
    kernel.index(text.data() + at, size, ',', *index);
    cells += index->separators;
  }
  return cells;
}

void add_yardsticks(std::vector<Contestant>& contestants, std::string_view text, std::string& copy) {
  copy.resize(text.size());
  contestants.push_back({"memcpy", [text, &copy] {
                           std::memcpy(copy.data(), text.data(), text.size());
                           return static_cast<std::uint64_t>(copy[text.size() / 2]);
                         }});
  if (!have_avx512()) return;
  contestants.push_back({"sum", [text] { return sum_bytes(text); }});
  contestants.push_back({"roofline", [text] { return count_rows_by_masks(text); }});
}

void bench_plan(benchmark::State& state, const std::string& name) {
  const std::string_view text = data_set(name).text();
  std::string copy;
  std::vector<Contestant> contestants = {{"plan", [text] { return plan_rows(text); }}};
  add_yardsticks(contestants, text, copy);
  contest(state, text.size(), contestants);
}

void bench_scan(benchmark::State& state, const std::string& name) {
  const std::string_view text = data_set(name).text();
  std::string copy;
  std::vector<Contestant> contestants = {{"scan", [text] { return scan_rows(csv::active_kernel(), text); }}};
  contestants.push_back({"scalar", [text] { return scan_rows(csv::kernel_scalar, text); }});
  add_yardsticks(contestants, text, copy);
  contest(state, text.size(), contestants);
}

void bench_index(benchmark::State& state, const std::string& name) {
  const std::string_view text = data_set(name).text();
  std::string copy;
  std::vector<Contestant> contestants = {
      {"index", [text] { return index_cells(csv::active_kernel(), text); }}};
  add_yardsticks(contestants, text, copy);
  contest(state, text.size(), contestants);
}

}  // namespace

void add_csv_benches() {
  struct Bench {
    const char* prefix;
    void (*run)(benchmark::State&, const std::string&);
  };
  for (const std::string_view set : data_set_names) {
    const std::string name(set);
    for (const Bench& bench :
         {Bench{"plan/", bench_plan}, Bench{"scan/", bench_scan}, Bench{"index/", bench_index}}) {
      benchmark::RegisterBenchmark((bench.prefix + name).c_str(),
                                   [run = bench.run, name](benchmark::State& state) { run(state, name); })
          ->UseManualTime()
          ->Iterations(contest_iterations())
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace pulter::bench
