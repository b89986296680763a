// pulter: the command line of the daemon. One file per command; this one reads the common options and turns
// what went wrong into a sentence and an exit code.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "io/process.h"
#include "tools/pulter/arguments.h"

namespace {

using pulter::tool::ExitCode;

constexpr const char* description =
    "Delivers CSV files to webhooks: in order, in signed batches, each answered before the next one leaves.\n"
    "Most commands talk to a running pulterd; listen, verify, explain, check, convert and bench need none.";

constexpr const char* footer =
    "\nExit codes: 0 done or delivered, 1 halted, refused or failed, 2 wrong usage, 3 no daemon.\n"
    "First steps:  pulter listen --port 9000        (a receiver, in a second terminal)\n"
    "              pulter import contacts.csv --webhook-url http://127.0.0.1:9000/hook";

int run(int argument_count, char** arguments) {
  CLI::App program(description, "pulter");
  program.footer(footer);
  program.require_subcommand(1);
  program.fallthrough();  // --socket and --json may stand after the command too
  program.set_version_flag("--version", std::string("pulter ") + PULTER_VERSION);
  program.set_help_all_flag("--help-all", "Help of every command");
  std::string socket = pulter::io::environment("PULTER_SOCKET").value_or(pulter::tool::default_socket);
  bool json = false;
  program.add_option("--socket", socket, "The daemon's Unix socket (or PULTER_SOCKET)")
      ->capture_default_str()
      ->type_name("PATH");
  program.add_flag("--json", json, "Print the daemon's JSON, for programs");

  pulter::tool::Chosen chosen;
  pulter::tool::add_import_command(program, chosen);
  pulter::tool::add_importer_commands(program, chosen);
  pulter::tool::add_webhook_commands(program, chosen);
  pulter::tool::add_token_commands(program, chosen);
  pulter::tool::add_import_commands(program, chosen);
  pulter::tool::add_event_commands(program, chosen);
  pulter::tool::add_listen_command(program, chosen);
  pulter::tool::add_offline_commands(program, chosen);
  pulter::tool::add_bench_command(program, chosen);
  try {
    program.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    std::string command = "pulter";
    for (const CLI::App* app = &program; !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      command += " " + app->get_name();
    }
    std::string what = error.what();
    if (const std::vector<std::string> unknown = program.remaining(true); !unknown.empty()) {
      what = command + " has no \"" + unknown.front() + "\"";
    }
    pulter::tool::print_error("pulter: " + what + "\nSee what is possible: " + command + " --help\n");
    return static_cast<int>(ExitCode::usage);
  }
  pulter::tool::Context context{pulter::tool::HttpClient(socket), json};
  return static_cast<int>(chosen.run(context));
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    return run(argument_count, arguments);
  } catch (const pulter::tool::Failure& failure) {
    std::fflush(stdout);
    pulter::tool::print_error("pulter: " + std::string(failure.what()) + "\n");
    return static_cast<int>(failure.exit_code());
  } catch (const std::exception& error) {
    pulter::tool::print_error("pulter: " + std::string(error.what()) + "\n");
    return static_cast<int>(ExitCode::failed);
  }
}
