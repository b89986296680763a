#include "engine/config/config.h"

#include <gtest/gtest.h>

namespace pulter::config {
namespace {

Result<Config> load(std::string_view text) {
  Config config;
  if (auto ok = load_config(config, text, "pulter.toml"); !ok) return std::unexpected(ok.error());
  return config;
}

std::string refusal(std::string_view text) {
  auto config = load(text);
  return config ? "accepted" : config.error().detail;
}

TEST(ConfigFile, OriginsAreWhatBrowsersSend) {
  const auto config = load(R"(allowed_origins = ["https://app.example.com", "http://localhost:3000", "*"])");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->allowed_origins.size(), 3u);
  for (const char* bad : {"app.example.com", "https://", "https://app.example.com/",
                          "https://App.example.com", "https://a.example:443", "http://a.example:80",
                          "https://u@a.example", "null", "", "ftp://a.example", "https://*.example.com/x"}) {
    const std::string why = refusal(std::string("allowed_origins = [\"") + bad + "\"]");
    EXPECT_NE(why.find("allowed_origins"), std::string::npos) << bad << ": " << why;
  }
}

TEST(ConfigFile, EmptyGivesTheDefaults) {
  const auto config = load("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data_dir, "/var/lib/pulter");
  EXPECT_EQ(config->socket, "/run/pulter/pulter.sock");
  EXPECT_FALSE(config->listen);
  EXPECT_EQ(config->durability, Durability::strict);
  EXPECT_EQ(config->shutdown_timeout_s, 30u);
  EXPECT_EQ(config->max_batch_bytes, 64u << 20);
  EXPECT_EQ(config->retention_days, 30u);
}

TEST(ConfigFile, EverySettingIsRead) {
  const auto config = load(R"(
data_dir = "/srv/pulter"
socket = "/tmp/p.sock"
listen = "127.0.0.1:8080"
shards = 3
allow_networks = ["127.0.0.0/8", "fd00::/8"]
allow_http = true
allowed_ports = [25, 6379]
durability = "relaxed"
shutdown_timeout = 5
max_file_bytes = 1000
max_rows = 20
max_batch_bytes = 1048576
retention_days = 7
tcp_congestion = "bbr"
busy_poll_us = 500
tls_ca_file = "/etc/ca.pem"
user_agent = "Acme/1"
)");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->data_dir, "/srv/pulter");
  EXPECT_EQ(config->socket, "/tmp/p.sock");
  ASSERT_TRUE(config->listen);
  EXPECT_EQ(net::to_string(*config->listen), "127.0.0.1:8080");
  EXPECT_EQ(config->shards, 3u);
  ASSERT_EQ(config->allow_networks.size(), 2u);
  EXPECT_EQ(net::to_string(config->allow_networks[1]), "fd00::/8");
  EXPECT_TRUE(config->allow_http);
  EXPECT_EQ(config->allowed_ports, (std::vector<std::uint16_t>{25, 6379}));
  EXPECT_EQ(config->durability, Durability::relaxed);
  EXPECT_EQ(config->shutdown_timeout_s, 5u);
  EXPECT_EQ(config->max_file_bytes, 1000u);
  EXPECT_EQ(config->max_rows, 20u);
  EXPECT_EQ(config->max_batch_bytes, 1048576u);
  EXPECT_EQ(config->retention_days, 7u);
  EXPECT_EQ(config->tcp_congestion, "bbr");
  EXPECT_EQ(config->busy_poll_us, 500u);
  EXPECT_EQ(config->tls_ca_file, "/etc/ca.pem");
  EXPECT_EQ(config->user_agent, "Acme/1");
}

TEST(ConfigFile, ErrorsNameFileLineAndSetting) {
  EXPECT_EQ(refusal("shards = 1\nsocket = 7\nbatch = 3\n").substr(0, 48),
            std::string("pulter.toml:3: there is no setting \"batch\"; the settings").substr(0, 48));
  EXPECT_EQ(refusal("\nshards = \"many\""),
            "pulter.toml:2: shards: expected a whole number from 0 to 256, found \"many\"");
  EXPECT_EQ(refusal("shards = -1"),
            "pulter.toml:1: shards: expected a whole number from 0 to 256, found \"-1\"");
  EXPECT_EQ(refusal("shards = 257"),
            "pulter.toml:1: shards: expected a whole number from 0 to 256, found \"257\"");
  EXPECT_EQ(refusal("durability = \"sometimes\""),
            "pulter.toml:1: durability: expected strict or relaxed, found \"sometimes\"");
  EXPECT_EQ(refusal("allow_http = \"yes\""),
            "pulter.toml:1: allow_http: expected true or false, found \"yes\"");
  EXPECT_EQ(refusal("data_dir = \"\""),
            "pulter.toml:1: data_dir: expected a text that is not empty, found \"\"");
  EXPECT_EQ(refusal("data_dir = [\"a\", \"b\"]"),
            "pulter.toml:1: data_dir: expected one value, found \"2 values\"");
  EXPECT_EQ(refusal("shards = 1.5").substr(0, 30), "pulter.toml:1: shards: expecte");
  EXPECT_EQ(refusal("[table]\nx = 1").substr(0, 37), "pulter.toml:1: a line begins with \"[\"");
  EXPECT_EQ(refusal("shards = 2\n  [/]").substr(0, 37), "pulter.toml:2: a line begins with \"[\"")
      << "the library would stop the program over it";
  EXPECT_EQ(refusal("t\xc3\xa9 = 1").substr(0, 30), "pulter.toml:1: a letter that i");
  EXPECT_EQ(refusal("user_agent = \"\"\"\n[/]\"\"\"").substr(0, 29), "pulter.toml:1: a text over se");
  EXPECT_EQ(refusal("# \xc3\xa9 [\nuser_agent = \"a\\\"#[b\" # it's\n"), "accepted");
  EXPECT_EQ(refusal("listen = \"8080x\"").substr(0, 40), "pulter.toml:1: listen: expected an addre");
  EXPECT_EQ(refusal("listen = \"8080\""), "accepted") << "a port alone is one of this machine";
  EXPECT_EQ(refusal("allow_networks = [\"10.0.0.0/33\"]").substr(0, 38),
            "pulter.toml:1: allow_networks: expecte");
  EXPECT_EQ(refusal("user_agent = \"a\\nb\"").substr(0, 34), "pulter.toml:1: user_agent: expecte");
}

TEST(ConfigFile, BrokenTomlNamesTheLine) {
  for (const char* text :
       {"a =", "= 1", "x = \"open", "[", "shards = 1\nshards = 2", "\xff\xfe", "a.b.c ="}) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().code, ErrorCode::bad_config);
    EXPECT_EQ(config.error().detail.substr(0, 12), "pulter.toml:") << config.error().detail;
  }
  EXPECT_EQ(refusal("socket = \"/s\"\n\nshards = = 1").substr(0, 14), "pulter.toml:3:");
}

TEST(ConfigFile, WhatTheLibraryMustNotSeeIsRefusedWithItsLine) {
  const struct {
    std::string text;
    std::string words;
  } cases[] = {
      {"shards = 1\n_t= [}t=ue", ":2: expected a value"},  // found by fuzzing: the library stops the program
      {"x = {a = 1}", ":1: expected a value"},
      {"x = [[1]]", ":1: a list stands in a list"},
      {"x = [1 2]", ":1: expected a comma"},
      {"x = [1,\n2", ":2: expected a comma"},
      {"x = [1,\n", ":2: a list is not closed"},
      {"x = [,]", ":1: expected a value"},
      {"x = 1 y = 2", ":1: the line goes on"},
      {"a.b = 1", ":1: expected a \"=\""},
      {"\"x\" = 1", ":1: expected the name"},
      {"x\n", ":1: expected a \"=\""},
      {"x = \"a\\", ":1: a text is not closed"},
      {"x = 'a", ":1: a text is not closed"},
      {"x = \"a\rb", ":1: a text is not closed"},
      {"x = [\"a\", # one\n  \xc3\xa9]", ":2: a letter that is not ASCII"},
  };
  for (const auto& each : cases) {
    EXPECT_NE(refusal(each.text).find(each.words), std::string::npos) << each.text << "\n"
                                                                      << refusal(each.text);
  }
  EXPECT_EQ(refusal("\xef\xbb\xbf"
                    "allow_networks = [ # two\r\n \"10.0.0.0/8\",\r\n\r\n  'fd00::/8', ]\r\n# end"),
            "accepted");
  EXPECT_EQ(refusal("allow_networks = []\nallowed_ports=[25,6379]#\n\n"), "accepted");
}

TEST(ConfigFile, DeepNestingIsRefused) {
  const std::string deep = "a = " + std::string(100'000, '[');
  EXPECT_NE(refusal(deep), "accepted");
}

TEST(Environment, OverridesAndNamesTheVariable) {
  Config config;
  config.shards = 2;
  auto ok = apply_environment(config, [](const std::string& name) -> std::optional<std::string> {
    if (name == "PULTER_DATA_DIR") return "/env";
    if (name == "PULTER_ALLOW_NETWORKS") return "127.0.0.0/8,10.0.0.7";
    if (name == "PULTER_ALLOW_HTTP") return "1";
    if (name == "PULTER_LISTEN") return "";
    return std::nullopt;
  });
  ASSERT_TRUE(ok) << ok.error().detail;
  EXPECT_EQ(config.data_dir, "/env");
  EXPECT_EQ(config.shards, 2u);
  ASSERT_EQ(config.allow_networks.size(), 2u);
  EXPECT_TRUE(config.allow_http);
  EXPECT_FALSE(config.listen);

  auto bad = apply_environment(config, [](const std::string& name) -> std::optional<std::string> {
    if (name == "PULTER_SHUTDOWN_TIMEOUT") return "30s";
    return std::nullopt;
  });
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().detail,
            "environment variable PULTER_SHUTDOWN_TIMEOUT: shutdown_timeout: expected a whole number from 0 "
            "to 3600, "
            "found \"30s\"");
  EXPECT_EQ(bad.error().field, "shutdown_timeout");
}

TEST(Environment, EmptyListClears) {
  Config config;
  config.allowed_ports = {25};
  ASSERT_TRUE(apply_environment(config, [](const std::string& name) -> std::optional<std::string> {
    if (name == "PULTER_ALLOWED_PORTS") return "";
    return std::nullopt;
  }));
  EXPECT_TRUE(config.allowed_ports.empty());
}

TEST(Settings, EachIsNamedOnceAndHasHelp) {
  for (const Setting& each : settings()) {
    EXPECT_FALSE(each.help.empty()) << each.name;
    std::size_t count = 0;
    for (const Setting& other : settings()) count += other.name == each.name ? 1u : 0u;
    EXPECT_EQ(count, 1u) << each.name;
  }
}

}  // namespace
}  // namespace pulter::config
