#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/data_sets.h"

namespace pulter::bench {

/// Something that is timed; returns a digest of what it did, so that nothing is optimised away.
struct Contestant {
  std::string name;
  std::function<std::uint64_t()> run;
};

/// Times the first contestant as the benchmark and the others beside it, in turn in every iteration, by the
/// thread's CPU time, so that a busy machine slows all of them alike. Reports each one's best speed over
/// `bytes` in GB/s, the first one's speed as a multiple of each other's ("x_<name>"), and its median time
/// over its best ("spread").
void contest(benchmark::State& state, std::size_t bytes, const std::vector<Contestant>& contestants);

/// Bytes of each data set: 64 MiB, or 1 MiB where PULTER_BENCH_TINY is set (a run that only shows that it
/// works).
[[nodiscard]] std::size_t data_set_bytes();
/// Iterations of a contest: 7, or 1.
[[nodiscard]] int contest_iterations();
/// Made on first use and kept.
[[nodiscard]] const DataSet& data_set(std::string_view name);

}  // namespace pulter::bench
