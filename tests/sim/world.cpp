#include "tests/sim/world.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "codec/base/check.h"
#include "engine/shard/new_id.h"

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;
using store::Status;

/// Turns of one run; a usual one has 2,400. One that never comes to rest does not end by the clock alone.
constexpr std::uint64_t turns_max = 200'000;

io::SimSettings settings(const Plan& plan) {
  io::SimSettings settings;
  settings.seed = plan.seed;
  return settings;
}

config::Config make_config(const Plan& plan) {
  config::Config config;
  config.durability = plan.durability;
  config.allow_http = true;
  config.allow_networks.push_back(*net::parse_network("127.0.0.0/8"));
  for (const WebhookPlan& webhook : plan.webhooks) config.allowed_ports.push_back(webhook.port);
  return config;
}

std::string secret_of(std::size_t webhook) {
  return "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh" + std::to_string(webhook) + "=";
}

}  // namespace

World::World(Plan plan, Diary& diary)
    : plan_(std::move(plan)),
      diary_(diary),
      io_(settings(plan_)),
      outside_(io_),
      config_(make_config(plan_)),
      judge_(plan_, diary_),
      machine_(io_, judge_, plan_, faults_, config_),
      chance_(io_.chance().next()),
      clients_(plan_.imports.size()) {}

World::~World() = default;

Figures World::run() {
  set_up();
  with_faults();
  calm();
  check_end();
  if (chance_.below(8) == 0) check_restart_changes_nothing();
  finish();
  figures_.crashes = judge_.crashes();
  figures_.receipts = judge_.receipts().size();
  figures_.imports = clients_.size();
  figures_.virtual_hours =
      std::chrono::duration<double, std::ratio<3600>>(io_.now().time_since_epoch() - 1h).count();
  figures_.hash = io_.trace_hash();
  for (const Receipt& receipt : judge_.receipts()) {
    for (const char c : receipt.event_id)
      figures_.hash = io::SimRandom::mix(figures_.hash ^ static_cast<unsigned char>(c));
  }
  return figures_;
}

void World::set_up() {
  judge_.set_waiting_resends([this](const std::string& event_id) {
    return machine_.disk()
        .database()
        .query("SELECT 1 FROM lane_tasks WHERE event_id = ?")
        .with(event_id)
        .row();
  });
  machine_.start();
  judge_.begin_life();
  for (std::size_t i = 0; i < plan_.webhooks.size(); ++i) {
    const WebhookPlan& webhook = plan_.webhooks[i];
    store::PutWebhook put;
    put.webhook.id = shard::new_id(io_, "wh_");
    put.webhook.url = webhook.url();
    put.webhook.template_id = std::string(model::default_importer_id);
    put.webhook.secrets.push_back({.text = secret_of(i), .expires_at_ms = 0});
    put.webhook.events = webhook.events;
    put.webhook.timeout_ms = webhook.timeout_ms;
    put.webhook.retry_schedule_s = webhook.schedule_s;
    put.webhook.retry_on_4xx = webhook.retry_on_4xx;
    put.webhook.on_halt = webhook.on_halt;
    webhook_ids_.push_back(put.webhook.id);
    judge_.add_webhook(put.webhook.id, secret_of(i));
    const store::Answer made = machine_.look(std::move(put));
    PULTER_CHECK(made.status == Status::done);
    receivers_.push_back(std::make_unique<Receiver>(io_, outside_, judge_, webhook, i, secret_of(i)));
    for (const net::IpAddress& address : forbidden_addresses()) {
      traps_.push_back(std::make_unique<Trap>(outside_, judge_, net::Endpoint{address, webhook.port}));
    }
  }
  net::Endpoint elsewhere;
  elsewhere.address.bytes = {127, 0, 0, 1};
  elsewhere.port = 9099;
  traps_.push_back(std::make_unique<Trap>(outside_, judge_, elsewhere));
}

void World::turn(io::Instant until) {
  ++figures_.turns;
  machine_.turn(until);
  judge_.set_now(io_.now(), machine_.wall_ms());
}

void World::with_faults() {
  faults_ = plan_.world;
  io_.set_faults(plan_.io);
  for (std::uint64_t i = 0; i < plan_.turns; ++i) {
    if (draining_) {
      turn(io_.now() + 20ms);
      if (machine_.ended()) finish_drain();
      if (chance_.hits(faults_.crash_again)) restart(true);
      continue;
    }
    start_clients();
    random_faults();
    turn(io_.now() + 10min);
    restart_if_failed();
    const bool recovering = recovering_turns_ > 0;
    if (recovering) --recovering_turns_;
    if (chance_.hits(recovering ? std::max(faults_.crash_again, faults_.crash) : faults_.crash)) {
      restart(true);
    } else if (chance_.hits(faults_.drain)) {
      restart(false);
    }
    if (all_accepted() && unfinished(true) == 0 && chance_.below(20) == 0) break;
  }
}

void World::restart(bool crash) {
  if (!crash && !draining_) {
    ++figures_.drains;
    diary_.note(io_.now(), "an orderly stop begins");
    machine_.drain(std::chrono::milliseconds(chance_.below(4000)));
    draining_ = true;
    return;
  }
  const bool keep = chance_.hits(500);
  diary_.note(io_.now(),
              keep ? "crash, the commit under way is kept" : "crash, the commit under way is lost");
  judge_.crashed();
  draining_ = false;
  machine_.crash(keep);
  after_restart();
}

/// A start that fails ends the daemon, and whoever watches over it starts it again.
void World::restart_if_failed() {
  if (machine_.problem().empty()) return;
  diary_.note(io_.now(), "the start failed: " + machine_.problem());
  const io::Instant again = io_.now() + 1s;
  while (io_.now() < again) turn(again);
  restart(true);
}

void World::finish_drain() {
  diary_.note(io_.now(), "stopped");
  draining_ = false;
  machine_.bury();
  after_restart();
}

void World::after_restart() {
  trouble_until_.reset();
  for (Client& client : clients_) client.busy = false;
  judge_.begin_life();
  // Descriptors count up, so this one tells connections of the old process from those of the new.
  const int boundary = *io_.open_tcp(net::Family::ipv4);
  io_.close(boundary);
  for (const auto& receiver : receivers_) receiver->begin_life(boundary);
  for (const model::Import& import : all_imports()) judge_.check_cursor(import);
  machine_.start();
  recovering_turns_ = 15;
}

bool World::all_accepted() const {
  return std::ranges::all_of(clients_, [](const Client& client) { return client.accepted; });
}

/// Without `with_halted`: what a halt, a lane held by one, or a disabled webhook keeps waiting for a person
/// is not counted.
std::size_t World::unfinished(bool with_halted) {
  store::Query query = machine_.disk().database().query(
      with_halted ? "SELECT (SELECT count(*) FROM deliveries WHERE ended = 0 AND cancelled = 0)"
                    " + (SELECT count(*) FROM lane_tasks t JOIN webhooks w ON w.id = t.webhook_id WHERE "
                    "w.enabled = 1)"
                  : "SELECT (SELECT count(*) FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE "
                    "d.ended = 0"
                    " AND d.cancelled = 0 AND d.paused = 0 AND d.halted_event_id = '' AND w.enabled = 1 AND "
                    "NOT (w.on_halt = "
                    "'hold' AND"
                    " EXISTS (SELECT 1 FROM deliveries h WHERE h.webhook_id = d.webhook_id AND h.ended = 0"
                    " AND h.cancelled = 0 AND h.halted_event_id <> '')))"
                    " + (SELECT count(*) FROM lane_tasks t JOIN webhooks w ON w.id = t.webhook_id WHERE "
                    "w.enabled = 1)");
  PULTER_CHECK(query.row());
  return query.unsigned_integer();
}

std::vector<model::Import> World::all_imports() {
  std::vector<model::Import> imports;
  store::ListImports list;
  list.page.limit = 100;
  const store::Answer listed = machine_.look(std::move(list));
  const auto* page = std::get_if<store::Listing<model::Import>>(&listed.value);
  PULTER_CHECK(page != nullptr);
  for (const model::Import& each : page->items) {
    store::Answer found = machine_.look(store::GetImport{each.id});
    imports.push_back(std::move(std::get<model::Import>(found.value)));
  }
  return imports;
}

/// I8: the whole schedule with its jitter, the longest Retry-After and the clock's ways back, one answer that
/// does not come, and 60 s.
io::Duration World::time_to_converge() const {
  io::Duration longest{};
  for (const WebhookPlan& webhook : plan_.webhooks) {
    io::Duration total = std::chrono::milliseconds(webhook.timeout_ms);
    for (const std::uint32_t wait : webhook.schedule_s) total += std::chrono::seconds(wait) * 6 / 5;
    longest = std::max(longest, total);
  }
  return longest + wall_went_back_ + std::chrono::seconds(3100) * 6 / 5 + 60s;
}

void World::converge(const std::string& what, bool may_halt) {
  const io::Instant deadline = io_.now() + time_to_converge();
  while (!all_accepted() || unfinished(!may_halt) > 0) {
    if (io_.now() >= deadline) {
      judge_.fault("I8: " + what + ": not all imports came to an end in time\n" + state_text());
      return;
    }
    if (figures_.turns >= turns_max) {
      judge_.fault("I8: " + what + ": it goes round in circles\n" + state_text());
      return;
    }
    restart_if_failed();
    start_clients();
    const io::Duration step = all_accepted() ? io::Duration(10min) : io::Duration(100ms);
    turn(std::min(deadline, io_.now() + step));
  }
}

void World::calm() {
  faults_ = {};
  io_.set_faults({});
  for (const auto& receiver : receivers_) receiver->calm();
  machine_.spool().set_failing(false);
  file_trouble_until_.reset();
  while (draining_) {
    turn(io_.now() + 20ms);
    if (machine_.ended()) finish_drain();
  }
  machine_.set_trouble("");
  for (std::uint32_t shard = 0; shard < plan_.shards; ++shard) machine_.pause_shard(shard, {});
  diary_.note(io_.now(), "calm");
  // What was under way may still halt; what halted is resumed, and then there is no reason left to halt.
  resume_what_stands();
  converge("after the faults", true);
  // Once more: an attempt of a paused import may have been under way until now.
  resume_what_stands();
  converge("after what was paused was resumed", true);
  resume_what_stands();
  converge("after what halted was resumed", false);
}

std::string World::state_text() {
  std::string text;
  for (const model::Import& import : all_imports()) {
    text += "    " + import.id + " " + import.file_name + " " +
            std::string(model::name(model::state_of(import))) + " batches " + std::to_string(import.count) +
            " " + import.error.detail;
    for (const model::Delivery& delivery : import.deliveries) {
      text += "\n      webhook " + std::to_string(judge_.index_of(delivery.webhook_id)) + " " +
              std::string(model::name(model::state_of(import, delivery))) + " cursor " +
              std::to_string(delivery.cursor) + " seq " + std::to_string(delivery.seq) + " " +
              delivery.last_status_text;
    }
    text += "\n";
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (!clients_[i].accepted) text += "    file " + std::to_string(i) + " was never accepted\n";
  }
  return text;
}

void World::check_end() {
  std::size_t named = 0;
  const std::vector<model::Import> imports = all_imports();
  judge_.check_lanes(imports);
  for (const model::Import& import : imports) {
    judge_.check_cursor(import);
    judge_.check_whole(import);
    check_log(import);
    const model::ImportState state = model::state_of(import);
    const auto client =
        std::ranges::find_if(clients_, [&](const Client& each) { return each.import_id == import.id; });
    const bool accepted = client != clients_.end();
    named += accepted ? 1 : 0;
    if (!accepted && state != model::ImportState::receiving)
      judge_.fault("an import that nobody was told of: " + import.id);
    if (state == model::ImportState::failed && !(accepted && client->met_file_trouble)) {
      judge_.fault("I1: " + import.id + " failed: " + import.error.detail);
    }
    if (state != model::ImportState::completed && state != model::ImportState::cancelled &&
        state != model::ImportState::failed) {
      judge_.fault("I8: " + import.id + " ended as " + std::string(model::name(state)));
    }
  }
  if (named != clients_.size())
    judge_.fault("I1: an import that was accepted is not in the store\n" + state_text());
}

/// The response log of each event counts its attempts without a gap, and nothing else.
void World::check_log(const model::Import& import) {
  if (import.content_removed || !import.settings.data_sync) return;
  store::Query query = machine_.disk().database().query(
      "SELECT e.id, e.attempts, (SELECT count(*) FROM attempts WHERE event_number = e.number), (SELECT "
      "coalesce(max(attempt), 0)"
      " FROM attempts WHERE event_number = e.number), e.state FROM events e WHERE e.import_id = ?");
  query.with(import.id);
  while (query.row()) {
    const std::string id = query.text();
    const std::int64_t counted = query.integer();
    const std::int64_t rows = query.integer();
    const std::int64_t highest = query.integer();
    const std::string state = query.text();
    if (counted != rows || highest != rows) {
      judge_.fault("log: " + id + " counts " + std::to_string(counted) + " attempts, has " +
                   std::to_string(rows) + ", the last is number " + std::to_string(highest));
    }
    if (state != "delivered" && state != "cancelled") judge_.fault("log: " + id + " ended as " + state);
  }
}

/// I9: a start with nothing to do does nothing.
void World::check_restart_changes_nothing() {
  const std::string before = state_text();
  const std::size_t receipts = judge_.receipts().size();
  for (int i = 0; i < 2; ++i) {
    machine_.crash(false);
    after_restart();
    const io::Instant until = io_.now() + 5s;
    while (io_.now() < until) turn(until);
  }
  if (!machine_.started()) judge_.fault("I9: a start did not come to its end: " + machine_.problem());
  if (judge_.receipts().size() != receipts) judge_.fault("I9: a restart with nothing to do sent something");
  if (state_text() != before) judge_.fault("I9: a restart with nothing to do changed the store");
}

/// Nothing is left over: no flow, no operation, no descriptor.
void World::finish() {
  machine_.drain(30s);
  const io::Instant patience = io_.now() + 60s;
  while (!machine_.ended()) {
    if (io_.now() >= patience) {
      judge_.fault("the orderly stop does not end");
      machine_.crash(false);
      break;
    }
    turn(io_.now() + 20ms);
  }
  if (machine_.is_running()) machine_.bury();
  outside_.cancel();
  io_.run_until_idle();
  if (outside_.running() != 0) judge_.fault("a receiver's flow does not end");
  if (io_.pending_operations() != 0)
    judge_.fault(std::to_string(io_.pending_operations()) + " operations are left over");
  if (io_.open_descriptors() != 0)
    judge_.fault(std::to_string(io_.open_descriptors()) + " descriptors are left open");
}

}  // namespace pulter::sim
