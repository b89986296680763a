#include "bench/contest.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <map>

namespace pulter::bench {
namespace {

bool tiny() {
  return std::getenv("PULTER_BENCH_TINY") != nullptr;
}

/// Of this thread, so that what else the machine does is not counted.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The least disturbed run: on a machine that is shared, everything else says more about the neighbours.
double best(const std::vector<double>& seconds) {
  return std::ranges::min(seconds);
}

}  // namespace

void contest(benchmark::State& state, std::size_t bytes, const std::vector<Contestant>& contestants) {
  std::vector<std::vector<double>> seconds(contestants.size());
  std::uint64_t digest = 0;
  for (const Contestant& contestant : contestants) digest ^= contestant.run();
  for (auto _ : state) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      const double begin = cpu_seconds();
      digest += contestants[i].run();
      seconds[i].push_back(cpu_seconds() - begin);
    }
    state.SetIterationTime(seconds[0].back());
  }
  benchmark::DoNotOptimize(digest);
  const auto speed = [bytes](double taken) { return static_cast<double>(bytes) / 1e9 / taken; };
  state.counters["GB/s"] = speed(best(seconds[0]));
  state.counters["spread"] = median(seconds[0]) / best(seconds[0]);
  for (std::size_t i = 1; i < contestants.size(); ++i) {
    state.counters[contestants[i].name] = speed(best(seconds[i]));
    state.counters["x_" + contestants[i].name] = best(seconds[i]) / best(seconds[0]);
  }
}

std::size_t data_set_bytes() {
  return tiny() ? std::size_t{1} << 20 : std::size_t{64} << 20;
}

int contest_iterations() {
  return tiny() ? 1 : 7;
}

const DataSet& data_set(std::string_view name) {
  static std::map<std::string, DataSet, std::less<>> made;
  auto found = made.find(name);
  if (found == made.end()) {
    found = made.emplace(std::string(name), make_data_set(name, data_set_bytes())).first;
  }
  return found->second;
}

}  // namespace pulter::bench
