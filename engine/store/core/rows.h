#pragma once

#include <string_view>

#include "engine/model/event.h"
#include "engine/model/import.h"
#include "engine/model/importer.h"
#include "engine/model/webhook.h"
#include "engine/store/sqlite_database.h"

// Rows as the model's structs. Each `*_columns` list is what its `read_*` takes from a query, in that order.

namespace pulter::store {

inline constexpr std::string_view importer_columns =
    "id, name, webhook_url, batch_size, data_sync, columns, drop_unmapped, allowed_webhook_hosts, created_at";
[[nodiscard]] model::Importer read_importer(Query& query);

inline constexpr std::string_view webhook_columns =
    "id, url, description, secrets, events, template_id, enabled, disabled_reason, headers, timeout_ms, "
    "retry_schedule,"
    " retry_on_4xx, on_halt, tls_ca, tls_certificate, tls_private_key, created_at";
[[nodiscard]] model::Webhook read_webhook(Query& query);

inline constexpr std::string_view import_columns =
    "id, template_id, file_name, file_key, file_length, file_digest, text_key, text_length, text_digest, "
    "batch_size,"
    " data_sync, settings, user, metadata, planned, total_rows, batch_count, encoding, delimiter, columns, "
    "notes,"
    " error_code, error_detail, paused, cancelled, content_removed, created_at, started_at, completed_at";
/// Without its deliveries.
[[nodiscard]] model::Import read_import(Query& query);

inline constexpr std::string_view delivery_columns =
    "import_id, webhook_id, seq, cursor, wants_rows, wants_started, wants_ended, started, cancelled, "
    "halted_event_id,"
    " batches_delivered, rows_delivered, row_errors, last_status, last_status_text, coalesce((SELECT "
    "next_attempt_at FROM events WHERE"
    " events.id = open_event_id AND events.state = 'pending'), 0)";
[[nodiscard]] model::Delivery read_delivery(Query& query);

inline constexpr std::string_view event_columns =
    "id, import_id, webhook_id, name, batch_index, first_row, row_count, body_bytes, body_digest, state, "
    "attempts,"
    " attempts_in_budget, last_status, next_attempt_at, delivered_at, created_at";
[[nodiscard]] model::Event read_event(Query& query);

inline constexpr std::string_view attempt_columns =
    "id, attempt, trigger, started_at, duration_us, dns_us, connect_us, tls_us, send_us, wait_us, "
    "receive_us,"
    " remote_address, request_headers, body_bytes, body_digest, status, response_headers, response_body, "
    "outcome, error";
/// Without the id of its event.
[[nodiscard]] model::Attempt read_attempt(Query& query);

}  // namespace pulter::store
