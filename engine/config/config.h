#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/net/address_policy.h"
#include "codec/net/endpoint.h"
#include "codec/net/url.h"

namespace pulter::config {

/// When the next request may leave (contract, section 4).
enum class Durability : std::uint8_t {
  strict,   ///< after the answer before it is on the disk
  relaxed,  ///< at once, while the answer before it is being committed
};

/// Everything that can be set about the daemon, with its defaults. A plain value; made at start and never
/// changed.
struct Config {
  std::string data_dir = "/var/lib/pulter";
  std::string socket = "/run/pulter/pulter.sock";
  std::optional<net::Endpoint> listen;     ///< the TCP listener; none: off
  std::vector<std::string> allowed_hosts;  ///< names under which the TCP listener may be asked for
  std::vector<std::string>
      allowed_origins;       ///< of web pages that may upload with a publishable key; "*": any
  std::uint32_t shards = 0;  ///< threads; 0: one per core
  std::vector<net::Network> allow_networks;
  bool allow_http = false;
  std::vector<std::uint16_t> allowed_ports;  ///< beside those that are allowed anyhow, see net::judge_port
  Durability durability = Durability::strict;
  std::uint32_t shutdown_timeout_s = 30;
  std::uint64_t max_file_bytes = 0;  ///< 0: no limit but the disk
  std::uint64_t max_rows = 0;        ///< 0: no limit
  std::uint64_t max_batch_bytes = 64u << 20;
  std::uint32_t retention_days = 30;  ///< 0: kept for ever
  std::uint64_t retention_bytes = 0;  ///< of kept files; over it the oldest go first; 0: any number
  std::string tcp_congestion;         ///< empty: the system's
  std::uint32_t busy_poll_us = 0;  ///< a shard polls for so long after its last completion; 0: sleeps at once
  std::string tls_ca_file;         ///< added to the system's trust store; empty: none
  std::optional<net::Url> proxy;   ///< HTTP proxy that requests go through; none: straight
  std::vector<net::Endpoint> dns_servers;  ///< none: those of /etc/resolv.conf
  std::string user_agent = "Pulter/" PULTER_VERSION;
};

/// One setting, by the name it has in the file; in the environment it is PULTER_ and the name in capitals, on
/// the command line it has dashes.
struct Setting {
  std::string_view name;
  bool is_list = false;
  std::string_view help;
};
[[nodiscard]] std::span<const Setting> settings();

/// Sets one setting from text; a list takes all of `values`, anything else exactly one.
/// Errors: bad_config naming the setting in `field`, what was given and what is expected.
[[nodiscard]] Result<> set(Config& config, std::string_view name, std::span<const std::string> values);

/// Reads a configuration file's text (TOML) into `config`. `file_name` is for messages only.
/// Errors: bad_config, "FILE:LINE: …": text that is no TOML, an unknown key (by name), a wrong value.
[[nodiscard]] Result<> load_config(Config& config, std::string_view text, std::string_view file_name);

/// How a variable of the environment is looked up; nothing when it is not set.
using EnvironmentLookup = std::optional<std::string> (*)(const std::string& name);
/// Sets what the environment has: lists are separated by commas. Errors: bad_config naming the variable.
[[nodiscard]] Result<> apply_environment(Config& config, EnvironmentLookup lookup);

}  // namespace pulter::config
