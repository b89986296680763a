#include <algorithm>
#include <array>

#include "codec/base/ids.h"
#include "codec/http/headers.h"
#include "codec/sign/secret.h"
#include "engine/control/announce.h"
#include "engine/control/fields.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/control/url_check.h"
#include "engine/intake/new_webhook.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"
#include "io/net/tls_identity.h"

namespace pulter::control {
namespace {

constexpr std::array<std::string_view, 4> event_names{"all", "import.started", "import.completed",
                                                      "import.failed"};

void read_events(json::ObjectReader& fields, model::Webhook& webhook) {
  auto names = fields.strings("events");
  if (!names) return;
  if (names->empty())
    fields.refuse("events", "must name at least one event; to stop deliveries set enabled to false");
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& each = (*names)[i];
    if (std::find(event_names.begin(), event_names.end(), each) == event_names.end()) {
      fields.refuse(
          "events",
          "holds \"" + each + "\"; the events are all, import.started, import.completed and import.failed");
    }
    if (std::count(names->begin(), names->end(), each) > 1)
      fields.refuse("events", "names " + each + " twice");
  }
  webhook.events = std::move(*names);
}

void read_headers(json::ObjectReader& fields, model::Webhook& webhook) {
  auto headers = fields.string_map("headers");
  if (!headers) return;
  std::vector<http::HeaderField> views;
  for (const auto& [name, value] : *headers) views.push_back({name, value});
  if (auto ok = http::check_custom_headers(views); !ok)
    fields.refuse("headers", "is refused. " + ok.error().detail);
  webhook.headers = std::move(*headers);
}

void read_retries(json::ObjectReader& fields, model::Webhook& webhook) {
  if (auto time =
          fields.unsigned_integer("timeoutMs", limits::answer_time_ms_min, limits::answer_time_ms_max)) {
    webhook.timeout_ms = static_cast<std::uint32_t>(*time);
  }
  if (auto retry = fields.boolean("retryOn4xx")) webhook.retry_on_4xx = *retry;
  if (auto text = fields.string("onHalt")) {
    if (*text != "next" && *text != "hold") fields.refuse("onHalt", "must be \"next\" or \"hold\"");
    webhook.on_halt = *text == "hold" ? model::OnHalt::hold : model::OnHalt::next;
  }
  auto schedule = fields.unsigned_integers("retrySchedule");
  if (!schedule) return;
  if (schedule->empty() || schedule->size() > limits::retry_schedule_steps_max) {
    fields.refuse("retrySchedule",
                  "must have 1 to 32 waiting times, in seconds; the first is before the first attempt");
  }
  webhook.retry_schedule_s.clear();
  for (const std::uint64_t seconds : *schedule) {
    if (seconds > limits::retry_wait_s_max)
      fields.refuse("retrySchedule", "may not wait longer than 259200 s (3 days)");
    webhook.retry_schedule_s.push_back(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds, UINT32_MAX)));
  }
}

void read_pem(json::ObjectReader& fields, std::string_view name, std::string& text) {
  if (fields.is_null(name)) text.clear();
  auto given = fields.string(name);
  if (!given) return;
  if (given->size() > limits::webhook_pem_bytes_max) fields.refuse(name, "may have at most 32 KiB");
  text = std::move(*given);
}

/// tlsCa, tlsCertificate and tlsPrivateKey: checked whole, so that a wrong pair is told now and not by the
/// first delivery. Taking the certificate away takes its key too.
void read_tls(json::ObjectReader& fields, model::WebhookTls& tls) {
  const model::WebhookTls before = tls;
  read_pem(fields, "tlsCa", tls.ca);
  read_pem(fields, "tlsCertificate", tls.certificate);
  if (tls.certificate.empty()) tls.private_key.clear();
  read_pem(fields, "tlsPrivateKey", tls.private_key);
  if (tls == before) return;
  const io::TlsIdentity identity{
      .ca = tls.ca, .certificate = tls.certificate, .private_key = tls.private_key};
  auto good = io::check_identity(identity);
  if (good) return;
  const std::string& part = good.error().field;
  fields.refuse(part == "ca" ? "tlsCa" : (part == "certificate" ? "tlsCertificate" : "tlsPrivateKey"),
                good.error().detail);
}

void read_secret(json::ObjectReader& fields, model::Webhook& webhook, io::Io& io, bool create) {
  if (!create) {
    if (fields.has("secret"))
      fields.refuse("secret", "is changed by POST /v1/webhooks/" + webhook.id + "/rotate-secret");
    fields.allow({"secret"});
    return;
  }
  auto secret = fields.string("secret");
  if (secret) {
    if (auto ok = sign::Secret::parse(*secret); !ok)
      fields.refuse("secret", "is refused. " + ok.error().detail);
  }
  webhook.secrets.push_back({secret ? std::move(*secret) : intake::new_secret(io), 0});
}

Result<> read_webhook(const json::Value& value, Services& services, model::Webhook& webhook, bool create) {
  json::ObjectReader fields(value);
  auto url = fields.string("url");
  if (create && !url && !fields.has("url")) fields.refuse("url", "is missing: the callback URL");
  read_secret(fields, webhook, services.io, create);
  read_events(fields, webhook);
  if (fields.is_null("templateId")) {
    webhook.template_id.reset();
  } else if (auto id = fields.string("templateId")) {
    webhook.template_id = std::move(*id);
  }
  if (auto enabled = fields.boolean("enabled")) {
    if (*enabled) webhook.disabled_reason.clear();
    if (!*enabled && webhook.enabled) webhook.disabled_reason = "disabled by hand";
    webhook.enabled = *enabled;
  }
  read_headers(fields, webhook);
  read_retries(fields, webhook);
  read_tls(fields, webhook.tls);
  if (auto text = fields.string("description")) webhook.description = std::move(*text);
  if (auto ok = fields.finish(); !ok) return ok;
  if (auto ok = check_text("description", webhook.description, limits::description_bytes_max); !ok) return ok;
  if (!url) return {};
  auto checked = check_url(*url, services.config, "url");
  if (!checked) return std::unexpected(std::move(checked.error()));
  webhook.url = std::move(*checked);
  return {};
}

/// Refuses a templateId that names no importer.
io::Task<Result<>> check_importer(Services& services, const model::Webhook& webhook) {
  if (!webhook.template_id) co_return Result<>();
  store::GetImporter request{*webhook.template_id};
  auto reply = co_await services.store.call(std::move(request));
  if (reply.done()) co_return Result<>();
  if (reply.status == store::Status::not_found) {
    co_return refuse_field(ErrorCode::bad_value, "templateId",
                           "there is no importer " + *webhook.template_id);
  }
  co_return fail(ErrorCode::store_unavailable, "the store could not be asked: " + reply.detail);
}

/// The answer to a webhook that was stored, or was not.
Response stored_webhook(Context& context, store::Reply<model::Webhook>& reply, const std::string& id,
                        bool create) {
  Services& services = context.services;
  if (!reply.done() || !reply.value) return store_problem(reply.status, reply.detail, "webhook " + id);
  services.lanes.poke(id);
  announce_webhook(services, *reply.value);
  std::string body;
  json::Writer w(body);
  write(w, *reply.value, shard::unix_ms(services.io), create ? WithSecret::yes : WithSecret::no);
  Response response = json_response(create ? 201 : 200, std::move(body));
  if (create) response.headers.emplace_back("Location", "/v1/webhooks/" + id);
  return response;
}

Response no_webhook(const std::string& id) {
  return problem(404, "not_found", "there is no webhook " + id);
}

}  // namespace

io::Task<Response> create_webhook(Context& context) {
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  model::Webhook webhook;
  webhook.id = shard::new_id(context.services.io, "wh_");
  if (auto ok = read_webhook(*value, context.services, webhook, true); !ok) co_return problem(ok.error());
  Result<> known = co_await check_importer(context.services, webhook);
  if (!known) co_return problem(known.error());
  const std::string id = webhook.id;
  store::PutWebhook put{std::move(webhook), true};
  auto reply = co_await context.services.store.call(std::move(put));
  co_return stored_webhook(context, reply, id, true);
}

io::Task<Response> list_webhooks(Context& context) {
  const Request& request = context.request;
  if (auto ok = only_parameters(request, {"limit", "cursor", "templateId"}); !ok)
    co_return problem(ok.error());
  auto page = read_page(request);
  if (!page) co_return problem(page.error());
  store::ListWebhooks list;
  list.page = std::move(*page);
  if (const std::string* id = request.parameter("templateId")) list.template_id = *id;
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of webhooks");
  const std::int64_t now_ms = shard::unix_ms(context.services.io);
  co_return list_response(*reply.value, [now_ms](json::Writer& w, const model::Webhook& each) {
    write(w, each, now_ms, WithSecret::no);
  });
}

io::Task<Response> show_webhook(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("wh_", id)) co_return no_webhook(id);
  store::GetWebhook request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "webhook " + id);
  std::string body;
  json::Writer w(body);
  write(w, *reply.value, shard::unix_ms(context.services.io), WithSecret::no);
  co_return json_response(200, std::move(body));
}

io::Task<Response> update_webhook(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("wh_", id)) co_return no_webhook(id);
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  store::GetWebhook request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "webhook " + id);
  // What was not named must stay as it is, also when a 410 or another person changes it at the same time:
  // then the change is made anew, from what is there by now.
  for (int tries = 0; tries < limits::update_tries_max; ++tries) {
    model::Webhook webhook = *reply.value;
    if (auto ok = read_webhook(*value, context.services, webhook, false); !ok) co_return problem(ok.error());
    Result<> known = co_await check_importer(context.services, webhook);
    if (!known) co_return problem(known.error());
    store::PutWebhook put{std::move(webhook), false, std::move(*reply.value)};
    reply = co_await context.services.store.call(std::move(put));
    if (reply.status != store::Status::conflict || !reply.value) break;
  }
  co_return stored_webhook(context, reply, id, false);
}

io::Task<Response> delete_webhook(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("wh_", id)) co_return no_webhook(id);
  store::DeleteWebhook request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done()) co_return store_problem(reply.status, reply.detail, "webhook " + id);
  context.services.lanes.poke(id);
  announce_deleted(context.services, id);
  co_return no_content();
}

}  // namespace pulter::control
