#include "tests/support/sim_engine.h"

#include "engine/shard/new_id.h"

namespace pulter::tests {
namespace {

io::SimSettings settings(std::uint64_t seed) {
  io::SimSettings settings;
  settings.seed = seed;
  return settings;
}

}  // namespace

SimEngine::SimEngine(std::uint64_t seed, config::Durability durability, std::uint64_t turns)
    : io_(settings(seed)), world_(io_), turns_(turns), small_max_(seed % 2 == 0 ? 0 : limits::small_file_bytes_max) {
  config_.durability = durability;
  config_.allow_http = true;
  config_.allow_networks.push_back(*net::parse_network("127.0.0.0/8"));
  config_.allowed_ports = {9000, 9001, 9002, 9003};
  auto core = store::open_core();
  PULTER_CHECK(core);
  disk_ = std::move(*core);
  restart();
}

SimEngine::~SimEngine() {
  crash(false);
  world_.cancel();
  io_.run_until_idle();
}

void SimEngine::crash(bool keep) {
  process_->loop.post({.kind = engine::Message::Kind::cancel, .webhook_id = {}, .patience = {}});
  process_->loop.turn(io_.now());
  process_->store.crash(keep);
  while (!process_->loop.finished()) process_->loop.turn(io::never);
  // The store's timer was cancelled: its completion is still on its way.
  const io::Instant settled = io_.now() + std::chrono::milliseconds(1);
  while (io_.now() < settled) io_.run_once(settled);
  process_.reset();
}

void SimEngine::restart() {
  process_ = std::make_unique<Process>(*disk_, io_, spool_, config_, turns_);
  process_->loop.files().set_small_max(small_max_);
  process_->loop.start();
  PULTER_CHECK(run_until([this] { return process_->loop.started(); }));
}

Result<model::Import> SimEngine::import(std::string_view csv, intake::ImportRequest request) {
  std::optional<Result<model::Import>> result;
  world_.spawn(import_into(csv, std::move(request), result));
  PULTER_CHECK(run_until([&] { return result.has_value(); }));
  if (*result) {
    for (const model::Delivery& delivery : (*result)->deliveries) poke(delivery.webhook_id);
  }
  return std::move(*result);
}

io::Task<> SimEngine::import_into(std::string_view csv, intake::ImportRequest request,
                                  std::optional<Result<model::Import>>& result) {
  auto upload = co_await spool_.begin(world_, 0);
  PULTER_CHECK(upload);
  Result<> appended = co_await (*upload)->append(world_, csv);
  PULTER_CHECK(appended);
  auto file = co_await (*upload)->finish(world_);
  PULTER_CHECK(file);
  auto accepted = co_await process_->intake.accept(world_, std::move(request), std::move(*file));
  if (accepted)
    result.emplace(std::move(accepted->import));
  else
    result.emplace(std::unexpected(std::move(accepted.error())));
}

model::Import SimEngine::look(const std::string& import_id) {
  auto reply = ask(store::GetImport{import_id});
  PULTER_CHECK(reply.done());
  return std::move(*reply.value);
}

model::Webhook SimEngine::make_webhook(const std::string& url, const std::string& secret) {
  store::PutWebhook put;
  put.webhook.id = shard::new_id(io_, "wh_");
  put.webhook.url = url;
  put.webhook.template_id = std::string(model::default_importer_id);
  put.webhook.secrets.push_back({.text = secret, .expires_at_ms = 0});
  auto reply = ask(std::move(put));
  PULTER_CHECK(reply.done());
  return std::move(*reply.value);
}

}  // namespace pulter::tests
