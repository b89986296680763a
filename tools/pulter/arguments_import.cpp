// `pulter import` and the commands under `pulter imports`.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/command_import.h"
#include "tools/pulter/resources.h"

namespace pulter::tool {
namespace {

std::string import_path(const std::string& id, const std::string& rest = "") {
  return "/v1/imports/" + percent_encode(id) + rest;
}

/// A command `NAME ID` under `parent`.
CLI::App* add_id_command(CLI::App& parent, const std::string& name, const std::string& help,
                         const std::shared_ptr<std::string>& id) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("ID", *id, "The import's id (imp_…)")->required();
  return command;
}

void add_list(CLI::App& imports, Chosen& chosen) {
  struct Filter {
    std::string template_id, state, limit, cursor;
  };
  const auto filter = std::make_shared<Filter>();
  CLI::App* list = imports.add_subcommand("list", "Imports, newest first");
  list->add_option("--template", filter->template_id, "Only this importer's");
  list->add_option("--state", filter->state, "Only in this state: queued, delivering, completed, halted, …");
  list->add_option("--limit", filter->limit, "At most so many");
  list->add_option("--cursor", filter->cursor, "Go on where a list ended");
  list->callback([filter, &chosen] {
    chosen.run = [filter](Context& context) {
      return list_resources(context, "/v1/imports",
                            {{"templateId", filter->template_id},
                             {"state", filter->state},
                             {"limit", filter->limit},
                             {"cursor", filter->cursor}},
                            {{"ID", "id"},
                             {"STATE", "state"},
                             {"ROWS", "totalRows"},
                             {"BATCHES", "count"},
                             {"DELIVERED", "delivered"},
                             {"ROW ERRORS", "rowErrors"},
                             {"CREATED", "createdAt"},
                             {"FILE", "fileName"}},
                            "No imports yet. Make one: pulter import FILE --webhook-url URL");
    };
  });
}

void add_rows(CLI::App& imports, Chosen& chosen) {
  struct Range {
    std::string id, offset, limit;
  };
  const auto range = std::make_shared<Range>();
  CLI::App* rows = imports.add_subcommand("rows", "Rows of an import as they are sent");
  rows->add_option("ID", range->id, "The import's id (imp_…)")->required();
  rows->add_option("--offset", range->offset, "Rows to pass over");
  rows->add_option("--limit", range->limit, "At most so many");
  rows->callback([range, &chosen] {
    chosen.run = [range](Context& context) {
      return write_bytes(context, import_path(range->id, "/rows") +
                                      query_text({{"offset", range->offset}, {"limit", range->limit}}));
    };
  });
}

}  // namespace

void add_import_command(CLI::App& program, Chosen& chosen) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = program.add_subcommand("import", "Deliver a CSV file, and watch it go");
  command->add_option("FILE", options->file, "The CSV file; - reads standard input")->required();
  command->add_option("--template", options->template_id, "The importer (templateId); without it: default");
  command->add_option("--webhook-url", options->webhook_url,
                      "Deliver to this URL instead of the importer's webhooks");
  command->add_option("--batch-size", options->batch_size, "Rows in one request")->check(CLI::PositiveNumber);
  command->add_option("--max-records", options->max_records, "Refuse a file with more rows");
  command->add_option("--user", options->user_id, "Sent as user.id with every batch")->type_name("ID");
  command->add_option("--metadata", options->metadata_json, "Sent as metadata with every batch")
      ->type_name("JSON");
  command->add_option("--delimiter", options->delimiter,
                      "One character, or the word tab; without it , ; | or tab is found out");
  command->add_option("--encoding", options->encoding,
                      "utf-8, utf-16, windows-1252, …; without it: found out");
  add_choice(*command, "--data-sync,!--no-data-sync", options->data_sync,
             "Keep the file and the log, or remove the file once it is delivered");
  command
      ->add_option("--idempotency-key", options->idempotency_key,
                   "A second import with the same key is the first one again: safe to repeat")
      ->type_name("KEY");
  command->add_flag("--detach", options->detach, "Print the import's id and leave the rest to the daemon");
  command->callback([options, &chosen] {
    chosen.run = [options](Context& context) { return run_import(context, *options); };
  });
}

void add_import_commands(CLI::App& program, Chosen& chosen) {
  CLI::App* imports = program.add_subcommand("imports", "List, show, pause, resume, cancel imports");
  imports->require_subcommand(1);
  add_list(*imports, chosen);
  add_rows(*imports, chosen);
  const auto id = std::make_shared<std::string>();
  const auto shows = [&](const std::string& name, const std::string& help,
                         std::function<ExitCode(Context&, const std::string&)> run) {
    add_id_command(*imports, name, help, id)->callback([id, run = std::move(run), &chosen] {
      chosen.run = [id, run](Context& context) { return run(context, *id); };
    });
  };
  shows("show", "Everything about one import",
        [](Context& context, const std::string& it) { return show_resource(context, import_path(it)); });
  shows("watch", "Follow an import until it ends, as `pulter import` does", run_watch);
  shows("content", "The original file, to standard output", [](Context& context, const std::string& it) {
    return write_bytes(context, import_path(it, "/content"));
  });
  shows("errors", "Rows that the receiver refused, as CSV with the column _error",
        [](Context& context, const std::string& it) {
          return write_bytes(context, import_path(it, "/errors.csv"));
        });
  for (const auto& [name, help] :
       {std::pair<std::string, std::string>{"pause", "Send no further batch until it is resumed"},
        {"resume", "Go on with a paused or halted import at its first undelivered batch"},
        {"cancel", "Send no further batch, for good"}}) {
    shows(name, help, [name = name](Context& context, const std::string& it) {
      return change_resource(context, "POST", import_path(it, "/" + name), "", "Done: " + name + " " + it);
    });
  }
}

}  // namespace pulter::tool
