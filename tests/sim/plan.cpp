#include "tests/sim/plan.h"

#include <chrono>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, kind_count> kind_names = {
    "ok",     "no_content",    "chunked", "closing",      "old_close", "row_errors", "slow",
    "drip",   "informational", "stray",   "server_error", "busy",      "late_stray", "try_later",
    "refuse", "too_large",     "early",   "gone",         "redirect",  "hang",       "late",
    "cut",    "garbage",       "flood",   "big_head",     "close",     "reset"};

/// Off, or a weight of up to `most`.
std::uint32_t maybe(Choices& choices, std::uint32_t on_per_mille, std::uint32_t most) {
  return choices.hits(on_per_mille) ? 1 + static_cast<std::uint32_t>(choices.below(most)) : 0;
}

io::SimFaults draw_io_faults(Choices& choices) {
  io::SimFaults faults;
  faults.short_send = maybe(choices, 250, 400);
  faults.reset_in_send = maybe(choices, 250, 60);
  faults.short_receive = maybe(choices, 250, 400);
  faults.one_byte_receive = maybe(choices, 100, 300);
  faults.connect_refused = maybe(choices, 200, 200);
  faults.connect_unreachable = maybe(choices, 150, 200);
  faults.connect_never = maybe(choices, 150, 100);
  faults.accept_failed = maybe(choices, 100, 200);
  faults.late_completion = maybe(choices, 250, 200);
  faults.reordered_completion = maybe(choices, 250, 300);
  faults.late_cancel = maybe(choices, 250, 500);
  faults.late_max = choices.hits(500) ? io::Duration(20ms) : io::Duration(300us);
  return faults;
}

WorldFaults draw_world_faults(Choices& choices) {
  WorldFaults faults;
  faults.crash = maybe(choices, 500, 12);
  faults.crash_again = maybe(choices, 400, 300);
  faults.drain = maybe(choices, 150, 5);
  faults.command = maybe(choices, 400, 25);
  faults.cancel_share = maybe(choices, 400, 100);
  faults.retention = maybe(choices, 100, 5);
  faults.slow_sync = maybe(choices, 200, 100);
  faults.disk_full = maybe(choices, 150, 5);
  faults.lost_before = maybe(choices, 150, 50);
  faults.lost_after = maybe(choices, 150, 50);
  faults.name_fails = maybe(choices, 200, 300);
  faults.name_slow = maybe(choices, 150, 300);
  faults.name_private = maybe(choices, 200, 300);
  faults.wall_jump = maybe(choices, 120, 3);
  faults.file_fails = maybe(choices, 80, 3);
  faults.no_room = maybe(choices, 80, 300);
  faults.shard_pause = maybe(choices, 100, 5);
  faults.mailbox_flood = maybe(choices, 60, 3);
  return faults;
}

WebhookPlan draw_webhook(Choices& choices, std::size_t index) {
  WebhookPlan plan;
  plan.port = static_cast<std::uint16_t>(9000 + index);
  plan.by_name = choices.hits(350);
  plan.events = {"all"};
  if (choices.hits(250)) plan.events.emplace_back("import.started");
  if (choices.hits(250)) plan.events.emplace_back("import.completed");
  if (choices.hits(100)) plan.events.emplace_back("import.failed");
  const std::vector<std::vector<std::uint32_t>> schedules = {
      {0, 1, 2, 5}, {0, 0, 0}, {0, 5, 30, 120, 600, 3600, 10800, 28800}, {0, 1, 1, 1, 1, 1, 1, 1},
      {0},          {2, 7, 7}};
  plan.schedule_s = schedules[choices.below(schedules.size())];
  plan.timeout_ms = 1000U << choices.below(6);
  plan.retry_on_4xx = choices.hits(200);
  plan.on_halt = choices.hits(250) ? model::OnHalt::hold : model::OnHalt::next;
  plan.think_us_max = std::array<std::uint64_t, 5>{0, 0, 500, 20'000, 2'000'000}[choices.below(5)];
  plan.weights[static_cast<std::size_t>(Kind::ok)] = 1000;
  if (choices.hits(150)) return plan;
  for (std::size_t kind = 1; kind < kind_count; ++kind) plan.weights[kind] = maybe(choices, 150, 400);
  // One 410 ends a webhook until somebody enables it: a little goes a long way.
  plan.weights[static_cast<std::size_t>(Kind::gone)] = maybe(choices, 80, 30);
  return plan;
}

std::string draw_cell(Choices& choices) {
  constexpr std::array<std::string_view, 12> cells = {"",
                                                      "7",
                                                      "Rodmann",
                                                      "c@x.io",
                                                      "\"a, \"\"b\"\"\"",
                                                      "\"two\nlines\"",
                                                      "\"\"",
                                                      "\xc3\xa9t\xc3\xa9",
                                                      "007",
                                                      " x ",
                                                      "back\\slash\ttab",
                                                      "\"\r\n\""};
  return std::string(cells[choices.below(cells.size())]);
}

std::string draw_csv(Choices& choices, std::size_t rows, bool large) {
  const std::size_t columns = 1 + choices.below(4);
  const std::string end = choices.hits(300) ? "\r\n" : "\n";
  std::string csv;
  for (std::size_t column = 0; column < columns; ++column)
    csv += (column == 0 ? "c" : ",c") + std::to_string(column);
  for (std::size_t row = 0; row < rows; ++row) {
    csv += end;
    if (choices.hits(40)) csv += end;  // a blank line
    std::size_t cells = columns;
    if (choices.hits(60)) cells = 1 + choices.below(columns + 2);
    for (std::size_t cell = 0; cell < cells; ++cell) {
      if (cell > 0) csv += ',';
      csv += cell == 0 ? "r" + std::to_string(row + 1) : draw_cell(choices);
      if (large && cell == 0) csv.append(40'000 + choices.below(20'000), 'x');
    }
  }
  if (choices.hits(700)) csv += end;
  return csv;
}

ImportPlan draw_import(Choices& choices, std::size_t webhooks) {
  ImportPlan plan;
  const bool large = choices.hits(4);
  const std::size_t rows = large ? 60 + choices.below(60) : choices.hits(60) ? 0 : 1 + choices.below(40);
  plan.batch_size = large ? 100 : static_cast<std::uint32_t>(1 + choices.below(6));
  plan.data_sync = !choices.hits(200);
  plan.announced = choices.hits(200);
  if (choices.hits(400)) plan.webhook = choices.below(webhooks);
  plan.csv = draw_csv(choices, rows, large);
  return plan;
}

void add(std::string& text, std::string_view what, std::uint64_t value) {
  if (value == 0) return;
  text += ' ';
  text += what;
  text += '=' + std::to_string(value);
}

}  // namespace

std::string_view name(Kind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::string WebhookPlan::url() const {
  const std::string host = by_name ? "r" + std::to_string(port) + ".receivers.example" : "127.0.0.1";
  return "http://" + host + ":" + std::to_string(port) + "/hook";
}

Plan make_plan(std::uint64_t seed, Choices choices) {
  Plan plan;
  plan.seed = seed;
  plan.shards = choices.hits(350) ? 2 : 1;
  plan.durability = choices.hits(300) ? config::Durability::relaxed : config::Durability::strict;
  plan.turns = 300 + choices.below(2200);
  const std::size_t webhooks = 1 + choices.below(3);
  const std::size_t imports = 1 + choices.below(4);
  plan.io = draw_io_faults(choices);
  plan.world = draw_world_faults(choices);
  for (std::size_t i = 0; i < webhooks; ++i) plan.webhooks.push_back(draw_webhook(choices, i));
  for (std::size_t i = 0; i < imports; ++i) plan.imports.push_back(draw_import(choices, webhooks));
  return plan;
}

Plan make_plan(std::uint64_t seed) {
  return make_plan(seed, Choices(io::SimRandom::mix(seed)));
}

std::string describe(const Plan& plan) {
  std::string text = "shards=" + std::to_string(plan.shards) +
                     (plan.durability == config::Durability::strict ? " strict" : " relaxed") +
                     " turns=" + std::to_string(plan.turns);
  const io::SimFaults& io = plan.io;
  const WorldFaults& world = plan.world;
  const std::initializer_list<std::pair<std::string_view, std::uint32_t>> faults = {
      {"short_send", io.short_send},
      {"reset_in_send", io.reset_in_send},
      {"short_receive", io.short_receive},
      {"one_byte_receive", io.one_byte_receive},
      {"refused", io.connect_refused},
      {"unreachable", io.connect_unreachable},
      {"never", io.connect_never},
      {"accept_failed", io.accept_failed},
      {"late", io.late_completion},
      {"reordered", io.reordered_completion},
      {"late_cancel", io.late_cancel},
      {"crash", world.crash},
      {"crash_again", world.crash_again},
      {"drain", world.drain},
      {"command", world.command},
      {"cancel_share", world.cancel_share},
      {"retention", world.retention},
      {"slow_sync", world.slow_sync},
      {"disk_full", world.disk_full},
      {"lost_before", world.lost_before},
      {"lost_after", world.lost_after},
      {"name_fails", world.name_fails},
      {"name_slow", world.name_slow},
      {"name_private", world.name_private},
      {"wall_jump", world.wall_jump},
      {"file_fails", world.file_fails},
      {"no_room", world.no_room},
      {"shard_pause", world.shard_pause},
      {"mailbox_flood", world.mailbox_flood}};
  for (const auto& [what, value] : faults) add(text, what, value);
  for (const WebhookPlan& webhook : plan.webhooks) {
    text += "\n  " + webhook.url() + " timeout=" + std::to_string(webhook.timeout_ms) + " schedule=";
    for (const std::uint32_t wait : webhook.schedule_s) text += std::to_string(wait) + ",";
    if (webhook.on_halt == model::OnHalt::hold) text += " hold";
    if (webhook.retry_on_4xx) text += " retry4xx";
    add(text, "think_us", webhook.think_us_max);
    for (const std::string& event : webhook.events) text += " " + event;
    for (std::size_t kind = 0; kind < kind_count; ++kind) add(text, kind_names[kind], webhook.weights[kind]);
  }
  for (const ImportPlan& import : plan.imports) {
    text += "\n  import of " + std::to_string(import.csv.size()) + " bytes, batchSize " +
            std::to_string(import.batch_size) + (import.data_sync ? "" : " dataSync=false") +
            (import.announced ? " announced" : "");
    if (import.webhook) text += " to webhook " + std::to_string(*import.webhook);
  }
  return text;
}

}  // namespace pulter::sim
