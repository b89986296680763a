// What the store is asked: to take files in, to start with much unfinished work, to list a long log.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "bench/data_sets.h"
#include "io/child_process.h"
#include "io/file/mapped_file.h"
#include "io/terminal.h"
#include "tools/pulter/bench/fan_out.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

double seconds_since(std::int64_t start_ns) {
  return static_cast<double>(now_ns() - start_ns) / 1e9;
}

/// Runs a command to its end; a Failure with what it printed when it fails.
void run_command(const Bench& bench, const std::vector<std::string>& command) {
  io::ChildOptions options;
  options.command = command;
  options.output_file = bench.folder().path("command.log");
  io::ChildProcess child = value_or_throw(io::ChildProcess::start(options));
  const int code = child.wait().exit_code;
  if (code != 0) {
    throw Failure(ExitCode::failed,
                  fmt::format("The bench ran {} and it ended with {}.", fmt::join(command, " "), code));
  }
}

/// Sends the file's bytes as the body of one request, as curl would.
void post_file(const Daemon& daemon, const Receiver& receiver, const std::string& path) {
  const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_reading(path));
  const io::MappedFile bytes = value_or_throw(io::MappedFile::open(file.number()));
  const io::blocking::Descriptor socket = value_or_throw(io::blocking::connect_unix(daemon.socket()));
  check(io::blocking::send_all(
      socket,
      fmt::format("POST /v1/imports?webhookUrl={} HTTP/1.1\r\nHost: pulter\r\nContent-Type: text/csv\r\n"
                  "Content-Length: {}\r\n\r\n",
                  percent_encode(receiver.url()), bytes.bytes().size())));
  check(io::blocking::send_all(socket, bytes.bytes()));
  std::string answer(4096, '\0');
  answer.resize(value_or_throw(io::blocking::receive(socket, answer)).value_or(0));
  if (!answer.starts_with("HTTP/1.1 201"))
    throw Failure(ExitCode::failed, "The bench's upload was answered: " + answer);
}

}  // namespace

ScenarioReport run_upload_scenario(Bench& bench) {
  const std::uint64_t rows = std::max<std::uint64_t>(bench.options().rows / 2, 1000);
  const std::string file = bench.data_file("contacts", rows);
  ScenarioReport scenario;
  scenario.name = "upload";
  scenario.question =
      "how fast is a file taken in, until its 201: checked, counted, cut into batches, durable?";
  scenario.metrics = {{"rows/s", "M", 2}, {"wall", "s", 3}, {"CPU of the daemon", "s", 3}};
  const io::blocking::Descriptor opened = value_or_throw(io::blocking::open_for_reading(file));
  scenario.setup = fmt::format(
      "{} rows of contacts, {:.1f} MB; nothing is delivered meanwhile, for the receiver never answers.", rows,
      static_cast<double>(io::blocking::file_size(opened)) / 1e6);
  scenario.reference = "by descriptor (pulter import FILE)";
  Receiver receiver({.silent = true});
  Daemon daemon(bench, {.name = "upload"});
  daemon.start();
  daemon.make_webhook(receiver.url());
  const auto timed = [&daemon, rows](const std::function<void()>& upload) -> Figures {
    const std::uint64_t cpu_before = daemon.process().cpu_ns();
    const std::int64_t start = now_ns();
    upload();
    const double wall = seconds_since(start);
    return {static_cast<double>(rows) / wall / 1e6, wall,
            static_cast<double>(daemon.process().cpu_ns() - cpu_before) / 1e9};
  };
  const std::string program = io::own_path();
  const std::string common =
      "--socket '" + daemon.socket() + "' import --detach --webhook-url '" + receiver.url() + "' ";
  const std::vector<Entrant> entrants{
      {"by descriptor (pulter import FILE)", Kind::pulter,
       [&] {
         return timed([&] { run_command(bench, {"sh", "-c", "'" + program + "' " + common + file}); });
       }},
      {"by shell pipe (cat FILE | pulter import -)", Kind::pulter,
       [&] {
         return timed([&] {
           run_command(bench, {"sh", "-c", "cat " + file + " | '" + program + "' " + common + "-"});
         });
       }},
      {"by socket (POST of the bytes)", Kind::pulter,
       [&] { return timed([&] { post_file(daemon, receiver, file); }); }},
      {"by path (source: path)", Kind::pulter,
       [&] { return timed([&] { (void)daemon.import_file(file, receiver.url(), 5000); }); }}};
  contest(bench, scenario, entrants);
  return scenario;
}

ScenarioReport run_restart_scenario(Bench& bench) {
  const std::size_t imports = bench.scaled(10'000, 200);
  const std::size_t lanes = bench.scaled(1'000, 20);
  ScenarioReport scenario;
  scenario.name = "restart";
  scenario.question = "after a crash with much unfinished work: how long until the first byte leaves?";
  scenario.metrics = {{"start to first byte", "s", 3},
                      {"start to all webhooks at work", "s", 3},
                      {"CPU", "s", 3},
                      {"anonymous memory", "MB", 1}};
  scenario.setup =
      fmt::format("{} unfinished imports of 10 rows for {} webhooks, none of which answers; SIGKILL, start.",
                  imports, lanes);
  Receiver receiver({.lanes = lanes, .silent = true});
  std::vector<std::unique_ptr<Daemon>> daemons;
  std::vector<Entrant> entrants;
  for (const std::string durability : {"strict", "relaxed"}) {
    daemons.push_back(std::make_unique<Daemon>(
        bench, DaemonOptions{.name = "restart-" + durability, .durability = durability}));
    Daemon* daemon = daemons.back().get();
    daemon->start();
    bench.progress("restart: filling the store");
    make_webhooks(*daemon, receiver, lanes);
    const Uploads uploads{std::string(pulter::bench::make_data_rows("contacts", 10).text()), 10, 5000,
                          imports, lanes};
    (void)upload_all(*daemon, receiver, uploads);
    daemon->kill();
    entrants.push_back({"pulterd, " + durability, Kind::pulter, [&receiver, daemon, lanes]() -> Figures {
                          receiver.reset();
                          const std::int64_t start = now_ns();
                          daemon->launch();
                          await([&] { return receiver.requests() > 0; }, "The first request after a restart");
                          const auto first = static_cast<double>(receiver.seen().first_byte_ns - start) / 1e9;
                          await([&] { return receiver.requests() >= lanes; }, "A request to every webhook");
                          const double all = seconds_since(start);
                          const auto cpu = static_cast<double>(daemon->process().cpu_ns()) / 1e9;
                          const auto memory = static_cast<double>(daemon->process().anonymous_bytes()) / 1e6;
                          daemon->kill();
                          return {first, all, cpu, memory};
                        }});
  }
  contest(bench, scenario, entrants);
  return scenario;
}

namespace {

constexpr std::size_t log_lanes = 8;
constexpr std::uint64_t delivered_events_max = 8'000;

/// Delivers files in batches of one row until the log has so many events.
void deliver_events(Bench& bench, Daemon& daemon, const Receiver& receiver, std::uint64_t events) {
  const std::uint64_t rows = events / log_lanes;
  const std::string file = bench.data_file("contacts", rows);
  bench.progress("log: filling the store");
  for (std::size_t lane = 0; lane < log_lanes; ++lane) (void)daemon.import_file(file, receiver.url(lane), 1);
  await([&] { return receiver.requests() >= rows * log_lanes; }, "The filling of the log");
  daemon.await_idle();
}

/// Copies the events that were delivered, each copy with an id of its own, until there are so many: to
/// deliver a million of them takes minutes and shows nothing. False where sqlite3 is not installed.
bool copy_events(const Bench& bench, Daemon& daemon, std::uint64_t events) {
  constexpr std::string_view double_them =
      "CREATE TEMP TABLE copies AS SELECT * FROM events LIMIT {0} - (SELECT count(*) FROM events); "
      "UPDATE copies SET number = NULL, id = 'evt_' || hex(randomblob(13)); "
      "INSERT INTO events SELECT * FROM copies; DROP TABLE copies; ";
  std::string script = "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; ";
  for (std::uint64_t have = delivered_events_max; have < events; have *= 2) {
    script += fmt::format(fmt::runtime(double_them), events);
  }
  daemon.stop();
  io::ChildOptions options;
  options.command = {"sqlite3", daemon.data_folder() + "/pulter.db", script};
  options.output_file = bench.folder().path("sqlite3.log");
  io::ChildProcess child = value_or_throw(io::ChildProcess::start(options));
  const bool copied = child.wait().exit_code == 0;
  daemon.start();
  return copied;
}

std::string first_id(Daemon& daemon, const std::string& target) {
  const json::Value list = daemon.call("GET", target);
  const json::Value* data = list.find("data");
  if (data == nullptr || data->items.empty()) throw Failure(ExitCode::failed, "The log is empty: " + target);
  return data->items.back().find("id")->text;
}

}  // namespace

ScenarioReport run_log_scenario(Bench& bench) {
  const std::uint64_t events = bench.scaled(bench.options().rows, 800);
  const std::uint64_t questions = bench.scaled(300, 20);
  ScenarioReport scenario;
  scenario.name = "log";
  scenario.question = "a long log of events: how long does a page of it take?";
  scenario.metrics = {{"p99", "ms", 2}, {"median", "ms", 2}};
  Receiver receiver({.lanes = log_lanes});
  Daemon daemon(bench, {.name = "log", .durability = "relaxed"});
  daemon.start();
  make_webhooks(daemon, receiver, log_lanes);
  const std::uint64_t delivered = std::min(events, delivered_events_max);
  deliver_events(bench, daemon, receiver, delivered);
  const bool copied = events == delivered || copy_events(bench, daemon, events);
  if (!copied)
    scenario.notes.push_back("sqlite3 is not installed: the log is as long as its filling by hand made it.");
  scenario.setup = fmt::format("{} delivered events in {} imports; pages of 100, {} questions each.",
                               copied ? events : delivered, log_lanes, questions);
  const std::string import_id = first_id(daemon, "/v1/imports?limit=8");
  const std::string webhook_id = first_id(daemon, "/v1/webhooks?limit=8");
  const std::vector<std::pair<std::string, std::string>> lists{
      {"the newest", ""},
      {"by import", "&importId=" + import_id},
      {"by webhook", "&webhookId=" + webhook_id},
      {"by state, all match", "&state=delivered"},
      {"by state, none matches", "&state=halted"},
      {"by name", "&name=all"},
      {"by webhook, state and name", "&state=delivered&name=all&webhookId=" + webhook_id}};
  std::vector<Entrant> entrants;
  for (const auto& [name, filter] : lists) {
    entrants.push_back({name, Kind::pulter, [&daemon, questions, filter]() -> Figures {
                          std::vector<double> times;
                          for (std::uint64_t i = 0; i < questions; ++i) {
                            const std::int64_t start = now_ns();
                            (void)daemon.call("GET", "/v1/events?limit=100" + filter);
                            times.push_back(static_cast<double>(now_ns() - start) / 1e6);
                          }
                          return {percentile(times, 0.99), percentile(times, 0.5)};
                        }});
  }
  entrants.push_back({"page after page by cursor", Kind::pulter, [&daemon, questions]() -> Figures {
                        std::vector<double> times;
                        std::string cursor;
                        for (std::uint64_t i = 0; i < questions; ++i) {
                          const std::int64_t start = now_ns();
                          const json::Value page = daemon.call(
                              "GET", "/v1/events?limit=100" +
                                         (cursor.empty() ? "" : "&cursor=" + percent_encode(cursor)));
                          times.push_back(static_cast<double>(now_ns() - start) / 1e6);
                          const json::Value* next = page.find("next");
                          cursor = next == nullptr ? "" : next->text;
                        }
                        return {percentile(times, 0.99), percentile(times, 0.5)};
                      }});
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace pulter::tool::bench
