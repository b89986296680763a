#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "codec/json/writer.h"
#include "engine/config/config.h"
#include "engine/delivery/explain.h"
#include "io/process.h"
#include "tools/pulter/command_offline.h"

namespace pulter::tool {
namespace {

constexpr const char* default_config_file = "/etc/pulter/pulter.toml";

/// The configuration that a pulterd started here with these flags would have: file, environment, flags.
config::Config configuration(const ExplainOptions& options) {
  const auto usage = [](const Result<>& done) {
    if (!done) throw Failure(ExitCode::usage, done.error().detail);
  };
  config::Config config;
  const std::string name = options.config_file.empty()
                               ? io::environment("PULTER_CONFIG").value_or(default_config_file)
                               : options.config_file;
  if (std::ifstream file(name, std::ios::binary); file) {
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    usage(config::load_config(config, text, name));
  } else if (name != default_config_file) {
    throw Failure(ExitCode::usage, "The configuration file " + name + " cannot be read; check --config.");
  }
  usage(config::apply_environment(config, io::environment));
  if (!options.allow_networks.empty()) usage(config::set(config, "allow_networks", options.allow_networks));
  if (!options.allowed_ports.empty()) usage(config::set(config, "allowed_ports", options.allowed_ports));
  if (options.allow_http) config.allow_http = true;
  return config;
}

std::string as_json(const ExplainOptions& options, const delivery::Explanation& explanation) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().field("url", options.url).field("allowed", explanation.route.allowed);
  writer.field("rule", explanation.route.rule).field("readsAs", explanation.reads_as);
  writer.key("addresses").begin_array();
  for (const net::IpAddress& address : explanation.route.addresses) writer.string(net::to_string(address));
  writer.end_array().end_object();
  return out + "\n";
}

std::string as_text(const delivery::Explanation& explanation) {
  const char* verdict = explanation.route.allowed ? "allowed" : "refused";
  std::string out = fmt::format("{}: {}\n", verdict, explanation.route.rule);
  if (!explanation.reads_as.empty()) out += "read as    " + explanation.reads_as + "\n";
  for (const net::IpAddress& address : explanation.route.addresses) {
    out += "leads to   " + net::to_string(address) + "\n";
  }
  return out;
}

}  // namespace

ExitCode run_explain(Context& context, const ExplainOptions& options) {
  const config::Config config = configuration(options);
  const delivery::Explanation explanation = value_or_throw(delivery::explain_now(options.url, config));
  print(context.json ? as_json(options, explanation) : as_text(explanation));
  return explanation.route.allowed ? ExitCode::delivered : ExitCode::failed;
}

}  // namespace pulter::tool
