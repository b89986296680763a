#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace CLI {
class App;
}

namespace pulter::tool {

/// What the command line chose: run by main() once everything was read.
struct Chosen {
  std::function<ExitCode(Context&)> run;
};

/// A pair of flags, "--keep,!--no-keep", that stays empty when neither was given: the daemon's own default
/// counts then.
void add_choice(CLI::App& command, const std::string& names, std::optional<bool>& choice,
                const std::string& help);

// Each adds its commands to the program and lets the chosen one set `chosen.run`.
void add_import_command(CLI::App& program, Chosen& chosen);
void add_importer_commands(CLI::App& program, Chosen& chosen);
void add_webhook_commands(CLI::App& program, Chosen& chosen);
void add_token_commands(CLI::App& program, Chosen& chosen);
void add_import_commands(CLI::App& program, Chosen& chosen);
void add_event_commands(CLI::App& program, Chosen& chosen);
void add_listen_command(CLI::App& program, Chosen& chosen);
void add_offline_commands(CLI::App& program, Chosen& chosen);
void add_bench_command(CLI::App& program, Chosen& chosen);

}  // namespace pulter::tool
