// Receivers that never answer, beside others that do.

#include <fmt/format.h>

#include <memory>

#include "bench/data_sets.h"
#include "tools/pulter/bench/fan_out.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::uint64_t rows = 200;
constexpr std::uint64_t batch_size = 10;
constexpr std::uint64_t patience_s = 30;

/// From one answer to the next request of the same webhook, in ms.
std::vector<double> gaps_ms(const Receiver& receiver) {
  std::vector<double> out;
  for (const std::int64_t gap : receiver.seen().gaps_ns) out.push_back(static_cast<double>(gap) / 1e6);
  return out;
}

}  // namespace

ScenarioReport run_stall_scenario(Bench& bench) {
  const std::size_t fast_lanes = bench.scaled(50, 5);
  const std::size_t dead_lanes = bench.scaled(950, 45);
  ScenarioReport scenario;
  scenario.name = "stall";
  scenario.question = "most receivers never answer: do the others notice?";
  scenario.metrics = {{"p99 between two requests of a webhook", "ms", 2},
                      {"median", "ms", 2},
                      {"requests/s", "", 0},
                      {"anonymous memory", "MB", 1}};
  scenario.setup = fmt::format(
      "{} imports of {} rows in batches of {}, one for each of {} fast webhooks; alone, and while {} other "
      "webhooks hold a "
      "request that they never answer.",
      fast_lanes, rows, batch_size, fast_lanes, dead_lanes);
  scenario.reference = "alone";
  const std::string csv(pulter::bench::make_data_rows("contacts", rows).text());
  Receiver fast({.lanes = fast_lanes});
  Receiver dead({.lanes = dead_lanes, .silent = true});
  Daemon alone(bench, {.name = "stall-alone"});
  Daemon beside(bench, {.name = "stall-beside"});
  bench.progress("stall: making webhooks");
  for (Daemon* daemon : {&alone, &beside}) {
    daemon->start();
    make_webhooks(*daemon, fast, fast_lanes);
  }
  make_webhooks(beside, dead, dead_lanes);
  // The small mode shows that the scenario works; whether lanes share what they render ahead into is for the
  // full one.
  const std::uint64_t dead_batch_size = bench.scaled(batch_size, rows);
  (void)upload_all(beside, dead, {csv, rows, dead_batch_size, dead_lanes, dead_lanes});
  await([&] { return dead.requests() >= dead_lanes; }, "A request to every receiver that never answers",
        patience_s);
  const auto measured = [&fast, &csv, fast_lanes](Daemon& daemon) -> Figures {
    const Uploads uploads{csv, rows, batch_size, fast_lanes, fast_lanes};
    fast.reset();
    const MemoryWatch memory(daemon.process());
    const std::int64_t start = now_ns();
    (void)upload_all(daemon, fast, uploads);
    const std::uint64_t requests = fast_lanes * batches_of(uploads);
    await([&] { return fast.requests() >= requests; }, "The delivery to the fast receivers", patience_s);
    const double wall_s = static_cast<double>(now_ns() - start) / 1e9;
    const std::vector<double> gaps = gaps_ms(fast);
    return {percentile(gaps, 0.99), percentile(gaps, 0.5), static_cast<double>(requests) / wall_s,
            static_cast<double>(memory.peak_bytes()) / 1e6};
  };
  contest(bench, scenario,
          {{"alone", Kind::pulter, [&] { return measured(alone); }},
           {fmt::format("beside {} that never answer", dead_lanes), Kind::pulter,
            [&] { return measured(beside); }}});
  return scenario;
}

}  // namespace pulter::tool::bench
