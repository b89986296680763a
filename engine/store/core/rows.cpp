#include "engine/store/core/rows.h"

#include "engine/store/core/json_columns.h"

namespace pulter::store {

model::Importer read_importer(Query& query) {
  model::Importer importer;
  importer.id = query.text();
  importer.name = query.text();
  importer.webhook_url = query.text();
  importer.batch_size = query.number();
  importer.data_sync = query.flag();
  importer.columns = decode_pairs(query.text());
  importer.drop_unmapped = query.flag();
  importer.allowed_webhook_hosts = decode_strings(query.text());
  importer.created_at_ms = query.integer();
  return importer;
}

model::Webhook read_webhook(Query& query) {
  model::Webhook webhook;
  webhook.id = query.text();
  webhook.url = query.text();
  webhook.description = query.text();
  webhook.secrets = decode_secrets(query.text());
  webhook.events = decode_strings(query.text());
  webhook.template_id = query.optional_text();
  webhook.enabled = query.flag();
  webhook.disabled_reason = query.text();
  webhook.headers = decode_pairs(query.text());
  webhook.timeout_ms = query.number();
  webhook.retry_schedule_s = decode_numbers(query.text());
  webhook.retry_on_4xx = query.flag();
  webhook.on_halt = model::parse_on_halt(query.text()).value_or(model::OnHalt::next);
  webhook.tls.ca = query.text();
  webhook.tls.certificate = query.text();
  webhook.tls.private_key = query.text();
  webhook.created_at_ms = query.integer();
  return webhook;
}

static model::SpoolFile read_file(Query& query) {
  model::SpoolFile file;
  file.key = query.text();
  file.length = query.unsigned_integer();
  file.digest = query.text();
  return file;
}

model::Import read_import(Query& query) {
  model::Import import;
  import.id = query.text();
  import.template_id = query.text();
  import.file_name = query.text();
  import.file = read_file(query);
  import.text = read_file(query);
  import.settings.batch_size = query.number();
  import.settings.data_sync = query.flag();
  decode_settings(query.text(), import.settings);
  import.settings.user_json = query.text();
  import.settings.metadata_json = query.text();
  import.planned = query.flag();
  import.total_rows = query.unsigned_integer();
  import.count = query.unsigned_integer();
  import.encoding = query.text();
  import.delimiter = query.text();
  import.columns = decode_pairs(query.text());
  import.notes = decode_notes(query.text());
  import.error.code = query.text();
  import.error.detail = query.text();
  import.paused = query.flag();
  import.cancelled = query.flag();
  import.content_removed = query.flag();
  import.created_at_ms = query.integer();
  import.started_at_ms = query.integer();
  import.completed_at_ms = query.integer();
  return import;
}

model::Delivery read_delivery(Query& query) {
  model::Delivery delivery;
  delivery.import_id = query.text();
  delivery.webhook_id = query.text();
  delivery.seq = query.integer();
  delivery.cursor = query.unsigned_integer();
  delivery.wants_rows = query.flag();
  delivery.wants_started = query.flag();
  delivery.wants_ended = query.flag();
  delivery.started = query.flag();
  delivery.cancelled = query.flag();
  delivery.halted_event_id = query.text();
  delivery.batches_delivered = query.unsigned_integer();
  delivery.rows_delivered = query.unsigned_integer();
  delivery.row_errors = query.unsigned_integer();
  delivery.last_status = static_cast<std::int32_t>(query.integer());
  delivery.last_status_text = query.text();
  delivery.next_attempt_at_ms = query.integer();
  return delivery;
}

model::Event read_event(Query& query) {
  model::Event event;
  event.id = query.text();
  event.import_id = query.text();
  event.webhook_id = query.text();
  event.name = query.text();
  event.index = query.unsigned_integer();
  event.first_row = query.unsigned_integer();
  event.rows = query.unsigned_integer();
  event.body_bytes = query.unsigned_integer();
  event.body_digest = query.text();
  event.state = model::parse_event_state(query.text()).value_or(model::EventState::pending);
  event.attempts = query.number();
  event.attempts_in_budget = query.number();
  event.last_status = static_cast<std::int32_t>(query.integer());
  event.next_attempt_at_ms = query.integer();
  event.delivered_at_ms = query.integer();
  event.created_at_ms = query.integer();
  return event;
}

model::Attempt read_attempt(Query& query) {
  model::Attempt attempt;
  attempt.id = query.text();
  attempt.number = query.number();
  attempt.trigger = model::parse_trigger(query.text()).value_or(model::Trigger::delivery);
  attempt.started_at_ms = query.integer();
  attempt.duration_us = query.integer();
  for (std::int64_t* phase : {&attempt.phases.dns_us, &attempt.phases.connect_us, &attempt.phases.tls_us,
                              &attempt.phases.send_us, &attempt.phases.wait_us, &attempt.phases.receive_us}) {
    *phase = query.integer();
  }
  attempt.remote_address = query.text();
  attempt.request_headers = query.text();
  attempt.body_bytes = query.unsigned_integer();
  attempt.body_digest = query.text();
  attempt.status = static_cast<std::int32_t>(query.integer());
  attempt.response_headers = query.blob();
  attempt.response_body = query.blob();
  attempt.outcome = model::parse_outcome(query.text()).value_or(model::Outcome::unknown);
  attempt.error = query.text();
  return attempt;
}

}  // namespace pulter::store
