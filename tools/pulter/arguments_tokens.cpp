// The commands under `pulter tokens`.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/http_client.h"
#include "tools/pulter/resources.h"

namespace pulter::tool {
namespace {

void add_create(CLI::App& tokens, Chosen& chosen) {
  struct Options {
    std::string name, scope;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* create = tokens.add_subcommand("create", "Make a token; it is printed once and kept by nobody");
  create->add_option("--name", options->name, "A name for people");
  create->add_option(
      "--scope", options->scope,
      "admin (everything, the default), read, or upload:<templateId> (may stand in a web page)");
  create->callback([options, &chosen] {
    chosen.run = [options](Context& context) {
      FieldWriter fields;
      fields.text("name", options->name);
      fields.text("scope", options->scope);
      return change_resource(context, "POST", "/v1/tokens", fields.body(), "Made.");
    };
  });
}

void add_list(CLI::App& tokens, Chosen& chosen) {
  struct Options {
    std::string limit, cursor;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* list = tokens.add_subcommand("list", "All tokens, without themselves");
  list->add_option("--limit", options->limit, "At most so many");
  list->add_option("--cursor", options->cursor, "Go on where a list ended");
  list->callback([options, &chosen] {
    chosen.run = [options](Context& context) {
      return list_resources(context, "/v1/tokens", {{"limit", options->limit}, {"cursor", options->cursor}},
                            {{"ID", "id"}, {"SCOPE", "scope"}, {"CREATED", "createdAt"}, {"NAME", "name"}},
                            "No tokens yet. Make one: pulter tokens create --name NAME");
    };
  });
}

}  // namespace

void add_token_commands(CLI::App& program, Chosen& chosen) {
  CLI::App* tokens =
      program.add_subcommand("tokens", "Create, list, delete tokens for the TCP listener and the dashboard");
  tokens->require_subcommand(1);
  add_create(*tokens, chosen);
  add_list(*tokens, chosen);
  const auto id = std::make_shared<std::string>();
  CLI::App* remove = tokens->add_subcommand("delete", "Make a token worthless, and end its sessions");
  remove->add_option("ID", *id, "Its id, as the list shows it")->required();
  remove->callback([id, &chosen] {
    chosen.run = [id](Context& context) {
      return change_resource(context, "DELETE", "/v1/tokens/" + percent_encode(*id), "", "Deleted " + *id);
    };
  });
}

}  // namespace pulter::tool
