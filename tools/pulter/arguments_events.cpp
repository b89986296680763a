// The commands under `pulter events`.

#include <CLI/CLI.hpp>
#include <memory>

#include "tools/pulter/arguments.h"
#include "tools/pulter/command_events.h"

namespace pulter::tool {
namespace {

void add_filter_options(CLI::App& command, EventFilter& filter) {
  command.add_option("--import", filter.import_id, "Only of this import");
  command.add_option("--webhook", filter.webhook_id, "Only to this webhook");
  command.add_option("--state", filter.state,
                     "Only in this state: pending, delivering, delivered, halted, cancelled");
  command.add_option("--name", filter.name, "Only with this event_name: all, test, import.started, …");
}

}  // namespace

void add_event_commands(CLI::App& program, Chosen& chosen) {
  CLI::App* events = program.add_subcommand("events", "List, show, resend, watch events");
  events->require_subcommand(1);

  const auto filter = std::make_shared<EventFilter>();
  CLI::App* list = events->add_subcommand("list", "Events, newest first");
  add_filter_options(*list, *filter);
  list->add_option("--limit", filter->limit, "At most so many");
  list->add_option("--cursor", filter->cursor, "Go on where a list ended");
  list->callback([filter, &chosen] {
    chosen.run = [filter](Context& context) { return run_events_list(context, *filter); };
  });

  const auto tailed = std::make_shared<EventFilter>();
  CLI::App* tail = events->add_subcommand("tail", "Print events as they change, until it is interrupted");
  add_filter_options(*tail, *tailed);
  tail->callback([tailed, &chosen] {
    chosen.run = [tailed](Context& context) { return run_events_tail(context, *tailed); };
  });

  const auto resent = std::make_shared<ResendOptions>();
  CLI::App* resend = events->add_subcommand("resend", "Send stored events again, byte for byte");
  resend->add_option("ID", resent->ids, "Event ids (evt_…)");
  add_filter_options(*resend, resent->filter);
  resend->add_flag("--dry-run", resent->dry_run, "Only say how many a filter would send");
  resend->callback([resent, &chosen] {
    chosen.run = [resent](Context& context) { return run_events_resend(context, *resent); };
  });

  const auto id = std::make_shared<std::string>();
  const auto add = [&](const std::string& name, const std::string& help,
                       ExitCode (*run)(Context&, const std::string&)) {
    CLI::App* command = events->add_subcommand(name, help);
    command->add_option("ID", *id, "The event's id (evt_…)")->required();
    command->callback(
        [id, run, &chosen] { chosen.run = [id, run](Context& context) { return run(context, *id); }; });
  };
  add("show", "Everything about one event, and its response log", run_events_show);
  add("body", "The exact bytes that are sent, to standard output", run_events_body);
  add("attempts", "The response log: every request made for it, and what came back", run_events_attempts);
}

}  // namespace pulter::tool
