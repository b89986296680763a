#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "codec/net/ip_text.h"
#include "codec/net/url.h"
#include "engine/config/config.h"

namespace pulter::config {
namespace {

using Values = std::span<const std::string>;

std::unexpected<Error> refuse(std::string_view name, const std::string& given, std::string_view expected) {
  std::string detail(name);
  detail.append(": expected ").append(expected).append(", found \"").append(given).append("\"");
  return std::unexpected(Error{ErrorCode::bad_config, -1, std::move(detail), std::string(name)});
}

template <class T>
Result<> set_number(T& out, std::string_view name, const std::string& text, std::uint64_t least,
                    std::uint64_t most) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end || number < least || number > most) {
    const std::string limit =
        most == std::numeric_limits<std::uint64_t>::max()
            ? "a whole number, at least " + std::to_string(least)
            : "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    return refuse(name, text, limit);
  }
  out = static_cast<T>(number);
  return {};
}

Result<> set_flag(bool& out, std::string_view name, const std::string& text) {
  if (text != "true" && text != "false" && text != "1" && text != "0")
    return refuse(name, text, "true or false");
  out = text == "true" || text == "1";
  return {};
}

Result<> set_text(std::string& out, std::string_view name, const std::string& text, bool may_be_empty) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return refuse(name, "(text with a control character)", "plain text");
  }
  if (text.empty() && !may_be_empty) return refuse(name, text, "a text that is not empty");
  out = text;
  return {};
}

Result<> set_listen(Config& config, const std::string& text) {
  config.listen.reset();
  if (text.empty()) return {};
  // A port alone means this machine alone.
  const bool port_only = text.find_first_not_of("0123456789") == std::string::npos;
  auto endpoint = net::parse_endpoint(port_only ? "127.0.0.1:" + text : text);
  if (!endpoint)
    return refuse("listen", text, "an address and a port, such as 127.0.0.1:8080 or [::1]:8080, or a port");
  config.listen = *endpoint;
  return {};
}

Result<> set_hosts(Config& config, Values values) {
  config.allowed_hosts.clear();
  for (const std::string& text : values) {
    if (text.empty() || text.find_first_of("/@ \t") != std::string::npos)
      return refuse("allowed_hosts", text, "a host name such as pulter.example.com");
    config.allowed_hosts.push_back(text);
  }
  return {};
}

/// "https://app.example.com" as browsers write it (RFC 6454, section 6.2): no path, no default port, small
/// letters.
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view host = text.substr(scheme.size());
    const bool small = std::ranges::none_of(host, [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool usual_port = host.ends_with(scheme == "https://" ? ":443" : ":80");
    return !host.empty() && small && !usual_port && host.find_first_of("/?#@ \t,;") == std::string_view::npos;
  }
  return false;
}

Result<> set_origins(Config& config, Values values) {
  config.allowed_origins.clear();
  for (const std::string& text : values) {
    if (!is_origin(text))
      return refuse("allowed_origins", text,
                    "an origin such as https://app.example.com, without a path, or *");
    config.allowed_origins.push_back(text);
  }
  return {};
}

Result<> set_networks(Config& config, Values values) {
  config.allow_networks.clear();
  for (const std::string& text : values) {
    auto network = net::parse_network(text);
    if (!network)
      return refuse("allow_networks", text, "a network such as 10.0.0.0/8 (" + network.error().detail + ")");
    config.allow_networks.push_back(*network);
  }
  return {};
}

Result<> set_dns_servers(Config& config, Values values) {
  config.dns_servers.clear();
  for (const std::string& text : values) {
    auto endpoint = net::parse_endpoint(text);
    if (!endpoint) {
      auto address = net::parse_ip(text);
      if (!address) {
        return refuse("dns_servers", text,
                      "an address, with or without a port, such as 10.0.0.2 or 127.0.0.1:5353");
      }
      endpoint = net::Endpoint{*address, 53};
    }
    config.dns_servers.push_back(*endpoint);
  }
  return {};
}

Result<> set_proxy(Config& config, const std::string& text) {
  config.proxy.reset();
  if (text.empty()) return {};
  auto url = net::parse_url(text);
  if (!url || url->scheme != net::Scheme::http || url->target != "/") {
    return refuse("proxy", text,
                  "the address of an HTTP proxy, such as http://10.0.0.7:3128, without a user name");
  }
  config.proxy = std::move(*url);
  return {};
}

Result<> set_ports(Config& config, Values values) {
  config.allowed_ports.clear();
  for (const std::string& text : values) {
    std::uint16_t port = 0;
    if (auto ok = set_number(port, "allowed_ports", text, 1, 65535); !ok) return ok;
    config.allowed_ports.push_back(port);
  }
  return {};
}

Result<> set_durability(Config& config, const std::string& text) {
  if (text != "strict" && text != "relaxed") return refuse("durability", text, "strict or relaxed");
  config.durability = text == "strict" ? Durability::strict : Durability::relaxed;
  return {};
}

constexpr auto any = std::numeric_limits<std::uint64_t>::max();

struct Row {
  Setting setting;
  Result<> (*set)(Config& config, Values values);
};

// NOLINTBEGIN: one line per setting reads better than one function each.
constexpr std::array rows{
    Row{{"data_dir", false, "folder of the database and the files of imports"},
        [](Config& c, Values v) { return set_text(c.data_dir, "data_dir", v[0], false); }},
    Row{{"socket", false, "path of the Unix socket of the control API"},
        [](Config& c, Values v) { return set_text(c.socket, "socket", v[0], false); }},
    Row{{"listen", false, "address and port of the TCP listener; empty: off"},
        [](Config& c, Values v) { return set_listen(c, v[0]); }},
    Row{{"allowed_hosts", true, "names that requests over TCP may have in their Host header"},
        [](Config& c, Values v) { return set_hosts(c, v); }},
    Row{{"allowed_origins", true, "origins of web pages that may upload with a publishable key"},
        [](Config& c, Values v) { return set_origins(c, v); }},
    Row{{"shards", false, "threads that deliver; 0: one per core"},
        [](Config& c, Values v) { return set_number(c.shards, "shards", v[0], 0, 256); }},
    Row{{"allow_networks", true, "special networks that callback URLs may lead to"},
        [](Config& c, Values v) { return set_networks(c, v); }},
    Row{{"allow_http", false, "allow callback URLs without TLS"},
        [](Config& c, Values v) { return set_flag(c.allow_http, "allow_http", v[0]); }},
    Row{{"allowed_ports", true, "ports that callback URLs may name although other protocols use them"},
        [](Config& c, Values v) { return set_ports(c, v); }},
    Row{{"durability", false, "strict or relaxed"},
        [](Config& c, Values v) { return set_durability(c, v[0]); }},
    Row{{"shutdown_timeout", false, "seconds that answers are awaited after SIGTERM"},
        [](Config& c, Values v) {
          return set_number(c.shutdown_timeout_s, "shutdown_timeout", v[0], 0, 3600);
        }},
    Row{{"max_file_bytes", false, "longest file that is taken; 0: no limit"},
        [](Config& c, Values v) { return set_number(c.max_file_bytes, "max_file_bytes", v[0], 0, any); }},
    Row{{"max_rows", false, "most rows of a file; 0: no limit"},
        [](Config& c, Values v) { return set_number(c.max_rows, "max_rows", v[0], 0, any); }},
    Row{{"max_batch_bytes", false, "longest body of a batch"},
        [](Config& c, Values v) {
          return set_number(c.max_batch_bytes, "max_batch_bytes", v[0], 64 * 1024, std::uint64_t{1} << 30);
        }},
    Row{{"retention_days", false, "days that files, events and attempts are kept; 0: for ever"},
        [](Config& c, Values v) { return set_number(c.retention_days, "retention_days", v[0], 0, 36500); }},
    Row{{"retention_bytes", false,
         "most bytes of files that are kept (spool/ and pulter.db), the oldest go first; 0: any number"},
        [](Config& c, Values v) { return set_number(c.retention_bytes, "retention_bytes", v[0], 0, any); }},
    Row{{"tcp_congestion", false, "congestion control of connections to receivers; empty: the system's"},
        [](Config& c, Values v) { return set_text(c.tcp_congestion, "tcp_congestion", v[0], true); }},
    Row{{"busy_poll_us", false,
         "microseconds a shard looks for the next answer before it sleeps; 0: sleeps at once"},
        [](Config& c, Values v) { return set_number(c.busy_poll_us, "busy_poll_us", v[0], 0, 1'000'000); }},
    Row{{"tls_ca_file", false, "certificates (PEM) that are trusted beside the system's"},
        [](Config& c, Values v) { return set_text(c.tls_ca_file, "tls_ca_file", v[0], true); }},
    Row{{"proxy", false, "HTTP proxy that requests go through, such as http://10.0.0.7:3128; empty: none"},
        [](Config& c, Values v) { return set_proxy(c, v[0]); }},
    Row{{"dns_servers", true, "name servers that are asked; empty: those of /etc/resolv.conf"},
        [](Config& c, Values v) { return set_dns_servers(c, v); }},
    Row{{"user_agent", false, "the User-Agent header of requests"},
        [](Config& c, Values v) { return set_text(c.user_agent, "user_agent", v[0], false); }},
};
// NOLINTEND

constexpr auto listed = [] {
  std::array<Setting, rows.size()> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = rows[i].setting;
  return out;
}();

}  // namespace

std::span<const Setting> settings() {
  return listed;
}

Result<> set(Config& config, std::string_view name, Values values) {
  for (const Row& row : rows) {
    if (row.setting.name != name) continue;
    if (!row.setting.is_list && values.size() != 1) {
      return refuse(name, std::to_string(values.size()) + " values", "one value");
    }
    return row.set(config, values);
  }
  std::string detail = "there is no setting \"" + std::string(name) + "\"; the settings are";
  for (const Row& row : rows) detail.append(&row == rows.data() ? " " : ", ").append(row.setting.name);
  return std::unexpected(Error{ErrorCode::bad_config, -1, std::move(detail), std::string(name)});
}

Result<> apply_environment(Config& config, EnvironmentLookup lookup) {
  for (const Row& row : rows) {
    std::string variable = "PULTER_";
    for (const char c : row.setting.name) variable += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
    const std::optional<std::string> text = lookup(variable);
    if (!text) continue;
    std::vector<std::string> values;
    if (!row.setting.is_list) {
      values.push_back(*text);
    } else {
      for (std::size_t begin = 0; begin <= text->size() && !text->empty();) {
        const std::size_t comma = std::min(text->find(',', begin), text->size());
        values.push_back(text->substr(begin, comma - begin));
        begin = comma + 1;
      }
    }
    if (auto ok = set(config, row.setting.name, values); !ok) {
      Error error = std::move(ok.error());
      error.detail = "environment variable " + variable + ": " + error.detail;
      return std::unexpected(std::move(error));
    }
  }
  return {};
}

}  // namespace pulter::config
