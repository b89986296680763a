// One webhook, other shapes of work: tiny batches, the gap between two requests, wide rows, long texts.

#include <fmt/format.h>

#include "tools/pulter/bench/one_webhook.h"
#include "tools/pulter/bench/rivals.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

/// A daemon of each durability, each with a webhook for the receiver.
struct Daemons {
  Daemons(const Bench& bench, const std::string& name, const Receiver& receiver)
      : relaxed(bench, {.name = name + "-relaxed", .durability = "relaxed"}),
        strict(bench, {.name = name + "-strict", .durability = "strict"}) {
    for (Daemon* daemon : {&relaxed, &strict}) {
      daemon->start();
      daemon->make_webhook(receiver.url());
    }
  }
  Daemon relaxed;
  Daemon strict;
};

double number_of_requests(const Job& job) {
  return static_cast<double>((job.rows + job.batch_size - 1) / job.batch_size);
}

/// Rows and MB of a file for a scenario's setup.
std::string file_text(const Job& job) {
  const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_reading(job.path));
  return fmt::format("{} rows, {:.1f} MB, batches of {}", job.rows,
                     static_cast<double>(io::blocking::file_size(file)) / 1e6, job.batch_size);
}

/// The two that come near: the others would take minutes and say what the firehose says.
bool is_fast(const Rival& rival) {
  return rival.name.starts_with("C++") || rival.name.starts_with("Go");
}

ScenarioReport run_tiny(Bench& bench, std::uint64_t batch_size, std::uint64_t requests) {
  const std::uint64_t rows = batch_size * requests;
  const Job job{bench.data_file("contacts", rows), rows, batch_size};
  ScenarioReport scenario;
  scenario.name = fmt::format("tiny-{}", batch_size);
  scenario.question =
      fmt::format("batches of {}: what does a request cost?", batch_size == 1 ? "one row" : "ten rows");
  scenario.metrics = {{"requests/s", "", 0}, {"CPU per request", "µs", 1}};
  scenario.setup = "one webhook, " + file_text(job) + "; each answer is awaited before the next request.";
  scenario.reference = "pulterd, strict";
  Receiver receiver({});
  Daemons daemons(bench, scenario.name, receiver);
  const double count = number_of_requests(job);
  std::vector<Entrant> entrants;
  for (Daemon* daemon : {&daemons.strict, &daemons.relaxed}) {
    entrants.push_back({"pulterd, " + daemon->durability(), Kind::pulter, [&, daemon]() -> Figures {
                          const Figures figures = import_once(*daemon, receiver, job);
                          return {count / *figures[1], *figures[0] / count * 1e6};
                        }});
  }
  entrants.push_back({"yardstick: one thread, no store", Kind::yardstick, [&]() -> Figures {
                        const Cost cost = send_by_one_thread(job, receiver);
                        return {count / cost.wall_s, cost.cpu_s / count * 1e6};
                      }});
  for (const Rival& rival : find_rivals(bench, scenario.notes)) {
    if (batch_size > 1 && !is_fast(rival)) continue;
    entrants.push_back({rival.name, Kind::rival, [&, rival]() -> Figures {
                          const RivalRun run =
                              run_firehose(bench, rival, job.path, receiver.url(), job.batch_size);
                          return {count / run.wall_s, run.cpu_s / count * 1e6};
                        }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

ScenarioReport run_shape(Bench& bench, std::string_view data_set, std::uint64_t rows,
                         const std::string& question) {
  const Job job{bench.data_file(data_set, rows), rows, 1000};
  ScenarioReport scenario;
  scenario.name = data_set == "long_text" ? "long-text" : std::string(data_set);
  scenario.question = question;
  scenario.metrics = {
      {"CPU", "s", 3}, {"wall", "s", 3}, {"anonymous memory", "MB", 1}, {"rows per CPU-s", "M", 3}};
  scenario.setup = file_text(job) + ", one webhook, a receiver that drops the bodies.";
  scenario.reference = "pulterd, relaxed";
  Receiver receiver({});
  Daemons daemons(bench, scenario.name, receiver);
  std::vector<Entrant> entrants;
  for (Daemon* daemon : {&daemons.relaxed, &daemons.strict}) {
    entrants.push_back({"pulterd, " + daemon->durability(), Kind::pulter,
                        [&, daemon] { return import_once(*daemon, receiver, job); }});
  }
  entrants.push_back(
      {"yardstick: one thread, no store", Kind::yardstick, [&]() -> Figures {
         const Cost cost = send_by_one_thread(job, receiver);
         return {cost.cpu_s, cost.wall_s, std::nullopt, static_cast<double>(rows) / cost.cpu_s / 1e6};
       }});
  for (const Rival& rival : find_rivals(bench, scenario.notes)) {
    if (!is_fast(rival)) continue;
    entrants.push_back(
        {rival.name, Kind::rival, [&, rival]() -> Figures {
           const RivalRun run = run_firehose(bench, rival, job.path, receiver.url(), job.batch_size);
           return {run.cpu_s, run.wall_s, run.anonymous_mb, static_cast<double>(rows) / run.cpu_s / 1e6};
         }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace

ScenarioReport run_tiny_1_scenario(Bench& bench) {
  return run_tiny(bench, 1, bench.scaled(5'000, 500));
}

ScenarioReport run_tiny_10_scenario(Bench& bench) {
  return run_tiny(bench, 10, bench.scaled(5'000, 500));
}

ScenarioReport run_wide_scenario(Bench& bench) {
  return run_shape(bench, "wide", bench.scaled(50'000, 1'000), "300 columns: what does a row cost?");
}

ScenarioReport run_long_text_scenario(Bench& bench) {
  return run_shape(bench, "long_text", bench.scaled(50'000, 1'000),
                   "long quoted texts: what does a row cost?");
}

ScenarioReport run_gap_scenario(Bench& bench) {
  const std::uint64_t rows = bench.scaled(50'000, 5'000);
  const Job job{bench.data_file("contacts", rows), rows, 100};
  constexpr std::uint64_t hold_ms = 2;  // longer than a commit: a faster receiver would measure the disk
  constexpr std::uint64_t busy_poll_us = 5'000;  // longer than the receiver takes
  ScenarioReport scenario;
  scenario.name = "gap";
  scenario.question = "how long from an answer to the first byte of the next request?";
  scenario.metrics = {{"median", "µs", 1}, {"p99", "µs", 1}};
  scenario.setup = fmt::format(
      "one webhook, {}, a receiver that takes {} ms; measured in the receiver, which polls so that its own "
      "waking is not counted. Polling: one shard, busy_poll_us = {}.",
      file_text(job), hold_ms, busy_poll_us);
  scenario.reference = "pulterd, relaxed";
  Receiver receiver({.hold_ms = hold_ms, .spin = true});
  Daemons daemons(bench, scenario.name, receiver);
  Daemon polling(bench, {.name = "gap-polling",
                         .durability = "relaxed",
                         .flags = {"--shards", "1", "--busy-poll-us", fmt::to_string(busy_poll_us)}});
  polling.start();
  polling.make_webhook(receiver.url());
  const auto gaps = [&receiver]() -> Figures {
    std::vector<double> values;
    for (const std::int64_t gap : receiver.seen().gaps_ns) values.push_back(static_cast<double>(gap) / 1e3);
    return {percentile(values, 0.5), percentile(values, 0.99)};
  };
  std::vector<Entrant> entrants;
  for (Daemon* daemon : {&daemons.relaxed, &daemons.strict, &polling}) {
    entrants.push_back({"pulterd, " + daemon->durability() + (daemon == &polling ? ", polling" : ""),
                        Kind::pulter, [&, daemon] {
                          (void)import_once(*daemon, receiver, job);
                          return gaps();
                        }});
  }
  entrants.push_back({"yardstick: one thread, no store", Kind::yardstick, [&] {
                        receiver.reset();
                        (void)send_by_one_thread(job, receiver);
                        return gaps();
                      }});
  entrants.push_back({"yardstick: one prepared request, polling", Kind::yardstick, [&] {
                        constexpr std::uint64_t body_bytes = 25'000;  // as 100 rows have
                        receiver.reset();
                        send_prepared(receiver, body_bytes, job.rows / job.batch_size);
                        return gaps();
                      }});
  for (const Rival& rival : find_rivals(bench, scenario.notes)) {
    entrants.push_back({rival.name, Kind::rival, [&, rival] {
                          receiver.reset();
                          (void)run_firehose(bench, rival, job.path, receiver.url(), job.batch_size);
                          return gaps();
                        }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace pulter::tool::bench
