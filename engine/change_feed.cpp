#include "engine/change_feed.h"

#include <utility>

#include "engine/control/event_view.h"
#include "engine/control/represent.h"
#include "engine/shard/new_id.h"

namespace pulter::engine {

void ChangeFeed::look() {
  const bool wanted = hub_.has_listeners();
  io::Io* const reader = wanted ? &scope_.io() : nullptr;
  delivery::Change change;
  for (ChangeOutbox* outbox : outboxes_) {
    outbox->set_reader(reader);
    while (outbox->take(change)) {
      if (!change.import_id.empty()) imports_.insert(std::move(change.import_id));
      if (change.event_id.empty()) continue;
      auto& attempts = events_[std::move(change.event_id)];
      if (!change.attempt_id.empty()) attempts.insert(std::move(change.attempt_id));
    }
    // Listeners who missed something look at everything again.
    if (outbox->take_missed() && wanted) hub_.lose();
  }
  if (!imports_.empty() || !events_.empty()) waiting_.set();
}

io::Task<> ChangeFeed::run() {
  while (!scope_.cancelled()) {
    const std::int32_t woken = co_await waiting_.wait(scope_);
    if (woken < 0) co_return;
    auto imports = std::exchange(imports_, {});
    auto events = std::exchange(events_, {});
    while (!events.empty()) {
      auto node = events.extract(events.begin());
      co_await tell_event(std::move(node.key()), std::move(node.mapped()));
    }
    while (!imports.empty()) {
      auto node = imports.extract(imports.begin());
      co_await tell_import(std::move(node.value()));
    }
  }
}

io::Task<> ChangeFeed::tell_import(std::string id) {
  store::GetImport get{std::move(id)};
  auto import = co_await store_.call(std::move(get));
  if (!import.done()) co_return;
  std::string json;
  json::Writer writer(json);
  const std::optional<double> rate = rates_.note(*import.value, shard::unix_ms(scope_.io()));
  control::write(writer, *import.value, rate);
  hub_.publish("import", json);
}

io::Task<> ChangeFeed::tell_event(std::string id, std::set<std::string> attempts) {
  store::GetEvent get{id};
  auto event = co_await store_.call(std::move(get));
  std::string webhook_id;
  if (event.done()) {
    webhook_id = event.value->webhook_id;
    const std::string json = co_await control::event_json(store_, *event.value);
    hub_.publish("event", json);
  }
  if (attempts.empty()) co_return;
  store::ListAttempts list{.event_id = std::move(id), .page = {}};
  auto all = co_await store_.call(std::move(list));
  if (!all.done()) co_return;
  bool gone = false;
  for (const model::Attempt& attempt : all.value->items) {
    if (!attempts.contains(attempt.id)) continue;
    gone |= attempt.status == 410;
    std::string json;
    json::Writer writer(json);
    control::write(writer, attempt);
    hub_.publish("attempt", json);
  }
  // Its commit disabled the webhook as well.
  if (gone && !webhook_id.empty()) co_await tell_webhook(std::move(webhook_id));
}

io::Task<> ChangeFeed::tell_webhook(std::string id) {
  store::GetWebhook get{std::move(id)};
  auto webhook = co_await store_.call(std::move(get));
  if (!webhook.done() || !webhook.value) co_return;
  std::string json;
  json::Writer writer(json);
  control::write(writer, *webhook.value, shard::unix_ms(scope_.io()), control::WithSecret::no);
  hub_.publish("webhook", json);
}

}  // namespace pulter::engine
