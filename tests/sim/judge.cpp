#include "tests/sim/judge.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;
using store::Disposition;
using store::Status;

std::string label(const Receipt& receipt) {
  return receipt.event_id + " (" + receipt.event_name + " " + std::to_string(receipt.index) + " of " +
         receipt.import_id + ", attempt " + std::to_string(receipt.attempt) + ")";
}

}  // namespace

Judge::Judge(const Plan& plan, Diary& diary) : plan_(plan), diary_(diary) {
  for (std::size_t file = 0; file < plan.imports.size(); ++file)
    expected_.emplace_back(plan.imports[file], file);
}

void Judge::add_webhook(const std::string& id, const std::string& secret) {
  webhooks_.emplace(id, webhooks_.size());
  secrets_.push_back(secret);
}

void Judge::begin_life() {
  ++life_;
  outstanding_.clear();
  settled_before_.merge(settled_);
  settled_.clear();
  came_.clear();
  came_in_part_.clear();
  said_whole_.clear();
  may_come_again_.clear();
  free_of_.clear();
  // What was asked for and never answered may have been done.
  for (const std::string& import_id : std::exchange(resuming_, {})) resumed(import_id);
  for (const std::string& event_id : std::exchange(resending_, {})) hurried(event_id);
}

std::uint64_t Judge::step_of(const Receipt& receipt, std::uint64_t count) const {
  if (receipt.event_name == "all") return receipt.index;
  return receipt.event_name == "import.started" ? model::cursor_started : count + 1;
}

std::size_t Judge::received(Receipt receipt) {
  BodyLabels labels;
  if (!read_labels(receipt.body, labels)) {
    fault("a body that is none of ours: " + receipt.body.substr(0, 200));
  } else {
    receipt.import_id = labels.import_id;
    receipt.event_name = labels.event_name;
    receipt.index = labels.index;
  }
  diary_.note(now_, "receiver " + std::to_string(receipt.webhook) + " got " + label(receipt) + ", does " +
                        std::string(name(receipt.kind)));
  if (receipt.event_id.find('.') != std::string::npos) fault("a dot in " + receipt.event_id);
  const auto [seen, is_first] = seen_.emplace(receipt.event_id, Seen{receipt.webhook, receipts_.size()});
  if (is_first) {
    check_body(receipt, labels.count);
    if (receipt.event_name != "test") check_order(receipt, labels.count);
    if (plan_.durability == config::Durability::strict && !durable_.contains(receipt.event_id)) {
      fault("I4: " + label(receipt) + " left before its digest was in the store");
    }
  } else {
    const Receipt& first = receipts_[seen->second.first_receipt];
    if (first.body != receipt.body) fault("I4: " + label(receipt) + " came with other bytes than before");
    if (first.webhook != receipt.webhook) fault("I4: " + label(receipt) + " went to two webhooks");
  }
  check_repeat(receipt);
  check_pace(receipt);
  check_outstanding(receipt);
  receipts_.push_back(std::move(receipt));
  return receipts_.size() - 1;
}

void Judge::received_part(std::uint32_t life, const std::string& event_id, std::uint32_t attempt) {
  if (life != life_) return;
  const AttemptKey key{event_id, attempt};
  diary_.note(now_, "a receiver got a part of " + event_id + ", attempt " + std::to_string(attempt));
  came_in_part_.insert(key);
  check_part(key);
}

/// What never left whole cannot have been processed, and the log must not say that it may have been. The end
/// of a connection and the record of its attempt come in either order.
void Judge::check_part(const AttemptKey& key) {
  if (came_in_part_.contains(key) && said_whole_.contains(key) && !may_come_again_.contains(key))
    fault("outcome: " + key.first + " is logged as sent whole, and its receiver has only a part of it");
}

/// Row by row against the reference parser, and all of what stands around the rows.
void Judge::check_body(const Receipt& receipt, std::uint64_t count) {
  BodyLabels labels;
  if (!read_labels(receipt.body, labels) || labels.event_name == "test") return;
  if (labels.file >= expected_.size()) return fault("a body of no file: " + label(receipt));
  const ExpectedImport& expected = expected_[labels.file];
  const bool failed = labels.event_name == "import.failed";
  if (count != (failed ? 0 : expected.count())) return fault("I1: a wrong count in " + label(receipt));
  const std::string want = failed ? expected.failed_body(receipt.import_id)
                                  : expected.body(receipt.import_id, receipt.event_name, receipt.index);
  if (want != receipt.body) fault("I1: the rows of " + label(receipt) + " are not those of the file");
}

/// I2: a step comes for the first time only when the step before it was, as far as anybody can know,
/// delivered.
void Judge::check_order(const Receipt& receipt, std::uint64_t count) {
  const std::uint64_t step = step_of(receipt, count);
  Progress& progress = progress_[{receipt.webhook, receipt.import_id}];
  if (progress.any) {
    if (step <= progress.step) {
      fault("I2: " + label(receipt) + " came for the first time after step " + std::to_string(progress.step) +
            ", or has a second id");
    }
    const bool taken = progress.step == model::cursor_started
                           ? was_taken(receipt.webhook, receipt.import_id, "import.started", 0)
                           : was_taken(receipt.webhook, receipt.import_id, "all", progress.step);
    if (!taken) fault("I2: " + label(receipt) + " overtook step " + std::to_string(progress.step));
  }
  progress = {step, true};
}

bool Judge::was_taken(std::size_t webhook, std::string_view import_id, std::string_view event_name,
                      std::uint64_t index) const {
  const std::uint64_t step = event_name == "all" ? index : model::cursor_started;
  if (excused_.contains({webhook, std::string(import_id), step})) return true;
  return std::ranges::any_of(receipts_, [&](const Receipt& each) {
    return each.may_count && each.answered && each.webhook == webhook && each.index == index &&
           each.import_id == import_id && each.event_name == event_name;
  });
}

const Receipt* Judge::find_receipt(const AttemptKey& key) const {
  for (auto each = receipts_.rbegin(); each != receipts_.rend(); ++each) {
    if (each->life == life_ && each->event_id == key.first && each->attempt == key.second) return &*each;
  }
  return nullptr;
}

/// Nothing comes before its time, for a stopped import, or to a disabled webhook.
void Judge::check_pace(const Receipt& receipt) {
  const AttemptKey key{receipt.event_id, receipt.attempt};
  if (receipt.life != life_ || settled_.contains(key)) return;  // a late one: it left before
  if (const auto promised = not_before_.find(receipt.event_id); promised != not_before_.end()) {
    const bool is_early = receipt.attempt > promised->second.first && now_ < promised->second.second;
    if (is_early && !is_resent(receipt.event_id)) {
      fault("schedule: " + label(receipt) + " came before its time");
    }
  }
  const int tolerated = plan_.durability == config::Durability::strict ? 2 : 3;
  if (const auto stop = stopped_.find(receipt.import_id);
      stop != stopped_.end() && !resuming_.contains(receipt.import_id) && !is_resent(receipt.event_id)) {
    if (++stop->second[receipt.webhook] > tolerated)
      fault("stop: " + label(receipt) + " came long after its import was stopped");
  }
  if (const auto off = disabled_.find(receipt.webhook); off != disabled_.end() && ++off->second > 1) {
    fault("stop: " + label(receipt) + " came after its webhook was disabled");
  }
}

/// Strict: all but this one receipt of this process have their attempt in the store; relaxed: all but two.
/// That is at most one request in flight, and at most one repeat (two) after a crash (I3).
void Judge::check_outstanding(const Receipt& receipt) {
  const AttemptKey key{receipt.event_id, receipt.attempt};
  if (receipt.life != life_ || settled_.contains(key)) return;
  std::set<AttemptKey>& outstanding = outstanding_[receipt.webhook];
  outstanding.insert(key);
  const std::size_t most = plan_.durability == config::Durability::strict ? 1 : 2;
  if (outstanding.size() > most) {
    fault("I3: " + label(receipt) + " came while " + std::to_string(outstanding.size() - 1) +
          " before it were not in the store");
  }
}

/// An attempt that is in the store is never made again, and one that is not only after the store said so.
void Judge::check_repeat(const Receipt& receipt) {
  const AttemptKey key{receipt.event_id, receipt.attempt};
  if (receipt.life != life_) return;
  if (settled_before_.contains(key))
    fault("I3: " + label(receipt) + " was in the store before this start, and came again");
  const auto again = may_come_again_.find(key);
  if (++came_[key] > 1 + (again == may_come_again_.end() ? 0 : again->second))
    fault("I3: " + label(receipt) + " came again, and nothing was wrong with its record");
}

void Judge::recorded(const store::Record& record, Status status, io::Instant submitted) {
  const AttemptKey key{record.attempt.event_id, record.attempt.number};
  if (status == Status::unavailable || status == Status::disk_full) return;
  const std::size_t webhook = index_of(record.lane.webhook_id);
  // Where the store has it not, it is no longer the sender's doing that it comes again.
  outstanding_[webhook].erase(key);
  check_free(webhook, record);
  for (const std::string& secret : secrets_) {
    for (const std::string* text : {&record.attempt.error, &record.attempt.request_headers, &record.reason,
                                    &record.attempt.remote_address}) {
      if (text->find(secret) != std::string::npos) fault("I7: a secret in the response log: " + *text);
    }
  }
  const bool halts = record.disposition == Disposition::halted || record.disposition == Disposition::gone;
  if (halts && record.task_id == 0) disturbed_.insert(record.import_id);
  if (status != Status::done) {
    ++may_come_again_[key];
    if (status == Status::unknown) lost_.insert(key);
    return;
  }
  settled_.insert(key);
  if (record.attempt.outcome == model::Outcome::unknown) said_whole_.insert(key);
  check_part(key);
  if (record.disposition == Disposition::gone) disabled_[webhook] = 0;
  const Receipt* receipt = find_receipt(key);
  check_delivered(record, receipt);
  // An attempt whose record got lost has its number given to the next one, so an old receipt says nothing.
  const io::Instant began = now_ - std::chrono::microseconds(record.attempt.duration_us) - 1ms;
  if (record.attempt.outcome == model::Outcome::unreachable && receipt != nullptr && receipt->at >= began &&
      receipt->kind != Kind::early && !lost_.contains(key)) {
    fault("outcome: " + key.first + " is logged as unreachable, and its receiver has it whole");
  }
  if (record.disposition == Disposition::retry && record.task_id == 0)
    promise(webhook, record, receipt, submitted);
}

void Judge::check_delivered(const store::Record& record, const Receipt* receipt) {
  if (record.attempt.outcome != model::Outcome::delivered) return;
  if (receipt != nullptr && receipt->answered && receipt->may_count) return;
  if (receipt == nullptr && is_excused(record)) {
    excused_.insert({index_of(record.lane.webhook_id), record.import_id, record.cursor});
    return;
  }
  fault("I1: " + record.attempt.event_id + " is logged as delivered, and its receiver never said so");
}

/// An attempt that costs nothing of the schedule met a connection that was old and dead; the next one has a
/// new one.
void Judge::check_free(std::size_t webhook, const store::Record& record) {
  std::string& last = free_of_[webhook];
  if (record.attempt.id == last) return;  // the same, handed over once more
  if (record.spends_budget) {
    last.clear();
    return;
  }
  if (!last.empty() || record.attempt.status != 0)
    fault("schedule: " + record.attempt.event_id + " is tried again for nothing, without a reason");
  last = record.attempt.id;
}

/// From here on the next attempt of that event has a time before which it may not come.
void Judge::promise(std::size_t webhook, const store::Record& record, const Receipt* receipt,
                    io::Instant submitted) {
  const std::string& event_id = record.attempt.event_id;
  io::Instant due = now_ + std::chrono::milliseconds(record.retry_at_ms - wall_ms_) - 1s;
  due = std::max(due, earliest_retry(webhook, record, receipt, submitted));
  // An answer may have come too late to be heard; and a date in Retry-After says another time once the clock
  // that it was made with has jumped.
  const bool was_heard = record.attempt.status != 0 && receipt != nullptr && receipt->answered;
  if (was_heard && receipt->at > wall_jumped_at_) due = std::max(due, receipt->not_before - 1s);
  // Whoever asked for a resend after this attempt ended need not wait for its retry.
  const auto hurried = hurried_at_.find(event_id);
  if (hurried == hurried_at_.end() || hurried->second < submitted)
    not_before_[event_id] = {record.attempt.number, due};
}

/// By the schedule of the plan and by what receivers saw, whatever the record says: the wait before the next
/// attempt begins when this one has ended. Nothing where nobody can tell.
io::Instant Judge::earliest_retry(std::size_t webhook, const store::Record& record, const Receipt* receipt,
                                  io::Instant submitted) {
  if (!record.spends_budget || resuming_.contains(record.import_id)) return {};
  const std::vector<std::uint32_t>& schedule = plan_.webhooks[webhook].schedule_s;
  const std::size_t spent = ++spent_[record.import_id][record.attempt.event_id];
  if (spent >= schedule.size()) {
    fault("schedule: " + record.attempt.event_id + " is to be tried again after the last of its " +
          std::to_string(schedule.size()) + " attempts");
    return {};
  }
  // strict: it is handed over as soon as it is known. relaxed: the commit before it may have been waited for.
  const bool is_prompt = plan_.durability == config::Durability::strict;
  if (!is_prompt && receipt == nullptr) return {};
  const io::Instant ended = is_prompt ? submitted : receipt->at;
  // Two roundings to milliseconds of the wall's clock.
  return ended > wall_jumped_at_ ? ended + std::chrono::seconds(schedule[spent]) - 2ms : io::Instant{};
}

/// The receiver answered in advance, and never got the request: its own doing.
bool Judge::is_excused(const store::Record& record) const {
  const auto uncalled = uncalled_until_.find(index_of(record.lane.webhook_id));
  const io::Instant began = now_ - std::chrono::microseconds(record.attempt.duration_us) - 1s;
  return uncalled != uncalled_until_.end() && began < uncalled->second;
}

void Judge::asked_to_wait(std::size_t receipt, io::Instant until) {
  receipts_[receipt].not_before = until;
}

void Judge::resumed(const std::string& import_id) {
  stopped_.erase(import_id);
  disturbed_.insert(import_id);
  spent_.erase(import_id);
  for (const Receipt& receipt : receipts_) {
    if (receipt.import_id == import_id) not_before_.erase(receipt.event_id);
  }
}

void Judge::resume_answered(const std::string& import_id, bool is_done) {
  if (const auto asked = resuming_.find(import_id); asked != resuming_.end()) resuming_.erase(asked);
  if (is_done) resumed(import_id);
}

bool Judge::is_resent(const std::string& event_id) const {
  return resending_.contains(event_id) || (waits_for_resend_ && waits_for_resend_(event_id));
}

/// A resend is a task of its own; of an event that waits for its retry it is that retry, at once.
void Judge::hurried(const std::string& event_id) {
  if (waits_for_resend_ && waits_for_resend_(event_id)) return;
  not_before_.erase(event_id);
  hurried_at_[event_id] = now_;
}

void Judge::resend_answered(const std::string& event_id, bool is_done) {
  if (const auto asked = resending_.find(event_id); asked != resending_.end()) resending_.erase(asked);
  if (is_done) hurried(event_id);
}

void Judge::check_cursor(const model::Import& import) {
  for (const model::Delivery& delivery : import.deliveries) {
    const std::size_t webhook = index_of(delivery.webhook_id);
    if (!delivery.wants_rows) continue;
    const std::uint64_t behind = std::min<std::uint64_t>(delivery.cursor, import.count + 1);
    for (std::uint64_t index = 1; index < behind; ++index) {
      if (was_taken(webhook, import.id, "all", index)) continue;
      fault("I1: batch " + std::to_string(index) + " of " + import.id +
            " is behind the cursor, and its receiver never took it");
    }
    const std::uint64_t batches = behind == 0 ? 0 : behind - 1;
    if (delivery.batches_delivered != batches)
      fault("the count of delivered batches of " + import.id + " is wrong");
  }
}

void Judge::check_whole(const model::Import& import) {
  for (const model::Delivery& delivery : import.deliveries) {
    if (delivery.cancelled) continue;
    const std::size_t webhook = index_of(delivery.webhook_id);
    const bool failed = !import.error.code.empty();
    const auto is_excused = [&](std::uint64_t step) { return excused_.contains({webhook, import.id, step}); };
    std::vector<std::pair<std::string, std::uint64_t>> wanted;
    if (delivery.wants_started && !is_excused(model::cursor_started))
      wanted.emplace_back("import.started", 0);
    for (std::uint64_t index = 1; delivery.wants_rows && index <= import.count; ++index) {
      if (!is_excused(index)) wanted.emplace_back("all", index);
    }
    if (delivery.wants_ended && !is_excused(import.count + 1))
      wanted.emplace_back(failed ? "import.failed" : "import.completed", 0);
    std::vector<std::pair<std::string, std::uint64_t>> came;
    std::set<std::string> ids;
    for (const Receipt& receipt : receipts_) {
      if (receipt.webhook != webhook || receipt.import_id != import.id || receipt.event_name == "test")
        continue;
      if (is_excused(step_of(receipt, import.count))) continue;
      if (ids.insert(receipt.event_id).second) came.emplace_back(receipt.event_name, receipt.index);
    }
    if (came != wanted) {
      fault("I1: " + import.id + " came to webhook " + std::to_string(webhook) + " as " +
            std::to_string(came.size()) + " events in this order, not as the " +
            std::to_string(wanted.size()) + " it has");
    }
    if (!failed && delivery.wants_rows && delivery.rows_delivered != import.total_rows) {
      fault("the rows delivered of " + import.id + " are counted wrong");
    }
  }
}

void Judge::check_lanes(const std::vector<model::Import>& imports) {
  struct Turn {
    std::int64_t seq;
    std::string import_id;
  };
  std::map<std::string, std::vector<Turn>> lanes;
  for (const model::Import& import : imports) {
    if (disturbed_.contains(import.id) || import.cancelled) continue;
    for (const model::Delivery& each : import.deliveries)
      lanes[each.webhook_id].push_back({each.seq, import.id});
  }
  for (auto& [webhook_id, turns] : lanes) {
    const std::size_t webhook = index_of(webhook_id);
    std::ranges::sort(turns, {}, &Turn::seq);
    std::size_t turn = 0;
    std::set<std::string> ids;
    for (const Receipt& receipt : receipts_) {
      if (receipt.webhook != webhook || !ids.insert(receipt.event_id).second) continue;
      const auto of_import = [&](const Turn& each) { return each.import_id == receipt.import_id; };
      const auto found = std::ranges::find_if(turns, of_import);
      if (found == turns.end()) continue;
      const auto place = static_cast<std::size_t>(found - turns.begin());
      if (place < turn) fault("I2: " + label(receipt) + " came after an import that was accepted later");
      turn = std::max(turn, place);
    }
  }
}

}  // namespace pulter::sim
