#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/shard/new_id.h"
#include "tests/sim/world.h"

// What people do with the daemon while it runs: they hand files over, and give commands. Their flows live in
// the process, as requests to its control API do, and die with it; what was answered was promised.

namespace pulter::sim {

using namespace std::chrono_literals;
using store::Status;

void World::start_clients() {
  for (std::size_t file = 0; file < clients_.size(); ++file) {
    Client& client = clients_[file];
    if (client.accepted || client.busy || io_.now() < client.next_try) continue;
    client.busy = true;
    client.met_file_trouble |= file_trouble_until_.has_value();
    ++client.tries;
    machine_.scope().spawn(upload(file));
  }
}

/// One try to hand a file over; a client that got no answer tries again with the same Idempotency-Key.
io::Task<> World::upload(std::size_t file) {
  const ImportPlan& plan = plan_.imports[file];
  Client& client = clients_[file];
  io::Scope& scope = machine_.scope();
  intake::ImportRequest request;
  if (plan.webhook) request.webhook_url = plan_.webhooks[*plan.webhook].url();
  request.file_name = "file" + std::to_string(file) + ".csv";
  request.batch_size = plan.batch_size;
  request.data_sync = plan.data_sync;
  request.delimiter = ",";
  request.user_json = ExpectedImport::user(file);
  request.metadata_json = ExpectedImport::metadata(file);
  request.idempotency_key = "key" + std::to_string(file);

  bool accepted = false;
  std::string import_id;
  if (plan.announced) {
    auto announced = co_await machine_.intake().announce(scope, request);
    if (announced) import_id = announced->import.id;
  }
  if (chance_.hits(faults_.no_room)) machine_.spool().set_room(chance_.below(plan.csv.size() + 1));
  auto upload = co_await machine_.files().begin(scope, 0);
  if (!upload) {  // the process died meanwhile
    client.busy = false;
    co_return;
  }
  Result<> appended = co_await (*upload)->append(scope, plan.csv);
  machine_.spool().set_room(UINT64_MAX);
  if (appended && (!plan.announced || !import_id.empty())) {
    auto spooled = co_await (*upload)->finish(scope);
    if (spooled && plan.announced) {
      auto filled = co_await machine_.intake().fill(scope, import_id, std::move(*spooled));
      // "It has its content already": an earlier try got through.
      accepted = filled.has_value() || filled.error().code == ErrorCode::conflict;
    } else if (spooled) {
      auto taken = co_await machine_.intake().accept(scope, std::move(request), std::move(*spooled));
      accepted = taken.has_value();
      if (taken) import_id = taken->import.id;
    }
  }
  client.busy = false;
  client.next_try = io_.now() + 200ms;
  if (!accepted) co_return;
  client.accepted = true;
  client.import_id = import_id;
  diary_.note(io_.now(), "file " + std::to_string(file) + " was accepted as " + import_id);
  poke_all();
}

void World::poke_all() {
  for (const std::string& webhook_id : webhook_ids_) machine_.poke(webhook_id);
}

io::Task<> World::command(std::string import_id, store::ImportCommand which) {
  store::CommandImport request{import_id, which};
  const bool resumes = which == store::ImportCommand::resume;
  if (resumes) judge_.asks_to_resume(import_id);
  auto reply = co_await machine_.store().call(std::move(request));
  if (reply.status == Status::fenced) co_return;  // the process died, and took the answer with it
  if (resumes) judge_.resume_answered(import_id, reply.done());
  if (!reply.done()) co_return;
  if (resumes) {
    diary_.note(io_.now(), "resumed " + import_id);
  } else {
    judge_.stopped(import_id);
    diary_.note(io_.now(), (which == store::ImportCommand::pause ? "paused " : "cancelled ") + import_id);
  }
  poke_all();
}

io::Task<> World::resend(std::string event_id) {
  store::AddLaneTask request{store::LaneTaskKind::resend, event_id, {}};
  judge_.asks_to_resend(event_id);
  auto reply = co_await machine_.store().call(std::move(request));
  if (reply.status == Status::fenced) co_return;
  judge_.resend_answered(event_id, reply.done());
  diary_.note(io_.now(), "asked to resend " + event_id + (reply.done() ? "" : ": " + reply.detail));
  poke_all();
}

io::Task<> World::test(std::size_t webhook) {
  store::AddLaneTask request;
  request.kind = store::LaneTaskKind::test;
  request.new_event.emplace();
  request.new_event->id = shard::new_id(io_, "evt_");
  request.new_event->webhook_id = webhook_ids_[webhook];
  request.new_event->name = "test";
  auto reply = co_await machine_.store().call(std::move(request));
  if (reply.done()) poke_all();
}

io::Task<> World::enable(std::size_t webhook) {
  store::GetWebhook get{webhook_ids_[webhook]};
  auto found = co_await machine_.store().call(std::move(get));
  if (!found.done() || found.value->enabled) co_return;
  store::PutWebhook put;
  put.webhook = std::move(*found.value);
  put.webhook.enabled = true;
  put.webhook.disabled_reason.clear();
  put.create = false;
  // Before the answer: its lane may be quicker than we are.
  judge_.enabled(webhook);
  auto reply = co_await machine_.store().call(std::move(put));
  if (!reply.done()) co_return;
  diary_.note(io_.now(), "enabled webhook " + std::to_string(webhook));
  poke_all();
}

io::Task<> World::apply_retention() {
  store::RetentionStep step{machine_.wall_ms() + 1};
  auto reply = co_await machine_.store().call(std::move(step));
  if (!reply.done()) co_return;
  for (std::string& key : reply.value->spool_keys) {
    Result<> removed = co_await machine_.files().remove(machine_.scope(), key);
    if (!removed) co_return;
  }
}

void World::random_command() {
  const std::size_t webhook = chance_.below(webhook_ids_.size());
  const std::string& import_id = clients_[chance_.below(clients_.size())].import_id;
  if (!import_id.empty() && chance_.hits(faults_.cancel_share)) {
    machine_.scope().spawn(command(import_id, store::ImportCommand::cancel));
    return;
  }
  switch (chance_.below(6)) {
    case 0:
      if (!import_id.empty()) machine_.scope().spawn(command(import_id, store::ImportCommand::pause));
      return;
    case 1:
    case 2:
      if (!import_id.empty()) machine_.scope().spawn(command(import_id, store::ImportCommand::resume));
      return;
    case 3:
      if (const auto& all = judge_.receipts(); !all.empty()) {
        machine_.scope().spawn(resend(all[chance_.below(all.size())].event_id));
      }
      return;
    case 4:
      machine_.scope().spawn(test(webhook));
      return;
    default:
      machine_.scope().spawn(enable(webhook));
      return;
  }
}

void World::random_faults() {
  if (chance_.hits(faults_.disk_full)) {
    machine_.set_trouble("The disk is full.");
    trouble_until_ = io_.now() + std::chrono::milliseconds(chance_.below(20'000));
    diary_.note(io_.now(), "the disk is full");
  }
  if (trouble_until_ && io_.now() >= *trouble_until_) {
    machine_.set_trouble("");
    trouble_until_.reset();
  }
  if (chance_.hits(faults_.file_fails)) {
    machine_.spool().set_failing(true);
    file_trouble_until_ = io_.now() + std::chrono::milliseconds(chance_.below(5'000));
    for (Client& client : clients_) client.met_file_trouble |= client.busy;
    diary_.note(io_.now(), "files cannot be read");
  }
  if (file_trouble_until_ && io_.now() >= *file_trouble_until_) {
    machine_.spool().set_failing(false);
    file_trouble_until_.reset();
  }
  if (chance_.hits(faults_.wall_jump)) {
    const auto by = std::chrono::seconds(chance_.below(chance_.hits(500) ? 60 : 86'400));
    const bool back = chance_.hits(500);
    if (back) wall_went_back_ += by;
    io_.jump_wall(back ? -by : by);
    judge_.wall_jumped();
    for (const auto& receiver : receivers_) receiver->wall_jumped();
    diary_.note(io_.now(), std::string("the wall's clock went ") + (back ? "back " : "ahead ") +
                               std::to_string(by.count()) + " s");
  }
  if (chance_.hits(faults_.shard_pause)) {
    machine_.pause_shard(static_cast<std::uint32_t>(chance_.below(plan_.shards)),
                         io_.now() + std::chrono::milliseconds(chance_.below(30'000)));
  }
  if (chance_.hits(faults_.mailbox_flood)) {
    const std::string& webhook_id = webhook_ids_[chance_.below(webhook_ids_.size())];
    for (int i = 0; i < 1100; ++i) machine_.poke(webhook_id);
  }
  if (chance_.hits(faults_.command)) random_command();
  if (chance_.hits(faults_.retention)) machine_.scope().spawn(apply_retention());
}

void World::resume_what_stands() {
  for (std::size_t webhook = 0; webhook < webhook_ids_.size(); ++webhook)
    machine_.scope().spawn(enable(webhook));
  for (const model::Import& import : all_imports()) {
    const bool halted = std::ranges::any_of(
        import.deliveries, [](const model::Delivery& each) { return !each.halted_event_id.empty(); });
    if ((import.paused || halted) && !model::has_ended(import)) {
      machine_.scope().spawn(command(import.id, store::ImportCommand::resume));
    }
  }
  // Until they are done: what is still paused would not be waited for.
  const io::Instant done = io_.now() + 1s;
  while (io_.now() < done) turn(done);
}

}  // namespace pulter::sim
