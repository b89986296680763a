// pulterd: the daemon. Reads what it was told (flags over environment over file) and runs the engine.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/config/config.h"
#include "engine/engine.h"
#include "io/process.h"
#include "tools/pulterd/pages.h"

namespace {

using pulter::ErrorCode;
using pulter::fail;
using pulter::Result;
namespace config = pulter::config;

constexpr const char* default_config_file = "/etc/pulter/pulter.toml";
constexpr std::size_t config_bytes_max = 1 << 20;

enum ExitCode : int { ok = 0, failed = 1, usage = 2 };

/// What stood on the command line: settings in the order of config::settings().
struct Flags {
  std::string config_file;
  std::vector<std::vector<std::string>> values;
};

/// "allow_networks" is "--allow-network" here: it may be repeated, and each names one.
std::string flag_name(const config::Setting& setting) {
  std::string name(setting.name);
  if (setting.is_list) name.pop_back();
  for (char& c : name) c = c == '_' ? '-' : c;
  return "--" + name;
}

void add_options(CLI::App& program, Flags& flags) {
  program.add_option("--config", flags.config_file, "configuration file (TOML)")->type_name("FILE");
  flags.values.resize(config::settings().size());
  for (std::size_t i = 0; i < flags.values.size(); ++i) {
    const config::Setting& setting = config::settings()[i];
    if (setting.name == "allow_http") {
      program.add_flag_function(
          flag_name(setting),
          [&flags, i](std::int64_t count) { flags.values[i] = {count > 0 ? "true" : "false"}; },
          std::string(setting.help));
      continue;
    }
    CLI::Option* option = program.add_option(flag_name(setting), flags.values[i], std::string(setting.help));
    option->type_name(setting.is_list ? "VALUE ..." : "VALUE")->expected(1);
    option->multi_option_policy(setting.is_list ? CLI::MultiOptionPolicy::TakeAll
                                                : CLI::MultiOptionPolicy::TakeLast);
  }
}

Result<> load_file(config::Config& config, const std::string& name, bool must_exist) {
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    if (!must_exist) return {};
    return fail(ErrorCode::bad_config, "the configuration file " + name + " cannot be read; check --config");
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (text.size() > config_bytes_max) {
    return fail(ErrorCode::bad_config,
                "the configuration file " + name + " is longer than 1 MiB; is it the right one?");
  }
  return config::load_config(config, text, name);
}

Result<config::Config> read_config(const Flags& flags) {
  config::Config config;
  const std::string named =
      flags.config_file.empty() ? pulter::io::environment("PULTER_CONFIG").value_or("") : flags.config_file;
  if (auto done = load_file(config, named.empty() ? default_config_file : named, !named.empty()); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = config::apply_environment(config, pulter::io::environment); !done) {
    return std::unexpected(done.error());
  }
  for (std::size_t i = 0; i < flags.values.size(); ++i) {
    if (flags.values[i].empty()) continue;
    const config::Setting& setting = config::settings()[i];
    if (auto done = config::set(config, setting.name, flags.values[i]); !done) {
      return fail(ErrorCode::bad_config, "flag " + flag_name(setting) + ": " + done.error().detail);
    }
  }
  return config;
}

void print_listening(std::string_view where) {
  std::printf("pulterd " PULTER_VERSION " listens on %.*s\n", static_cast<int>(where.size()), where.data());
  std::fflush(stdout);
}

int run(int argument_count, char** arguments) {
  CLI::App program("Takes CSV files and delivers their rows to webhooks: in order, in signed batches.",
                   "pulterd");
  program.footer(
      "\nEvery flag can also be set in the environment (PULTER_DATA_DIR, PULTER_ALLOW_NETWORKS=a,b) and in\n"
      "/etc/pulter/pulter.toml (data_dir = \"…\", allow_networks = [\"…\"]); flags win, then the "
      "environment.");
  program.set_version_flag("--version", "pulterd " PULTER_VERSION);
  Flags flags;
  add_options(program, flags);
  try {
    program.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    std::fprintf(stderr, "pulterd: %s\nSee what is possible: pulterd --help\n", error.what());
    return ExitCode::usage;
  }
  const auto config = read_config(flags);
  if (!config) {
    std::fprintf(stderr, "pulterd: %s\n", config.error().detail.c_str());
    return ExitCode::usage;
  }
  if (auto done = pulter::engine::run(*config, print_listening, built_in_pages()); !done) {
    std::fprintf(stderr, "pulterd: %s\n", done.error().detail.c_str());
    return ExitCode::failed;
  }
  return ExitCode::ok;
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    return run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pulterd: %s\n", error.what());
    return ExitCode::failed;
  }
}
