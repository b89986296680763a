// The commands under `pulter importers` and `pulter webhooks`.

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "codec/json/writer.h"
#include "tools/pulter/arguments.h"
#include "tools/pulter/resources.h"

namespace pulter::tool {
namespace {

struct ListOptions {
  std::string template_id, limit, cursor;
};

void add_list_options(CLI::App& list, ListOptions& options) {
  list.add_option("--limit", options.limit, "At most so many");
  list.add_option("--cursor", options.cursor, "Go on where a list ended");
}

/// `NAME ID` under `parent`: one request made of the id.
void add_id_command(CLI::App& parent, const std::string& name, const std::string& help, Chosen& chosen,
                    std::function<ExitCode(Context&, const std::string&)> run) {
  const auto id = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("ID", *id, "Its id, as a list shows it")->required();
  command->callback([id, run = std::move(run), &chosen] {
    chosen.run = [id, run](Context& context) { return run(context, *id); };
  });
}

// ------------------------------------------------------------------------------------------ importers

struct ImporterOptions {
  std::string id, name, webhook_url, columns_json;
  std::optional<std::uint64_t> batch_size;
  std::optional<bool> data_sync, drop_unmapped;
  std::vector<std::string> allowed_webhook_hosts;

  [[nodiscard]] std::string body() const {
    FieldWriter fields;
    fields.text("name", name);
    fields.text("webhookUrl", webhook_url);
    fields.number("batchSize", batch_size);
    fields.boolean("dataSync", data_sync);
    fields.object("columns", columns_json, "--columns");
    fields.boolean("dropUnmapped", drop_unmapped);
    fields.texts("allowedWebhookHosts", allowed_webhook_hosts);
    return fields.body();
  }
};

void add_importer_options(CLI::App& command, ImporterOptions& options) {
  command.add_option("--name", options.name, "A name for people");
  command.add_option("--webhook-url", options.webhook_url, "The default webhook");
  command.add_option("--batch-size", options.batch_size, "Rows in one request")->check(CLI::PositiveNumber);
  add_choice(command, "--data-sync,!--no-data-sync", options.data_sync,
             "Keep files and log, or remove files at once");
  command.add_option("--columns", options.columns_json, R"(Renames, such as {"First Name":"first_name"})")
      ->type_name("JSON");
  add_choice(command, "--drop-unmapped,!--keep-unmapped", options.drop_unmapped,
             "Send only the columns that --columns names");
  command.add_option("--allowed-webhook-host", options.allowed_webhook_hosts,
                     "A host that a webhookUrl from a browser may name (repeat it)");
}

std::string importer_path(const std::string& id) {
  return "/v1/importers/" + percent_encode(id);
}

void add_importer_changes(CLI::App& importers, Chosen& chosen) {
  const auto created = std::make_shared<ImporterOptions>();
  CLI::App* create = importers.add_subcommand("create", "Make an importer");
  add_importer_options(*create, *created);
  create->callback([created, &chosen] {
    chosen.run = [created](Context& context) {
      return change_resource(context, "POST", "/v1/importers", created->body(), "Made.");
    };
  });
  const auto updated = std::make_shared<ImporterOptions>();
  CLI::App* update = importers.add_subcommand("update", "Change some fields of an importer");
  update->add_option("ID", updated->id, "Its id (tpl_…)")->required();
  add_importer_options(*update, *updated);
  update->callback([updated, &chosen] {
    chosen.run = [updated](Context& context) {
      return change_resource(context, "PATCH", importer_path(updated->id), updated->body(), "Changed.");
    };
  });
}

// ------------------------------------------------------------------------------------------- webhooks

struct WebhookOptions {
  std::string id, url, secret, template_id, on_halt, description;
  std::string tls_ca, tls_certificate, tls_private_key;  // files
  std::vector<std::string> events, headers;
  std::optional<std::uint64_t> timeout_s;
  std::vector<std::uint64_t> retry_schedule_s;
  std::optional<bool> retry_on_4xx, enabled;

  [[nodiscard]] std::string body() const {
    FieldWriter fields;
    fields.text("url", url);
    fields.text("secret", secret);
    fields.text("templateId", template_id);
    fields.texts("events", events);
    fields.text("description", description);
    if (timeout_s) fields.number("timeoutMs", *timeout_s * 1000);
    fields.boolean("retryOn4xx", retry_on_4xx);
    fields.text("onHalt", on_halt);
    fields.boolean("enabled", enabled);
    fields.text("tlsCa", file_text(tls_ca));
    fields.text("tlsCertificate", file_text(tls_certificate));
    fields.text("tlsPrivateKey", file_text(tls_private_key));
    if (!headers.empty()) fields.raw("headers", headers_json());
    if (!retry_schedule_s.empty()) fields.raw("retrySchedule", schedule_json());
    return fields.body();
  }

 private:
  /// The text of a PEM file; empty where none was named.
  [[nodiscard]] static std::string file_text(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file || text.empty()) {
      throw Failure(ExitCode::usage, path + " cannot be read, or is empty: it must be a PEM file.");
    }
    return text;
  }
  [[nodiscard]] std::string headers_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    for (const std::string& header : headers) {
      const std::size_t colon = header.find(':');
      if (colon == std::string::npos || colon == 0) {
        throw Failure(ExitCode::usage, "--header takes \"Name: value\", not \"" + header + "\".");
      }
      const std::size_t value = header.find_first_not_of(" \t", colon + 1);
      writer.field(header.substr(0, colon),
                   value == std::string::npos ? std::string() : header.substr(value));
    }
    writer.end_object();
    return out;
  }
  [[nodiscard]] std::string schedule_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_array();
    for (const std::uint64_t seconds : retry_schedule_s) writer.unsigned_integer(seconds);
    writer.end_array();
    return out;
  }
};

void add_webhook_options(CLI::App& command, WebhookOptions& options) {
  command.add_option("--secret", options.secret, "The signing secret; without it one is generated");
  command.add_option("--template", options.template_id,
                     "The importer it belongs to; without it: all of them");
  command.add_option("--event", options.events,
                     "An event to send: all, import.started, import.completed, import.failed (repeat it)");
  command.add_option("--header", options.headers, "A header to add, \"Name: value\" (repeat it)");
  command.add_option("--timeout", options.timeout_s, "Seconds to wait for an answer, 1 to 3600");
  command.add_option("--retry-schedule", options.retry_schedule_s, "Seconds before each attempt: 0,5,30,120")
      ->delimiter(',');
  add_choice(command, "--retry-on-4xx,!--no-retry-on-4xx", options.retry_on_4xx, "Retry answers of 4xx too");
  command.add_option("--on-halt", options.on_halt, "After a halted import: next (go on) or hold (wait)")
      ->check(CLI::IsMember({"next", "hold"}));
  command.add_option("--description", options.description, "A note for people");
  command.add_option("--tls-ca", options.tls_ca, "Certificates (PEM) to trust for it beside the system's")
      ->type_name("FILE");
  command
      .add_option("--tls-certificate", options.tls_certificate,
                  "Its client certificate (PEM), then the chain; needs --tls-private-key")
      ->type_name("FILE");
  command.add_option("--tls-private-key", options.tls_private_key, "The key of that certificate (PEM)")
      ->type_name("FILE");
  add_choice(command, "--enable,!--disable", options.enabled, "Let it receive, or not");
}

std::string webhook_path(const std::string& id, const std::string& rest = "") {
  return "/v1/webhooks/" + percent_encode(id) + rest;
}

void add_webhook_changes(CLI::App& webhooks, Chosen& chosen) {
  const auto created = std::make_shared<WebhookOptions>();
  CLI::App* create = webhooks.add_subcommand("create", "Make a webhook; prints its secret");
  create->add_option("--url,URL", created->url, "The callback URL")->required();
  add_webhook_options(*create, *created);
  create->callback([created, &chosen] {
    chosen.run = [created](Context& context) {
      return change_resource(context, "POST", "/v1/webhooks", created->body(), "Made.");
    };
  });
  const auto updated = std::make_shared<WebhookOptions>();
  CLI::App* update = webhooks.add_subcommand("update", "Change some fields of a webhook");
  update->add_option("ID", updated->id, "Its id (wh_…)")->required();
  update->add_option("--url", updated->url, "The callback URL");
  add_webhook_options(*update, *updated);
  update->callback([updated, &chosen] {
    chosen.run = [updated](Context& context) {
      return change_resource(context, "PATCH", webhook_path(updated->id), updated->body(), "Changed.");
    };
  });
}

}  // namespace

void add_importer_commands(CLI::App& program, Chosen& chosen) {
  CLI::App* importers = program.add_subcommand("importers", "List, show, create, update, delete importers");
  importers->require_subcommand(1);
  const auto options = std::make_shared<ListOptions>();
  CLI::App* list = importers->add_subcommand("list", "All importers");
  add_list_options(*list, *options);
  list->callback([options, &chosen] {
    chosen.run = [options](Context& context) {
      return list_resources(
          context, "/v1/importers", {{"limit", options->limit}, {"cursor", options->cursor}},
          {{"ID", "id"},
           {"NAME", "name"},
           {"BATCH SIZE", "batchSize"},
           {"DATA SYNC", "dataSync"},
           {"WEBHOOK URL", "webhookUrl"}},
          "No importers yet. Make one: pulter importers create --name NAME --webhook-url URL");
    };
  });
  add_importer_changes(*importers, chosen);
  add_id_command(
      *importers, "show", "Everything about one importer", chosen,
      [](Context& context, const std::string& id) { return show_resource(context, importer_path(id)); });
  add_id_command(*importers, "delete", "Remove an importer", chosen,
                 [](Context& context, const std::string& id) {
                   return change_resource(context, "DELETE", importer_path(id), "", "Deleted " + id);
                 });
}

void add_webhook_commands(CLI::App& program, Chosen& chosen) {
  CLI::App* webhooks =
      program.add_subcommand("webhooks", "List, show, create, update, delete, test webhooks");
  webhooks->require_subcommand(1);
  const auto options = std::make_shared<ListOptions>();
  CLI::App* list = webhooks->add_subcommand("list", "All webhooks");
  list->add_option("--template", options->template_id, "Only this importer's");
  add_list_options(*list, *options);
  list->callback([options, &chosen] {
    chosen.run = [options](Context& context) {
      return list_resources(
          context, "/v1/webhooks",
          {{"templateId", options->template_id}, {"limit", options->limit}, {"cursor", options->cursor}},
          {{"ID", "id"},
           {"ENABLED", "enabled"},
           {"IMPORTER", "templateId"},
           {"EVENTS", "events"},
           {"URL", "url"}},
          "No webhooks yet. Make one: pulter webhooks create URL");
    };
  });
  add_webhook_changes(*webhooks, chosen);
  const auto get = [](const std::string& rest) {
    return [rest](Context& context, const std::string& id) {
      return show_resource(context, webhook_path(id, rest));
    };
  };
  const auto post = [](const std::string& rest, const std::string& done) {
    return [rest, done](Context& context, const std::string& id) {
      return change_resource(context, "POST", webhook_path(id, rest), "", done + " " + id);
    };
  };
  add_id_command(*webhooks, "show", "Everything about one webhook but its secret", chosen, get(""));
  add_id_command(*webhooks, "secret", "Its signing secret", chosen, get("/secret"));
  add_id_command(*webhooks, "test", "Send it one made-up row, as a test event", chosen,
                 post("/test", "Sent to"));
  add_id_command(*webhooks, "rotate-secret", "Make a new secret; the old one signs too for a while", chosen,
                 post("/rotate-secret", "Rotated the secret of"));
  add_id_command(*webhooks, "delete", "Remove a webhook", chosen,
                 [](Context& context, const std::string& id) {
                   return change_resource(context, "DELETE", webhook_path(id), "", "Deleted " + id);
                 });
}

}  // namespace pulter::tool
