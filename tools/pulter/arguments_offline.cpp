// `pulter verify`, `explain`, `check` and `convert`: no daemon needed.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/command_offline.h"

namespace pulter::tool {
namespace {

void add_verify(CLI::App& program, Chosen& chosen) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = program.add_subcommand("verify", "Check the signature of a body on standard input");
  command->add_option("--secret", options->secrets, "The webhook's secret (repeat it during a rotation)")
      ->required();
  command->add_option("--id", options->id, "The webhook-id header")->required();
  command->add_option("--timestamp", options->timestamp, "The webhook-timestamp header")->required();
  command->add_option("--signature", options->signature, "The webhook-signature header")->required();
  command->add_flag("--any-time", options->any_time, "Accept a timestamp more than 5 minutes off");
  command->callback([options, &chosen] {
    chosen.run = [options](Context& context) { return run_verify(context, *options); };
  });
}

void add_explain(CLI::App& program, Chosen& chosen) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      program.add_subcommand("explain", "Where would a request go? Exit 0 allowed, 1 refused");
  command->add_option("URL", options->url, "A callback URL")->required();
  command->add_option("--config", options->config_file, "As given to pulterd")->type_name("FILE");
  command->add_option("--allow-network", options->allow_networks, "As given to pulterd (repeat it)")
      ->type_name("CIDR");
  command->add_option("--allowed-port", options->allowed_ports, "As given to pulterd (repeat it)");
  command->add_flag("--allow-http", options->allow_http, "As given to pulterd");
  command->callback([options, &chosen] {
    chosen.run = [options](Context& context) { return run_explain(context, *options); };
  });
}

void add_read_options(CLI::App& command, ReadOptions& options) {
  command.add_option("FILE", options.file, "The CSV file; - reads standard input")->required();
  command.add_option("--delimiter", options.delimiter,
                     "One character, or the word tab; without it , ; | or tab is found out");
  command.add_option("--encoding", options.encoding, "utf-8, utf-16, windows-1252, …; without it: found out");
}

}  // namespace

void add_offline_commands(CLI::App& program, Chosen& chosen) {
  add_verify(program, chosen);
  add_explain(program, chosen);
  const auto checked = std::make_shared<ReadOptions>();
  CLI::App* check =
      program.add_subcommand("check", "What Pulter reads in a file: rows, columns, encoding, notes");
  add_read_options(*check, *checked);
  check->add_option("--batch-size", checked->batch_size, "Rows in one request")->check(CLI::PositiveNumber);
  check->callback([checked, &chosen] {
    chosen.run = [checked](Context& context) { return run_check(context, *checked); };
  });
  const auto converted = std::make_shared<ReadOptions>();
  const auto without_index = std::make_shared<bool>(false);
  CLI::App* convert =
      program.add_subcommand("convert", "The rows of a file as JSON lines, as they would be sent");
  add_read_options(*convert, *converted);
  convert->add_flag("--no-index", *without_index, "Leave __index out");
  convert->callback([converted, without_index, &chosen] {
    chosen.run = [converted, without_index](Context& context) {
      return run_convert(context, *converted, !*without_index);
    };
  });
}

}  // namespace pulter::tool
