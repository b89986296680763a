#include <algorithm>

#include "engine/store/core/handlers.h"
#include "engine/store/core/json_columns.h"

namespace pulter::store {
namespace {

/// What a webhook gets of an import; its cursor stands on the first step.
model::Delivery make_delivery(const model::Import& import, const model::Webhook& webhook) {
  const bool failed = !import.error.code.empty();
  model::Delivery delivery;
  delivery.import_id = import.id;
  delivery.webhook_id = webhook.id;
  delivery.wants_rows = !failed && model::listens_to(webhook, "all");
  delivery.wants_started = !failed && model::listens_to(webhook, "import.started");
  delivery.wants_ended = model::listens_to(webhook, failed ? "import.failed" : "import.completed");
  delivery.cursor = model::next_cursor(delivery, import.count, model::cursor_started);
  return delivery;
}

std::vector<model::Delivery> make_deliveries(const model::Import& import,
                                             const std::vector<model::Webhook>& webhooks) {
  std::vector<model::Delivery> deliveries;
  for (const model::Webhook& webhook : webhooks) {
    model::Delivery delivery = make_delivery(import, webhook);
    if (delivery.cursor < model::cursor_end(import.count)) deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

/// Gives each its place in its lane.
void insert_deliveries(Session& session, std::vector<model::Delivery>& deliveries) {
  for (model::Delivery& delivery : deliveries) {
    {
      Query last = session.db.query("SELECT coalesce(max(seq), 0) FROM deliveries WHERE webhook_id = ?")
                       .with(delivery.webhook_id);
      delivery.seq = last.row() ? last.integer() + 1 : 1;
    }
    session.db
        .query(
            "INSERT INTO deliveries (import_id, webhook_id, seq, cursor, ended, wants_rows, wants_started,"
            " wants_ended, started, paused, cancelled, open_event_id, halted_event_id, batches_delivered,"
            " rows_delivered, row_errors, last_status, last_status_text)"
            " VALUES (?, ?, ?, ?, 0, ?, ?, ?, 0, 0, 0, '', '', 0, 0, 0, 0, '')")
        .with(delivery.import_id, delivery.webhook_id, delivery.seq, delivery.cursor, delivery.wants_rows,
              delivery.wants_started, delivery.wants_ended)
        .run();
  }
}

void insert_import(Session& session, const model::Import& import, const std::string& for_webhook,
                   const std::string& idempotency_key) {
  Query query = session.db.query(
      "INSERT INTO imports (id, template_id, state, file_name, file_key, file_length, file_digest, text_key,"
      " text_length, text_digest, batch_size, data_sync, settings, user, metadata, planned, total_rows, "
      "batch_count,"
      " encoding, delimiter, columns, notes, error_code, error_detail, paused, cancelled, content_removed, "
      "for_webhook,"
      " idempotency_key, created_at, started_at, completed_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, 0,"
      " ?)");
  query.with(import.id, import.template_id, model::name(model::state_of(import)), import.file_name,
             import.file.key, import.file.length, import.file.digest, import.text.key, import.text.length,
             import.text.digest, import.settings.batch_size, import.settings.data_sync,
             encode_settings(import.settings), import.settings.user_json, import.settings.metadata_json,
             import.planned, import.total_rows, import.count, import.encoding, import.delimiter,
             encode_pairs(import.columns), encode_notes(import.notes), import.error.code, import.error.detail,
             for_webhook);
  if (idempotency_key.empty()) {
    query.bind_null();
  } else {
    query.bind(idempotency_key);
  }
  query.with(import.created_at_ms, import.completed_at_ms).run();
}

void insert_plan(Session& session, const std::string& import_id, const std::string& plan) {
  if (plan.empty()) return;
  Query query = session.db.query("INSERT INTO plans (import_id, plan) VALUES (?, ?)").with(import_id);
  query.bind_blob(plan);
  query.run();
}

std::string nobody_to_send_to(const std::string& template_id) {
  return "No enabled webhook of importer '" + template_id +
         "' would get this import. Give the import a webhookUrl, or make a webhook first: pulter webhooks "
         "create"
         " --template " +
         template_id + " --url URL";
}

/// The answer to give when nobody would get the import. A file that could not be used is kept with its reason
/// even then.
std::optional<Answer> refuse_without_targets(const model::Import& import,
                                             const std::vector<model::Webhook>& webhooks) {
  const bool failed = !import.error.code.empty();
  const bool nobody =
      webhooks.empty() || (import.planned && import.count > 0 && make_deliveries(import, webhooks).empty());
  if (nobody && !failed) return not_found(nobody_to_send_to(import.template_id));
  return std::nullopt;
}

/// Whom an import goes to; the answer to give instead when that is nobody.
std::optional<Answer> find_targets(Session& session, const model::Import& import,
                                   const std::string& webhook_id, std::vector<model::Webhook>& webhooks) {
  if (webhook_id.empty()) {
    webhooks = webhooks_of(session, import.template_id);
  } else if (std::optional<model::Webhook> webhook = find_webhook(session, webhook_id)) {
    webhooks.push_back(std::move(*webhook));
  } else {
    return not_found("There is no webhook '" + webhook_id + "' that the import could go to.");
  }
  return refuse_without_targets(import, webhooks);
}

/// The same with the webhook that the request wants to be there; `made` says that it has to be inserted.
std::optional<Answer> find_new_targets(Session& session, CreateImport& request,
                                       std::vector<model::Webhook>& webhooks, bool& made) {
  if (!request.ensured) return find_targets(session, request.import, request.webhook_id, webhooks);
  auto found = find_webhook_by_url(session, request.ensured->template_id, request.ensured->url);
  made = !found.has_value();
  if (found) request.ensured = std::move(found);
  if (request.only_ensured) {
    request.webhook_id = request.ensured->id;
    webhooks.push_back(*request.ensured);
  } else {
    webhooks = webhooks_of(session, request.import.template_id);
    if (made) webhooks.push_back(*request.ensured);
    std::ranges::sort(webhooks, {}, &model::Webhook::id);
  }
  return refuse_without_targets(request.import, webhooks);
}

/// Content that came with an import: what is counted as kept, and small files themselves.
void insert_files(Session& session, const model::Import& import) {
  std::uint64_t bytes = import.file.length;
  if (import.text.key != import.file.key) bytes += import.text.length;
  count_kept_bytes(session, static_cast<std::int64_t>(bytes));
  insert_small_files(session, import);
}

bool has_content(const model::Import& import) {
  return import.planned || !import.error.code.empty();
}

}  // namespace

Answer handle(Session& session, CreateImport& request) {
  model::Import& import = request.import;
  if (!request.idempotency_key.empty()) {
    FindImportByKey by_key{request.idempotency_key};
    Answer first = handle(session, by_key);
    if (first.status == Status::done) {
      first.status = Status::conflict;
      first.detail = "This Idempotency-Key was used before.";
      return first;
    }
  }
  if (session.db.query("SELECT 1 FROM imports WHERE id = ?").with(import.id).row()) {
    return conflict("An import '" + import.id + "' exists already.",
                    find_import(session, import.id).value_or(model::Import{}));
  }
  GetImporter by_id{import.template_id};
  if (Answer importer = handle(session, by_id); importer.status != Status::done) return importer;
  std::vector<model::Webhook> webhooks;
  bool made = false;
  if (std::optional<Answer> nobody = find_new_targets(session, request, webhooks, made)) return *nobody;
  if (made) insert_webhook(session, *request.ensured);
  import.created_at_ms = session.now_ms;
  if (has_content(import)) import.deliveries = make_deliveries(import, webhooks);
  if (model::has_ended(import)) import.completed_at_ms = session.now_ms;
  insert_import(session, import, request.webhook_id, request.idempotency_key);
  insert_plan(session, import.id, request.plan);
  insert_files(session, import);
  insert_deliveries(session, import.deliveries);
  import.file.content.reset();
  import.text.content.reset();
  return done(std::move(import));
}

Answer handle(Session& session, FillImport& request) {
  std::optional<model::Import> current = find_import(session, request.import.id);
  if (!current) return not_found("There is no import '" + request.import.id + "'.");
  if (has_content(*current) || current->cancelled) {
    std::string why = "The import '" + current->id + "' is " +
                      std::string(model::name(model::state_of(*current))) +
                      ": only one that is receiving takes content.";
    return conflict(std::move(why), std::move(*current));
  }
  model::Import& import = request.import;
  import.template_id = current->template_id;
  if (import.file_name.empty()) import.file_name = current->file_name;
  if (!current->settings.user_json.empty()) import.settings.user_json = current->settings.user_json;
  if (!current->settings.metadata_json.empty())
    import.settings.metadata_json = current->settings.metadata_json;
  std::string for_webhook;
  {
    Query query = session.db.query("SELECT for_webhook FROM imports WHERE id = ?").with(import.id);
    if (query.row()) for_webhook = query.text();
  }
  std::vector<model::Webhook> webhooks;
  if (std::optional<Answer> nobody = find_targets(session, import, for_webhook, webhooks)) return *nobody;
  session.db
      .query(
          "UPDATE imports SET file_name = ?, file_key = ?, file_length = ?, file_digest = ?, text_key = ?,"
          " text_length = ?, text_digest = ?, user = ?, metadata = ?, planned = ?, total_rows = ?, "
          "batch_count = ?,"
          " encoding = ?, delimiter = ?, columns = ?, notes = ?, error_code = ?, error_detail = ? WHERE id = "
          "?")
      .with(import.file_name, import.file.key, import.file.length, import.file.digest, import.text.key,
            import.text.length, import.text.digest, import.settings.user_json, import.settings.metadata_json,
            import.planned, import.total_rows, import.count, import.encoding, import.delimiter,
            encode_pairs(import.columns), encode_notes(import.notes), import.error.code, import.error.detail,
            import.id)
      .run();
  insert_plan(session, import.id, request.plan);
  insert_files(session, import);
  std::vector<model::Delivery> deliveries = make_deliveries(import, webhooks);
  insert_deliveries(session, deliveries);
  return done(refresh_import(session, import.id));
}

}  // namespace pulter::store
