#include "codec/base/check.h"
#include "engine/store/core/handlers.h"
#include "engine/store/core/json_columns.h"
#include "engine/store/core/rows.h"

namespace pulter::store {
namespace {

std::string no_webhook(const std::string& id) {
  return "There is no webhook '" + id + "'. See the existing ones with: pulter webhooks list";
}

void update_webhook(Session& session, const model::Webhook& webhook) {
  session.db
      .query(
          "UPDATE webhooks SET url = ?, description = ?, secrets = ?, events = ?, template_id = ?, enabled = "
          "?,"
          " disabled_reason = ?, headers = ?, timeout_ms = ?, retry_schedule = ?, retry_on_4xx = ?, on_halt "
          "= ?, tls_ca = ?, tls_certificate = ?, tls_private_key = ?"
          " WHERE id = ?")
      .with(webhook.url, webhook.description, encode_secrets(webhook.secrets), encode_strings(webhook.events),
            webhook.template_id, webhook.enabled, webhook.enabled ? std::string() : webhook.disabled_reason,
            encode_pairs(webhook.headers), webhook.timeout_ms, encode_numbers(webhook.retry_schedule_s),
            webhook.retry_on_4xx, model::name(webhook.on_halt), webhook.tls.ca, webhook.tls.certificate,
            webhook.tls.private_key, webhook.id)
      .run();
}

bool importer_exists(Session& session, const std::optional<std::string>& template_id) {
  return !template_id || session.db.query("SELECT 1 FROM importers WHERE id = ?").with(*template_id).row();
}

}  // namespace

void insert_webhook(Session& session, const model::Webhook& webhook) {
  session.db
      .query(
          "INSERT INTO webhooks (id, store_shard, url, description, secrets, events, template_id, enabled,"
          " disabled_reason, headers, timeout_ms, retry_schedule, retry_on_4xx, on_halt, tls_ca, "
          "tls_certificate,"
          " tls_private_key, created_at)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(webhook.id, model::store_shard_of(webhook.id), webhook.url, webhook.description,
            encode_secrets(webhook.secrets), encode_strings(webhook.events), webhook.template_id,
            webhook.enabled, webhook.enabled ? std::string() : webhook.disabled_reason,
            encode_pairs(webhook.headers), webhook.timeout_ms, encode_numbers(webhook.retry_schedule_s),
            webhook.retry_on_4xx, model::name(webhook.on_halt), webhook.tls.ca, webhook.tls.certificate,
            webhook.tls.private_key, session.now_ms)
      .run();
}

std::optional<model::Webhook> find_webhook(Session& session, std::string_view id) {
  static const std::string sql = "SELECT " + std::string(webhook_columns) + " FROM webhooks WHERE id = ?";
  Query query = session.db.query(sql).with(id);
  if (!query.row()) return std::nullopt;
  return read_webhook(query);
}

std::optional<model::Webhook> find_webhook_by_url(Session& session,
                                                  const std::optional<std::string>& template_id,
                                                  std::string_view url) {
  static const std::string sql = "SELECT " + std::string(webhook_columns) +
                                 " FROM webhooks WHERE template_id IS ? AND url = ? ORDER BY number LIMIT 1";
  Query query = session.db.query(sql).with(template_id, url);
  if (!query.row()) return std::nullopt;
  return read_webhook(query);
}

std::vector<model::Webhook> webhooks_of(Session& session, std::string_view template_id) {
  static const std::string sql =
      "SELECT " + std::string(webhook_columns) +
      " FROM webhooks WHERE (template_id = ? OR template_id IS NULL) AND enabled = 1"
      " ORDER BY id";
  std::vector<model::Webhook> webhooks;
  Query query = session.db.query(sql).with(template_id);
  while (query.row()) webhooks.push_back(read_webhook(query));
  return webhooks;
}

void disable_webhook(Session& session, std::string_view id, std::string_view reason) {
  session.db.query("UPDATE webhooks SET enabled = 0, disabled_reason = ? WHERE id = ?")
      .with(reason, id)
      .run();
}

void remove_webhook(Session& session, std::string_view id) {
  std::vector<std::string> imports;
  {
    Query query =
        session.db
            .query("SELECT import_id FROM deliveries WHERE webhook_id = ? AND ended = 0 AND cancelled = 0")
            .with(id);
    while (query.row()) imports.push_back(query.text());
  }
  session.db
      .query(
          "UPDATE events SET state = 'cancelled', next_attempt_at = 0 WHERE id IN (SELECT open_event_id FROM"
          " deliveries WHERE webhook_id = ? AND ended = 0 AND cancelled = 0)")
      .with(id)
      .run();
  session.db.query("UPDATE deliveries SET cancelled = 1 WHERE webhook_id = ? AND ended = 0").with(id).run();
  session.db
      .query(
          "UPDATE events SET state = 'cancelled', next_attempt_at = 0 WHERE id IN (SELECT event_id FROM "
          "lane_tasks"
          " WHERE webhook_id = ? AND kind = 'test')")
      .with(id)
      .run();
  session.db.query("DELETE FROM lane_tasks WHERE webhook_id = ?").with(id).run();
  session.db.query("DELETE FROM webhooks WHERE id = ?").with(id).run();
  for (const std::string& import : imports) refresh_state(session, import);
}

Answer handle(Session& session, PutWebhook& request) {
  const model::Webhook& webhook = request.webhook;
  PULTER_CHECK(!webhook.secrets.empty());
  std::optional<model::Webhook> current = find_webhook(session, webhook.id);
  if (request.create && current) {
    return conflict("A webhook '" + webhook.id + "' exists already.", std::move(*current));
  }
  if (!request.create && !current) return not_found(no_webhook(webhook.id));
  if (request.before && *request.before != *current) {
    return conflict("The webhook '" + webhook.id + "' was changed meanwhile.", std::move(*current));
  }
  if (!importer_exists(session, webhook.template_id)) {
    return not_found("There is no importer '" + *webhook.template_id + "' that the webhook could belong to.");
  }
  if (request.create) {
    insert_webhook(session, webhook);
  } else {
    update_webhook(session, webhook);
  }
  return done(find_webhook(session, webhook.id).value_or(model::Webhook{}));
}

Answer handle(Session& session, EnsureWebhook& request) {
  const model::Webhook& candidate = request.candidate;
  if (auto found = find_webhook_by_url(session, candidate.template_id, candidate.url))
    return done(std::move(*found));
  PutWebhook put{std::move(request.candidate), true};
  return handle(session, put);
}

Answer handle(Session& session, GetWebhook& request) {
  std::optional<model::Webhook> webhook = find_webhook(session, request.id);
  if (!webhook) return not_found(no_webhook(request.id));
  return done(std::move(*webhook));
}

Answer handle(Session& session, ListWebhooks& request) {
  const auto cursor = cursor_of(request.page, newest);
  if (!cursor) return bad_cursor(request.page);
  std::string sql = "SELECT number, " + std::string(webhook_columns) + " FROM webhooks WHERE number < ?";
  if (request.template_id) sql += " AND template_id = ?";
  Query query = session.db.query(sql + " ORDER BY number DESC LIMIT ?").with(*cursor);
  if (request.template_id) query.bind(*request.template_id);
  query.bind(items_of(request.page) + 1);
  return done(read_page<model::Webhook>(query, request.page, read_webhook));
}

Answer handle(Session& session, DeleteWebhook& request) {
  if (!find_webhook(session, request.id)) return not_found(no_webhook(request.id));
  remove_webhook(session, request.id);
  return done(Nothing{});
}

}  // namespace pulter::store
