// What encryption costs the whole job.

#include <fmt/format.h>

#include "io/net/blocking.h"
#include "tools/pulter/bench/one_webhook.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/bench/tls_receiver.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {

ScenarioReport run_tls_scenario(Bench& bench) {
  const std::uint64_t rows = std::max<std::uint64_t>(bench.options().rows / 5, 10'000);
  const Job job{bench.data_file("contacts", rows), rows, 5000};
  ScenarioReport scenario;
  scenario.name = "tls";
  scenario.question = "what does encryption cost the whole job?";
  scenario.metrics = {{"CPU", "s", 3}, {"wall", "s", 3}, {"rows per CPU-s", "M", 2}};
  scenario.setup = fmt::format(
      "{} rows of contacts in batches of 5000, one webhook, relaxed; over TLS 1.3 the receiver decrypts, in "
      "the clear it "
      "drops the bytes inside the kernel.",
      rows);
  scenario.reference = "pulterd, http";
  TlsReceiver encrypted;
  Receiver clear({});
  const std::string authority = bench.folder().path("authority.pem");
  check(io::blocking::write_file(authority, encrypted.certificate_pem()));
  Daemon daemon(bench, {.name = "tls", .durability = "relaxed", .flags = {"--tls-ca-file", authority}});
  daemon.start();
  daemon.make_webhook(clear.url());
  daemon.make_webhook(encrypted.url());
  const std::uint64_t batches = (rows + job.batch_size - 1) / job.batch_size;
  const std::vector<Entrant> entrants{
      {"pulterd, http", Kind::pulter,
       [&]() -> Figures {
         const Figures figures = import_once(daemon, clear, job);
         return {figures[0], figures[1], figures[3]};
       }},
      {"pulterd, https", Kind::pulter, [&]() -> Figures {
         const std::uint64_t cpu_before = daemon.process().cpu_ns();
         const std::uint64_t requests_before = encrypted.requests();
         const std::int64_t start = now_ns();
         const std::string id = daemon.import_file(job.path, encrypted.url(), job.batch_size);
         await([&] { return encrypted.requests() >= requests_before + batches; }, "The delivery over TLS");
         daemon.await_completed(id);
         const double wall = static_cast<double>(now_ns() - start) / 1e9;
         const double cpu = static_cast<double>(daemon.process().cpu_ns() - cpu_before) / 1e9;
         return {cpu, wall, static_cast<double>(rows) / cpu / 1e6};
       }}};
  contest(bench, scenario, entrants);
  return scenario;
}

}  // namespace pulter::tool::bench
