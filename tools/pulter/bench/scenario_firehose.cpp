// The whole job: one large file through one webhook, as fast as it goes.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/process.h"
#include "tools/pulter/bench/daemon.h"
#include "tools/pulter/bench/one_webhook.h"
#include "tools/pulter/bench/receiver.h"
#include "tools/pulter/bench/rivals.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::uint64_t batch_size = 5000;
constexpr std::uint64_t check_rows = 20'000;

/// Everybody sends the same rows to a receiver that checks them, before anybody is timed.
void compare_bytes(Bench& bench, Daemon& daemon, Receiver& checking, const std::vector<Rival>& rivals,
                   ScenarioReport& scenario) {
  const std::uint64_t rows = std::min(bench.options().rows, check_rows);
  const std::string file = bench.data_file("contacts", rows);
  bench.progress("firehose: comparing what everybody sends");
  (void)import_once(daemon, checking, {file, rows, batch_size});
  const std::string digest = verified_digest(checking, "Pulter", rows);
  const auto same = [&](const std::string& name) {
    if (verified_digest(checking, name, rows) != digest) {
      throw Failure(ExitCode::failed, name + " sent other bytes than Pulter: it cannot be compared with it.");
    }
  };
  checking.reset();
  (void)send_by_one_thread({file, rows, batch_size}, checking);
  same("The yardstick");
  for (const Rival& rival : rivals) {
    checking.reset();
    (void)run_firehose(bench, rival, file, checking.url(), batch_size);
    same(rival.name);
  }
  scenario.notes.push_back(
      fmt::format("Before, all of them sent {} rows to a receiver that checked signatures and order: the "
                  "same bytes ({}), but for "
                  "ids.",
                  rows, digest));
}

/// A report with what is measured of each import; no entrants yet.
ScenarioReport report_on_imports(std::string name, std::string question, std::string reference) {
  ScenarioReport scenario;
  scenario.name = std::move(name);
  scenario.question = "one large file, one webhook: " + std::move(question);
  scenario.metrics = {
      {"CPU", "s", 3}, {"wall", "s", 3}, {"anonymous memory", "MB", 1}, {"rows per CPU-s", "M", 2}};
  scenario.reference = std::move(reference);
  return scenario;
}

}  // namespace

ScenarioReport run_firehose_scenario(Bench& bench) {
  const std::uint64_t rows = bench.options().rows;
  const std::string file = bench.data_file("contacts", rows);
  ScenarioReport scenario = report_on_imports("firehose", "what does a row cost?", "pulterd, relaxed");
  Receiver dropping({});
  Receiver checking({.verify = true});
  Daemon relaxed(bench, {.name = "relaxed", .durability = "relaxed"});
  Daemon strict(bench, {.name = "strict", .durability = "strict"});
  relaxed.start();
  strict.start();
  for (Daemon* daemon : {&relaxed, &strict}) daemon->make_webhook(dropping.url());
  relaxed.make_webhook(checking.url());
  const std::vector<Rival> rivals = find_rivals(bench, scenario.notes);
  compare_bytes(bench, relaxed, checking, rivals, scenario);
  const double million_rows = static_cast<double>(rows) / 1e6;
  std::vector<Entrant> entrants;
  const auto pulter = [&](const std::string& name, Daemon& daemon, Receiver& receiver) {
    entrants.push_back({name, Kind::pulter, [&] {
                          return import_once(daemon, receiver, {file, rows, batch_size});
                        }});
  };
  pulter("pulterd, relaxed", relaxed, dropping);
  pulter("pulterd, strict", strict, dropping);
  pulter("pulterd, relaxed, to a receiver that checks", relaxed, checking);
  entrants.push_back({"yardstick: one thread, no store", Kind::yardstick, [&]() -> Figures {
                        const Cost cost = send_by_one_thread({file, rows, batch_size}, dropping);
                        return {cost.cpu_s, cost.wall_s, std::nullopt, million_rows / cost.cpu_s};
                      }});
  for (const Rival& rival : rivals) {
    entrants.push_back({rival.name, Kind::rival, [&]() -> Figures {
                          const RivalRun run = run_firehose(bench, rival, file, dropping.url(), batch_size);
                          return {run.cpu_s, run.wall_s, run.anonymous_mb, million_rows / run.cpu_s};
                        }});
  }
  contest(bench, scenario, entrants);
  const io::blocking::Descriptor size = value_or_throw(io::blocking::open_for_reading(file));
  scenario.setup = fmt::format(
      "{} rows of contacts ({:.1f} MB) in batches of {}, keep-alive, to a receiver that drops the bodies; "
      "CPU of the "
      "sender's process alone, Pulter's copy of the file, plan, log and commits included.",
      rows, static_cast<double>(io::blocking::file_size(size)) / 1e6, batch_size);
  return scenario;
}

ScenarioReport run_scaling_scenario(Bench& bench) {
  const std::uint64_t rows = bench.options().rows;
  const std::string file = bench.data_file("contacts", rows);
  ScenarioReport scenario = report_on_imports("scaling", "what do more shards give it?", "1 shard");
  scenario.setup =
      fmt::format("the firehose's file and receiver, relaxed; {} cores, one of which the receiver uses too.",
                  io::usable_cpus());
  Receiver dropping({});
  std::vector<std::unique_ptr<Daemon>> daemons;
  std::vector<Entrant> entrants;
  for (unsigned shards = 1; shards <= io::usable_cpus(); shards *= 2) {
    const std::string name = fmt::format("{} shard{}", shards, shards == 1 ? "" : "s");
    daemons.push_back(
        std::make_unique<Daemon>(bench, DaemonOptions{.name = fmt::format("shards-{}", shards),
                                                      .durability = "relaxed",
                                                      .flags = {"--shards", std::to_string(shards)}}));
    Daemon& daemon = *daemons.back();
    daemon.start();
    daemon.make_webhook(dropping.url());
    entrants.push_back({name, Kind::pulter, [&, one = &daemon] {
                          return import_once(*one, dropping, {file, rows, batch_size});
                        }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace pulter::tool::bench
