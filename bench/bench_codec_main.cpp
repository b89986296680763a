// bench_codec [--benchmark_filter=…]: PULTER_KERNEL forces a kernel, PULTER_BENCH_TINY=1 makes it quick.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/yardsticks.h"
#include "codec/csv/kernel.h"

namespace pulter::bench {

void add_csv_benches();
void add_writer_benches();

bool have_avx512() noexcept {
  return csv::supported(csv::Isa::avx512);
}

}  // namespace pulter::bench

int main(int argc, char** argv) {
  const char* forced = std::getenv("PULTER_KERNEL");
  const auto chosen = pulter::csv::select_kernel(forced != nullptr ? forced : "");
  if (!chosen) {
    std::fprintf(stderr, "%s\n", chosen.error().detail.c_str());
    return 2;
  }
  benchmark::AddCustomContext("kernel", std::string(pulter::csv::name(*chosen)));
  pulter::bench::add_csv_benches();
  pulter::bench::add_writer_benches();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
