#include "tools/pulter/command_events.h"

#include <fmt/format.h>

#include "tools/pulter/event_stream.h"
#include "tools/pulter/json_fields.h"
#include "tools/pulter/resources.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

std::string event_path(const std::string& id, const std::string& rest = "") {
  return "/v1/events/" + percent_encode(id) + rest;
}

std::vector<std::pair<std::string, std::string>> query_of(const EventFilter& filter) {
  return {{"importId", filter.import_id}, {"webhookId", filter.webhook_id}, {"state", filter.state},
          {"name", filter.name},          {"limit", filter.limit},          {"cursor", filter.cursor}};
}

/// The whole response log of an event, as one list: whoever looks into it must not miss the last attempts.
json::Value read_attempts(Context& context, const std::string& id) {
  json::Value whole = context.client.send_json({.target = event_path(id, "/attempts?limit=200")});
  std::string next = text_of(whole, "next");
  while (!next.empty()) {
    json::Value page = context.client.send_json(
        {.target = event_path(id, "/attempts?limit=200&cursor=" + percent_encode(next))});
    next = text_of(page, "next");
    for (json::Member& member : whole.members) {
      if (member.key == "next") member.value = json::Value{};
      if (member.key != "data") continue;
      for (const json::Value& attempt : items_of(page, "data")) member.value.items.push_back(attempt);
    }
  }
  return whole;
}

std::string attempt_text(const json::Value& attempt) {
  const std::string status = text_of(attempt, "status");
  std::string out =
      fmt::format("{}. {}  {} in {} ms: {}", text_of(attempt, "number"), text_of(attempt, "startedAt"),
                  text_of(attempt, "trigger"), text_of(attempt, "durationMs"), text_of(attempt, "outcome"));
  if (!status.empty() && status != "0") out += ", answered " + status;
  if (const std::string address = text_of(attempt, "remoteAddress"); !address.empty())
    out += " from " + address;
  out += "\n";
  if (const std::string error = text_of(attempt, "error"); !error.empty()) out += "   " + error + "\n";
  if (const std::string body = text_of(attempt, "responseBody"); !body.empty()) {
    const bool is_text = text_of(attempt, "responseBodyEncoding").empty();
    out +=
        std::string("   answer") + (is_text ? ": " : " (no text, as base64): ") + clipped(body, 2000) + "\n";
  }
  return out;
}

std::string tail_line(const json::Value& event) {
  const std::string status = text_of(event, "lastStatus");
  std::string out =
      fmt::format("{}  {}  {}", text_of(event, "id"), text_of(event, "name"), text_of(event, "state"));
  if (number_of(event, "index") > 0) out += "  batch " + text_of(event, "index");
  if (number_of(event, "rows") > 0) out += "  " + counted(number_of(event, "rows"), "row");
  if (number_of(event, "attempts") > 0) out += "  " + counted(number_of(event, "attempts"), "attempt");
  if (!status.empty() && status != "0") out += "  answered " + status;
  if (const std::string next = text_of(event, "nextAttemptAt"); !next.empty())
    out += "  next attempt " + next;
  return out + "\n";
}

}  // namespace

ExitCode run_events_list(Context& context, const EventFilter& filter) {
  return list_resources(context, "/v1/events", query_of(filter),
                        {{"ID", "id"},
                         {"NAME", "name"},
                         {"BATCH", "index"},
                         {"ROWS", "rows"},
                         {"STATE", "state"},
                         {"ATTEMPTS", "attempts"},
                         {"STATUS", "lastStatus"},
                         {"CREATED", "createdAt"},
                         {"IMPORT", "importId"}},
                        "No such events.");
}

ExitCode run_events_show(Context& context, const std::string& id) {
  if (!context.json) {
    const ExitCode shown = show_resource(context, event_path(id));
    print("\nResponse log\n");
    const ExitCode logged = run_events_attempts(context, id);
    return shown == ExitCode::delivered ? logged : shown;
  }
  const std::string event = json::to_text(context.client.send_json({.target = event_path(id)}));
  const json::Value log = read_attempts(context, id);
  const json::Value* attempts = log.find("data");
  // The event as the API gives it, and its log beside its own fields.
  print(event.substr(0, event.size() - 1) +
        ",\"responseLog\":" + (attempts == nullptr ? std::string("[]") : json::to_text(*attempts)) + "}\n");
  return ExitCode::delivered;
}

ExitCode run_events_body(Context& context, const std::string& id) {
  return write_bytes(context, event_path(id, "/body"));
}

ExitCode run_events_attempts(Context& context, const std::string& id) {
  const json::Value list = read_attempts(context, id);
  if (context.json) {
    print(json::to_text(list) + "\n");
    return ExitCode::delivered;
  }
  if (items_of(list, "data").empty()) print("No attempt was made yet.\n");
  for (const json::Value& attempt : items_of(list, "data")) print(attempt_text(attempt));
  return ExitCode::delivered;
}

ExitCode run_events_resend(Context& context, const ResendOptions& options) {
  if (options.ids.empty() != options.filter.any()) {
    throw Failure(ExitCode::usage,
                  "Name either event ids or a filter: pulter events resend evt_…  or  pulter events resend "
                  "--import imp_… --state halted");
  }
  if (options.dry_run && !options.ids.empty()) {
    throw Failure(ExitCode::usage, "--dry-run goes with a filter; ids say already what would be sent.");
  }
  for (const std::string& id : options.ids) {
    (void)change_resource(context, "POST", event_path(id, "/resend"), "", "Resent " + id);
  }
  if (!options.ids.empty()) return ExitCode::delivered;
  FieldWriter filter;
  filter.text("importId", options.filter.import_id);
  filter.text("webhookId", options.filter.webhook_id);
  filter.text("state", options.filter.state);
  filter.text("name", options.filter.name);
  FieldWriter request;
  request.raw("filter", filter.body());
  if (options.dry_run) request.boolean("dryRun", true);
  return change_resource(context, "POST", "/v1/events/resend", request.body(), "Resent.");
}

ExitCode run_events_tail(Context& context, const EventFilter& filter) {
  const auto is_wanted = [&filter](const json::Value& event) {
    const auto matches = [&event](const char* field, const std::string& wanted) {
      return wanted.empty() || text_of(event, field) == wanted;
    };
    return matches("importId", filter.import_id) && matches("webhookId", filter.webhook_id) &&
           matches("state", filter.state) && matches("name", filter.name);
  };
  EventStreamReader reader;
  LastShown shown;
  const auto take = [&](const StreamMessage& message) {
    if (message.kind == "reset") {
      print_error("Some changes were missed here: the daemon restarted, or they came too fast.\n");
    }
    if (message.kind != "event") return;
    const Result<json::Value> event = json::parse(message.data, 1u << 20);
    if (!event || !is_wanted(*event)) return;
    const std::string line = context.json ? message.data + "\n" : tail_line(*event);
    if (!shown.is_news(text_of(*event, "id"), line)) return;
    print(line);
    std::fflush(stdout);
  };
  const Answer answer = context.client.download({.target = "/v1/stream"},
                                                [&](std::string_view bytes) { reader.feed(bytes, take); });
  if (!answer.ok()) throw Failure(ExitCode::failed, problem_text(answer));
  throw Failure(ExitCode::no_daemon,
                "The daemon ended the stream: it is stopping. Start it, and this again.");
}

}  // namespace pulter::tool
