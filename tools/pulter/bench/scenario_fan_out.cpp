// Many small imports at once, each to a webhook of its own.

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "bench/data_sets.h"
#include "tools/pulter/bench/fan_out.h"
#include "tools/pulter/bench/rivals.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::uint64_t rows = 100;

void await_requests(const Receiver& receiver, std::uint64_t count) {
  await([&] { return receiver.requests() >= count || receiver.failed(); }, fmt::format("Request {}", count));
  if (receiver.failed()) throw Failure(ExitCode::failed, "The bench's receiver: " + receiver.seen().problem);
}

/// Imports/s, then p50 and p99 of the time from the start to each one's answer, p99 from its 201 on, CPU of
/// each.
Figures figures(const Seen& seen, std::int64_t start_ns, const std::vector<std::int64_t>& accepted_ns,
                double cpu_s) {
  std::vector<double> from_start;
  std::vector<double> from_acceptance;
  for (std::size_t lane = 0; lane < seen.lanes.size(); ++lane) {
    const std::int64_t done = seen.lanes[lane].last_answer_ns;
    from_start.push_back(static_cast<double>(done - start_ns) / 1e6);
    if (!accepted_ns.empty()) {
      from_acceptance.push_back(static_cast<double>(std::max<std::int64_t>(0, done - accepted_ns[lane])) /
                                1e6);
    }
  }
  const double wall_ms = percentile(from_start, 1.0);
  const auto count = static_cast<double>(seen.lanes.size());
  Figures out{count / wall_ms * 1000, percentile(from_start, 0.5), percentile(from_start, 0.99), std::nullopt,
              std::nullopt,           cpu_s / count * 1e6};
  if (!from_acceptance.empty()) {
    out[3] = percentile(from_acceptance, 0.5);
    out[4] = percentile(from_acceptance, 0.99);
  }
  return out;
}

}  // namespace

ScenarioReport run_fan_out_scenario(Bench& bench) {
  const std::size_t lanes = bench.scaled(1000, 50);
  ScenarioReport scenario;
  scenario.name = "fan-out";
  scenario.question =
      "many small imports at once, a webhook each: how many a second, and how late is the last?";
  scenario.metrics = {{"imports/s", "", 0},      {"p50 from start", "ms", 0}, {"p99 from start", "ms", 0},
                      {"p50 from 201", "ms", 1}, {"p99 from 201", "ms", 1},   {"CPU per import", "µs", 0}};
  scenario.setup = fmt::format(
      "{} imports of {} rows, handed over as fast as they are taken (Pulter: 32 connections to its socket, "
      "each import "
      "durable before its 201; rivals: the file in memory, nothing kept), each to a host of its own on "
      "127.0.0.0/8.",
      lanes, rows);
  scenario.reference = "pulterd, strict";
  Receiver receiver({.lanes = lanes});
  Daemon strict(bench, {.name = "fan-strict", .durability = "strict"});
  Daemon relaxed(bench, {.name = "fan-relaxed", .durability = "relaxed"});
  bench.progress("fan-out: making webhooks");
  for (Daemon* daemon : {&strict, &relaxed}) {
    daemon->start();
    make_webhooks(*daemon, receiver, lanes);
  }
  const Uploads uploads{std::string(pulter::bench::make_data_rows("contacts", rows).text()), rows, 5000,
                        lanes, lanes};
  const std::string file = bench.data_file("contacts", rows);
  const std::string list = bench.folder().path("fan-out.urls");
  std::ofstream urls(list);
  for (std::size_t lane = 0; lane < lanes; ++lane) urls << receiver.url(lane) << "\n";
  urls.close();
  std::vector<Entrant> entrants;
  for (Daemon* daemon : {&strict, &relaxed}) {
    entrants.push_back({"pulterd, " + daemon->durability(), Kind::pulter, [&, daemon]() -> Figures {
                          receiver.reset();
                          const std::uint64_t cpu_before = daemon->process().cpu_ns();
                          const std::int64_t start = now_ns();
                          const std::vector<std::int64_t> accepted = upload_all(*daemon, receiver, uploads);
                          await_requests(receiver, lanes);
                          daemon->await_idle();
                          const auto cpu = static_cast<double>(daemon->process().cpu_ns() - cpu_before) / 1e9;
                          return figures(receiver.seen(), start, accepted, cpu);
                        }});
  }
  for (const Rival& rival : find_rivals(bench, scenario.notes)) {
    entrants.push_back({rival.name, Kind::rival, [&, rival]() -> Figures {
                          receiver.reset();
                          const RivalRun run = run_fan_out(bench, rival, file, list, 5000);
                          await_requests(receiver, lanes);
                          return figures(receiver.seen(), run.started_ns, {}, run.cpu_s);
                        }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

ScenarioReport run_slow_scenario(Bench& bench) {
  constexpr std::uint64_t hold_ms = 50;
  constexpr std::uint64_t batch_size = 10;
  const std::size_t lanes = bench.scaled(1000, 50);
  ScenarioReport scenario;
  scenario.name = "slow";
  scenario.question = "receivers that take 50 ms each: how near to waiting for nobody else?";
  scenario.metrics = {{"of the ideal", "%", 1},
                      {"slowest 1 % of webhooks", "%", 1},
                      {"requests/s", "", 0},
                      {"CPU per request", "µs", 0}};
  scenario.setup = fmt::format(
      "one import of {} rows in {} batches for each webhook, all at once; the ideal is a webhook's receiver "
      "at work all "
      "the time from its first request to its last answer, by the receiver's own clock.",
      rows, rows / batch_size);
  std::vector<std::unique_ptr<Receiver>> receivers;
  std::vector<std::unique_ptr<Daemon>> daemons;
  std::vector<Entrant> entrants;
  const std::string csv(pulter::bench::make_data_rows("contacts", rows).text());
  for (const std::size_t webhooks : {lanes, lanes / 10}) {
    receivers.push_back(std::make_unique<Receiver>(ReceiverOptions{.lanes = webhooks, .hold_ms = hold_ms}));
    for (const std::string durability : {"strict", "relaxed"}) {
      daemons.push_back(std::make_unique<Daemon>(
          bench,
          DaemonOptions{.name = fmt::format("slow-{}-{}", durability, webhooks), .durability = durability}));
      Daemon* daemon = daemons.back().get();
      Receiver* receiver = receivers.back().get();
      bench.progress("slow: making webhooks");
      daemon->start();
      make_webhooks(*daemon, *receiver, webhooks);
      const Uploads uploads{csv, rows, batch_size, webhooks, webhooks};
      entrants.push_back(
          {fmt::format("pulterd, {}, {} webhooks", durability, webhooks), Kind::pulter, [=]() -> Figures {
             receiver->reset();
             const std::uint64_t cpu_before = daemon->process().cpu_ns();
             (void)upload_all(*daemon, *receiver, uploads);
             await_requests(*receiver, webhooks * batches_of(uploads));
             const auto cpu_us = static_cast<double>(daemon->process().cpu_ns() - cpu_before) / 1e3;
             const Seen seen = receiver->seen();
             std::vector<double> nearness;
             std::int64_t last = 0;
             for (const LaneSeen& lane : seen.lanes) {
               const std::int64_t took = lane.last_answer_ns - lane.first_request_ns;
               nearness.push_back(100.0 * static_cast<double>(lane.held_ns) / static_cast<double>(took));
               last = std::max(last, lane.last_answer_ns);
             }
             const auto wall_s = static_cast<double>(last - seen.first_byte_ns) / 1e9;
             const auto requests = static_cast<double>(seen.requests);
             return {percentile(nearness, 0.5), percentile(nearness, 0.01), requests / wall_s,
                     cpu_us / requests};
           }});
    }
  }
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace pulter::tool::bench
