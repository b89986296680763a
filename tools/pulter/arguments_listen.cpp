// `pulter listen`.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/command_listen.h"
#include "tools/pulter/receiver/behaviour.h"

namespace pulter::tool {

void add_listen_command(CLI::App& program, Chosen& chosen) {
  const auto options = std::make_shared<ListenOptions>();
  CLI::App* command = program.add_subcommand(
      "listen",
      "A receiver on 127.0.0.1: verifies signatures, checks the order, sums up when it is interrupted");
  std::string cases;
  const auto list = [&cases](std::string_view name, std::string_view help) {
    cases.append("  ").append(name).append(22 - name.size(), ' ').append(help).append("\n");
  };
  for (const ChaosCase& one : chaos_cases()) list(one.name, one.help);
  cases +=
      "Answers that no decent server gives (to each batch once, then 200, where nothing else is said):\n";
  for (const HostileCase& one : hostile_cases()) list(one.name, one.help);
  command->footer("Cases for --chaos:\n" + cases);
  command->add_option("--port", options->port, "The port; 0 takes a free one")->capture_default_str();
  command->add_option("--secret", options->secrets,
                      "The webhook's signing secret (repeat it during a rotation)");
  command->add_flag("--no-verify", options->no_verify, "Only read and answer, for measuring a sender");
  command->add_option("--delay", options->delay_ms, "Milliseconds to wait before each answer");
  command->add_option("--fail", options->failures,
                      "N:STATUS or N-M:STATUS answers those requests so (repeat it)");
  command->add_option("--chaos", options->chaos, "Misbehave in one of the ways below")->type_name("CASE");
  command
      ->add_option("--journal", options->journal, "Append one JSON line per receipt, before it is answered")
      ->type_name("FILE");
  command->add_option("--save", options->save, "Keep every body as a file")->type_name("FOLDER");
  command->add_option("--ready-file", options->ready_file, "Write the address there once it listens")
      ->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "Print the summary only");
  command->callback([options, &chosen] {
    chosen.run = [options](Context& context) { return run_listen(context, *options); };
  });
}

}  // namespace pulter::tool
