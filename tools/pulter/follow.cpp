#include "tools/pulter/follow.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "codec/base/time_text.h"
#include "io/terminal.h"
#include "tools/pulter/json_fields.h"
#include "tools/pulter/progress.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

constexpr std::uint64_t poll_ms = 200;
constexpr std::uint64_t first_polls_ms = 20;  ///< a small file is delivered before a person blinks
constexpr std::uint64_t plain_line_ms = 1000;
constexpr std::uint64_t stall_ms = 1000;
constexpr std::uint64_t daemon_away_ms = 10'000;

bool ended(const std::string& state) {
  return state == "completed" || state == "halted" || state == "failed" || state == "cancelled";
}

/// Why nothing moves: the event that waits for its next attempt, and how its last one ended.
struct Wait {
  std::string reason;
  std::int64_t until_ns = 0;  ///< 0: nobody knows

  [[nodiscard]] std::string text() const {
    if (until_ns == 0) return reason;
    const std::int64_t left_ms = std::max<std::int64_t>(0, (until_ns - io::wall_ns()) / 1'000'000);
    return reason + ", next attempt in " + duration_text(static_cast<std::uint64_t>(left_ms));
  }
};

/// Draws the bar or writes the lines; knows nothing of the daemon.
class Display {
 public:
  explicit Display(bool quiet) : quiet_(quiet), terminal_(io::is_terminal(io::blocking::standard_error)) {}
  ~Display() { clear(); }
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  void show(const Standing& standing, double speed, const Wait& wait, std::uint64_t now_ms) {
    if (quiet_) return;
    if (terminal_) {
      const std::uint32_t columns = io::terminal_columns(io::blocking::standard_error);
      print_error("\r\x1b[K" + bar_line(standing, speed, wait.text(), columns));
      drawn_ = true;
      return;
    }
    // A countdown is no change: a wait is told once.
    const std::string key = plain_line(standing, 0, wait.reason);
    if (key == shown_ || now_ms - shown_ms_ < plain_line_ms) return;
    shown_ = key;
    shown_ms_ = now_ms;
    print_error(plain_line(standing, speed, wait.text()) + "\n");
  }
  void clear() {
    if (drawn_) print_error("\r\x1b[K");
    drawn_ = false;
  }

 private:
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::string shown_;
  std::uint64_t shown_ms_ = 0;
};

Wait find_wait(Context& context, const std::string& import_id) {
  const json::Value list = context.client.send_json(
      {.target = "/v1/events" + query_text({{"importId", import_id}, {"state", "pending"}, {"limit", "1"}})});
  if (items_of(list, "data").empty()) return {"waiting for the answer"};
  const json::Value& event = items_of(list, "data").front();
  const std::optional<std::int64_t> at = parse_rfc3339(text_of(event, "nextAttemptAt"));
  if (number_of(event, "attempts") == 0 || !at) return {"waiting for the answer"};
  const std::uint64_t status = number_of(event, "lastStatus");
  const std::string last = status > 0 ? fmt::format("answered {}", status) : std::string("not reached");
  return {fmt::format("batch {}: {}", number_of(event, "index"), last), *at};
}

json::Value read_import(Context& context, const std::string& id) {
  const std::uint64_t started_ms = io::steady_ms();
  while (true) {
    try {
      return context.client.send_json({.target = "/v1/imports/" + percent_encode(id)});
    } catch (const Failure& failure) {
      // A daemon that restarts goes on with the import by itself, so that we only have to wait for it.
      if (failure.exit_code() != ExitCode::no_daemon) throw;
      if (io::steady_ms() - started_ms < daemon_away_ms) {
        io::sleep_ms(poll_ms);
        continue;
      }
      throw Failure(ExitCode::no_daemon,
                    fmt::format("The daemon went away while it delivered {}. Nothing is lost: start it again "
                                "and the import goes on by itself; follow it with: pulter imports watch {}",
                                id, id));
    }
  }
}

/// What was noticed about the file: how it was read, and what is odd about it.
std::string notes_text(const json::Value& import) {
  std::string out;
  const std::string delimiter = text_of(import, "delimiter");
  if (delimiter.size() == 1)
    out = fmt::format("  read as {}, delimiter {}\n", text_of(import, "encoding"),
                      delimiter_name(delimiter.front()));
  for (const json::Value& note : items_of(import, "notes")) {
    constexpr std::size_t detail_columns_max = 400;
    out += "  note: " + clipped(text_of(note, "detail"), detail_columns_max);
    std::vector<std::uint64_t> rows;
    for (const json::Value& row : items_of(note, "rows"))
      std::from_chars(row.text.data(), row.text.data() + row.text.size(), rows.emplace_back());
    out += rows.empty() ? "\n" : " (" + row_numbers(rows) + ")\n";
  }
  if (const std::uint64_t errors = number_of(import, "rowErrors"); errors > 0) {
    const std::string id = text_of(import, "id");
    out += fmt::format("  {} refused by the receiver. See which: pulter imports errors {}\n",
                       counted(errors, "row"), id);
  }
  return out;
}

std::string halted_text(Context& context, const json::Value& import) {
  std::string out;
  for (const json::Value& lane : items_of(import, "webhooks")) {
    const std::string event_id = text_of(lane, "haltedEventId");
    if (event_id.empty()) continue;
    const json::Value attempts =
        context.client.send_json({.target = "/v1/events/" + percent_encode(event_id) + "/attempts"});
    std::string why;
    std::uint64_t last = 0;
    for (const json::Value& attempt : items_of(attempts, "data")) {
      if (number_of(attempt, "number") < last) continue;
      last = number_of(attempt, "number");
      why = text_of(attempt, "error");
      if (why.empty()) why = "answered " + text_of(attempt, "status");
    }
    out += fmt::format("  webhook {} after {}: {}\n  its response log: pulter events attempts {}\n",
                       text_of(lane, "webhookId"), counted(last, "attempt"), why, event_id);
  }
  return out;
}

void print_end(Context& context, const json::Value& import, const std::string& name, std::uint64_t took_ms) {
  const Standing end = standing_of(import);
  const std::string id = text_of(import, "id");
  if (end.state == "completed") {
    print(fmt::format("Delivered {} of {} in {}; it took {} ({}).\n", counted(end.rows_total, "row"), name,
                      batches_text(end.batches_total), duration_text(took_ms), id));
    print(notes_text(import));
    print(fmt::format("Next: pulter events list --import {}\n", id));
    return;
  }
  std::string reason;
  if (const json::Value* error = import.find("error"); error != nullptr) reason = text_of(*error, "detail");
  print(notes_text(import));
  if (end.state == "failed") {
    print_error(fmt::format("pulter: {} was not delivered: {} Nothing was sent. ({})\n", name, reason, id));
  } else if (end.state == "halted") {
    print_error(fmt::format("pulter: {} halted after {} of {}; nothing was skipped, nothing is lost.\n{}",
                            name, count_text(end.batches_delivered), batches_text(end.batches_total),
                            halted_text(context, import)));
    print_error(fmt::format("Next: cure the receiver, then: pulter imports resume {}\n", id));
  } else {
    print_error(fmt::format("pulter: {} was cancelled after {} of {}. ({})\n", name,
                            count_text(end.batches_delivered), batches_text(end.batches_total), id));
  }
}

}  // namespace

ExitCode follow_import(Context& context, const std::string& import_id, const std::string& name) {
  Display display(context.json);
  Speed speed;
  const std::uint64_t started_ms = io::steady_ms();
  std::uint64_t moved_ms = started_ms;
  std::uint64_t asked_ms = 0;
  Wait wait;
  Standing before;
  while (true) {
    const json::Value import = read_import(context, import_id);
    const Standing standing = standing_of(import);
    const std::uint64_t now_ms = io::steady_ms();
    if (ended(standing.state)) {
      display.clear();
      if (context.json) {
        print(json::to_text(import) + "\n");
      } else {
        print_end(context, import, name, now_ms - started_ms);
      }
      return standing.state == "completed" ? ExitCode::delivered : ExitCode::failed;
    }
    if (standing != before) {
      moved_ms = now_ms;
      wait = {};
    }
    before = standing;
    if (standing.state == "paused") {
      wait = {"paused; go on with: pulter imports resume " + import_id};
    } else if (now_ms - moved_ms >= stall_ms && now_ms - asked_ms >= stall_ms) {
      wait = find_wait(context, import_id);
      asked_ms = now_ms;
    }
    speed.add(now_ms, standing.rows_delivered);
    display.show(standing, speed.rows_per_second(), wait, now_ms);
    io::sleep_ms(now_ms - started_ms < poll_ms ? first_polls_ms : poll_ms);
  }
}

}  // namespace pulter::tool
