#include "codec/base/ids.h"
#include "codec/sign/secret.h"
#include "engine/control/announce.h"
#include "engine/control/event_view.h"
#include "engine/control/fields.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/intake/new_webhook.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

namespace pulter::control {
namespace {

io::Task<store::Reply<model::Webhook>> get_webhook(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("wh_", id)) {
    co_return store::Reply<model::Webhook>{store::Status::not_found, "there is no webhook " + id,
                                           std::nullopt};
  }
  store::GetWebhook request{id};
  co_return co_await context.services.store.call(std::move(request));
}

/// Puts `secret` in front; those that sign now go on until the overlap ends, at most three of them.
void rotate(model::Webhook& webhook, std::string secret, std::int64_t now_ms, std::int64_t overlap_ms) {
  std::vector<model::LiveSecret> live{{std::move(secret), 0}};
  const std::int64_t until_ms = now_ms + overlap_ms;
  for (model::LiveSecret& old : webhook.secrets) {
    if (old.expires_at_ms == 0 || old.expires_at_ms > until_ms) old.expires_at_ms = until_ms;
    if (old.expires_at_ms > now_ms && live.size() < limits::live_secrets_max) live.push_back(std::move(old));
  }
  webhook.secrets = std::move(live);
}

}  // namespace

io::Task<Response> show_secret(Context& context) {
  auto reply = co_await get_webhook(context);
  if (!reply.done() || !reply.value) {
    co_return store_problem(reply.status, reply.detail, "webhook " + context.request.id);
  }
  std::string body;
  json::Writer w(body);
  w.begin_object().field("secret", reply.value->secrets.front().text);
  write_time(w, "oldSecretUntil", old_secret_until_ms(*reply.value, shard::unix_ms(context.services.io)));
  w.end_object();
  co_return json_response(200, std::move(body));
}

io::Task<Response> rotate_secret(Context& context) {
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  json::ObjectReader fields(*value);
  auto secret = fields.string("secret");
  if (secret) {
    if (auto ok = sign::Secret::parse(*secret); !ok)
      fields.refuse("secret", "is refused. " + ok.error().detail);
  }
  const auto overlap_s = fields.unsigned_integer("overlapSeconds", 0, limits::secret_overlap_s_max);
  if (auto ok = fields.finish(); !ok) co_return problem(ok.error());

  auto reply = co_await get_webhook(context);
  if (!reply.done() || !reply.value) {
    co_return store_problem(reply.status, reply.detail, "webhook " + context.request.id);
  }
  const std::int64_t now_ms = shard::unix_ms(context.services.io);
  const std::uint64_t overlap_ms = overlap_s.value_or(limits::secret_overlap_s_default) * 1000;
  const std::string fresh = secret ? std::move(*secret) : intake::new_secret(context.services.io);
  store::Reply<model::Webhook> stored = std::move(reply);
  for (int tries = 0; tries < limits::update_tries_max; ++tries) {
    model::Webhook webhook = *stored.value;
    rotate(webhook, fresh, now_ms, static_cast<std::int64_t>(overlap_ms));
    store::PutWebhook put{std::move(webhook), false, std::move(*stored.value)};
    stored = co_await context.services.store.call(std::move(put));
    if (stored.status != store::Status::conflict || !stored.value) break;
  }
  if (!stored.done() || !stored.value) {
    co_return store_problem(stored.status, stored.detail, "webhook " + context.request.id);
  }
  context.services.lanes.poke(context.request.id);
  announce_webhook(context.services, *stored.value);
  std::string body;
  json::Writer w(body);
  write(w, *stored.value, now_ms, WithSecret::yes);
  co_return json_response(200, std::move(body));
}

io::Task<Response> test_webhook(Context& context) {
  auto reply = co_await get_webhook(context);
  if (!reply.done() || !reply.value) {
    co_return store_problem(reply.status, reply.detail, "webhook " + context.request.id);
  }
  if (!reply.value->enabled) {
    co_return problem(
        409, "conflict",
        "the webhook is disabled (" + reply.value->disabled_reason + "); enable it before testing it");
  }
  model::Event event;
  event.id = shard::new_id(context.services.io, "evt_");
  event.webhook_id = context.request.id;
  event.name = "test";
  store::AddLaneTask task;
  task.kind = store::LaneTaskKind::test;
  task.event_id = event.id;
  task.new_event = std::move(event);
  auto added = co_await context.services.store.call(std::move(task));
  if (!added.done() || !added.value) {
    co_return store_problem(added.status, added.detail, "webhook " + context.request.id);
  }
  context.services.lanes.poke(context.request.id);
  std::string json = co_await event_json(context.services.store, *added.value);
  context.services.hub.publish("event", json);
  co_return json_response(202, std::move(json));
}

}  // namespace pulter::control
