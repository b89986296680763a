#include "tools/pulter/command_bench.h"

#include <algorithm>

#include "codec/base/time_text.h"
#include "io/net/blocking.h"
#include "io/terminal.h"
#include "tools/pulter/bench/scenarios.h"

namespace pulter::tool {
namespace bench {

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"firehose", "one large file, one webhook, beside the rivals", run_firehose_scenario},
      {"scaling", "one large file over 1, 2, 4, … shards", run_scaling_scenario},
      {"fan-out", "1,000 small imports at once, each to a webhook of its own, beside the rivals",
       run_fan_out_scenario},
      {"slow", "1,000 webhooks that take 50 ms for each answer", run_slow_scenario},
      {"stall", "50 webhooks beside 950 that never answer", run_stall_scenario},
      {"tiny-1", "batches of one row", run_tiny_1_scenario},
      {"tiny-10", "batches of ten rows", run_tiny_10_scenario},
      {"gap", "from an answer to the first byte of the next request", run_gap_scenario},
      {"wide", "300 columns", run_wide_scenario},
      {"long-text", "long quoted texts", run_long_text_scenario},
      {"tls", "the whole job with and without encryption", run_tls_scenario},
      {"upload", "a file taken in: by descriptor, shell pipe, socket, path", run_upload_scenario},
      {"restart", "start after a crash with 10,000 unfinished imports", run_restart_scenario},
      {"log", "pages of a log of 1,000,000 events", run_log_scenario},
      {"roofline", "the firehose's parts, each alone", run_roofline_scenario},
  };
  return all;
}

}  // namespace bench

ExitCode run_bench(Context& context, const bench::Options& options) {
  for (const std::string& name : options.scenarios) {
    const auto known = std::ranges::find(bench::scenarios(), name, &bench::Scenario::name);
    if (known == bench::scenarios().end()) {
      throw Failure(ExitCode::usage,
                    "bench: there is no scenario \"" + name + "\". See: pulter bench --help");
    }
  }
  bench::Bench bench(options);
  bench::Report report;
  report.machine = bench::machine_text();
  report.version = std::string("pulter ") + PULTER_VERSION;
  report.taken_at = rfc3339_text(io::wall_ns());
  report.runs = bench.options().runs;
  report.small = options.small;
  if (!context.json)
    print(report.machine + "\nMedians of " + std::to_string(report.runs) + " runs in turn [least-most].\n\n");
  ExitCode exit_code = ExitCode::delivered;
  for (const bench::Scenario& scenario : bench::scenarios()) {
    const bool wanted = options.scenarios.empty() ||
                        std::ranges::find(options.scenarios, scenario.name) != options.scenarios.end();
    if (!wanted) continue;
    try {
      report.scenarios.push_back(scenario.run(bench));
      if (!context.json) print(bench::report_text(report.scenarios.back()));
    } catch (const Failure& failure) {  // what the others measured is worth keeping
      print_error("\npulter bench: " + std::string(scenario.name) + " failed: " + failure.what() + "\n");
      exit_code = ExitCode::failed;
    }
    std::fflush(stdout);
  }
  const std::string json = bench::report_json(report);
  if (context.json) print(json);
  if (!options.json_file.empty()) check(io::blocking::write_file(options.json_file, json));
  if (!options.plot_file.empty())
    check(io::blocking::write_file(options.plot_file, bench::report_svg(report)));
  return exit_code;
}

}  // namespace pulter::tool
