// `pulter bench`.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/command_bench.h"

namespace pulter::tool {

void add_bench_command(CLI::App& program, Chosen& chosen) {
  const auto options = std::make_shared<bench::Options>();
  CLI::App* command = program.add_subcommand(
      "bench", "Measures this machine's Pulter, with daemons and receivers of its own, beside rivals");
  std::string names;
  for (const bench::Scenario& scenario : bench::scenarios()) {
    const std::string name(scenario.name);
    names += "  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') +
             std::string(scenario.help) + "\n";
  }
  command->footer("Scenarios:\n" + names);
  command->add_option("SCENARIO", options->scenarios, "Which to run; all when none is named");
  command->add_option("--runs", options->runs, "Timed runs of each, after one to warm up")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  command->add_option("--rows", options->rows, "Rows of the firehose's file")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 100'000'000));
  command->add_flag("--small", options->small,
                    "Tiny and once: shows that everything works, measures nothing");
  command->add_option("--json", options->json_file, "Write every figure there")->type_name("FILE");
  command->add_option("--plot", options->plot_file, "Draw the figures there, as SVG")->type_name("FILE");
  command
      ->add_option("--daemon", options->daemon,
                   "The pulterd to measure; otherwise the one beside this program")
      ->type_name("PATH");
  command->add_option("--rivals", options->rivals_folder, "Where the rivals are")->type_name("FOLDER");
  command->add_flag("--no-rivals", options->no_rivals, "Pulter and its yardsticks alone");
  command
      ->add_option("--folder", options->folder, "Where stores and files are made; otherwise TMPDIR or /tmp")
      ->type_name("FOLDER");
  command->callback([options, &chosen] {
    chosen.run = [options](Context& context) { return run_bench(context, *options); };
  });
}

}  // namespace pulter::tool
