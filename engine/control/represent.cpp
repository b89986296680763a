#include "engine/control/represent.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "codec/base/base64.h"
#include "codec/base/time_text.h"
#include "codec/base/utf8.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void write_text_or_null(json::Writer& w, std::string_view field, std::string_view text) {
  if (text.empty()) {
    w.field_null(field);
  } else {
    w.field(field, text);
  }
}

void write_map(json::Writer& w, std::string_view field, const Pairs& pairs) {
  w.key(field).begin_object();
  for (const auto& [name, value] : pairs) w.field(name, value);
  w.end_object();
}

/// A list, not an object: a header may stand twice in a file, and the order of columns is part of what is
/// shown.
void write_columns(json::Writer& w, const Pairs& columns) {
  w.key("columns").begin_array();
  for (const auto& [header, key] : columns)
    w.begin_object().field("header", header).field("key", key).end_object();
  w.end_array();
}

void write_texts(json::Writer& w, std::string_view field, const std::vector<std::string>& texts) {
  w.key(field).begin_array();
  for (const std::string& each : texts) w.string(each);
  w.end_array();
}

}  // namespace

void write_time(json::Writer& w, std::string_view field, std::int64_t unix_ms) {
  if (unix_ms == 0) {
    w.field_null(field);
  } else {
    w.field(field, rfc3339_text(unix_ms * 1'000'000));
  }
}

void write(json::Writer& w, const store::Totals& totals) {
  if (totals.total) {
    w.field("total", *totals.total);
  } else {
    w.field_null("total");
  }
  if (totals.counts.empty()) return;
  w.key("counts").begin_object();
  for (const auto& [state, count] : totals.counts) w.field(state, count);
  w.end_object();
}

void write(json::Writer& w, const model::Importer& importer) {
  w.begin_object().field("id", importer.id);
  write_time(w, "createdAt", importer.created_at_ms);
  w.field("name", importer.name);
  write_text_or_null(w, "webhookUrl", importer.webhook_url);
  w.field("batchSize", importer.batch_size).field("dataSync", importer.data_sync);
  write_map(w, "columns", importer.columns);
  w.field("dropUnmapped", importer.drop_unmapped);
  write_texts(w, "allowedWebhookHosts", importer.allowed_webhook_hosts);
  w.end_object();
}

std::int64_t old_secret_until_ms(const model::Webhook& webhook, std::int64_t now_ms) {
  std::int64_t until = 0;
  for (std::size_t i = 1; i < webhook.secrets.size(); ++i)
    until = std::max(until, webhook.secrets[i].expires_at_ms);
  return until > now_ms ? until : 0;
}

void write(json::Writer& w, const model::Webhook& webhook, std::int64_t now_ms, WithSecret with_secret) {
  w.begin_object().field("id", webhook.id);
  write_time(w, "createdAt", webhook.created_at_ms);
  w.field("url", webhook.url);
  if (with_secret == WithSecret::yes && !webhook.secrets.empty())
    w.field("secret", webhook.secrets.front().text);
  write_time(w, "oldSecretUntil", old_secret_until_ms(webhook, now_ms));
  write_texts(w, "events", webhook.events);
  write_text_or_null(w, "templateId", webhook.template_id.value_or(""));
  w.field("enabled", webhook.enabled);
  write_text_or_null(w, "disabledReason", webhook.disabled_reason);
  write_map(w, "headers", webhook.headers);
  w.field("timeoutMs", webhook.timeout_ms).key("retrySchedule").begin_array();
  for (const std::uint32_t seconds : webhook.retry_schedule_s) w.unsigned_integer(seconds);
  w.end_array().field("retryOn4xx", webhook.retry_on_4xx);
  w.field("onHalt", webhook.on_halt == model::OnHalt::hold ? "hold" : "next");
  w.field("description", webhook.description);
  // The private key is told to nobody, not even that of a webhook that was just made.
  write_text_or_null(w, "tlsCa", webhook.tls.ca);
  write_text_or_null(w, "tlsCertificate", webhook.tls.certificate);
  w.end_object();
}

namespace {

void write_notes(json::Writer& w, const model::Import& import) {
  w.key("notes").begin_array();
  for (const csv::Note& note : import.notes) {
    w.begin_object().field("code", note.code).field("detail", note.detail).key("rows").begin_array();
    for (const std::uint64_t row : note.rows) w.unsigned_integer(row);
    w.end_array().end_object();
  }
  w.end_array();
}

/// 0 for a lane that stands still: nothing will happen then.
std::int64_t next_attempt_ms(const model::Import& import, const model::Delivery& lane) {
  return state_of(import, lane) == model::ImportState::delivering ? lane.next_attempt_at_ms : 0;
}

/// The soonest of its lanes.
std::int64_t next_attempt_ms(const model::Import& import) {
  std::int64_t soonest = 0;
  for (const model::Delivery& lane : import.deliveries) {
    const std::int64_t at = next_attempt_ms(import, lane);
    if (at != 0 && (soonest == 0 || at < soonest)) soonest = at;
  }
  return soonest;
}

void write_lanes(json::Writer& w, const model::Import& import) {
  w.key("webhooks").begin_array();
  for (const model::Delivery& lane : import.deliveries) {
    w.begin_object().field("webhookId", lane.webhook_id).field("state", model::name(state_of(import, lane)));
    w.field("delivered", lane.batches_delivered).field("rowsDelivered", lane.rows_delivered);
    w.field("rowErrors", lane.row_errors);
    write_text_or_null(w, "haltedEventId", lane.halted_event_id);
    if (lane.last_status == 0) {
      w.field_null("lastStatus");
    } else {
      w.field("lastStatus", lane.last_status);
    }
    write_time(w, "nextAttemptAt", next_attempt_ms(import, lane));
    w.end_object();
  }
  w.end_array();
}

/// What has reached every webhook that wants rows: the progress that can be relied on.
struct Progress {
  std::uint64_t batches = 0;
  std::uint64_t rows = 0;
  std::uint64_t row_errors = 0;
};

Progress progress_of(const model::Import& import) {
  Progress progress;
  bool first = true;
  for (const model::Delivery& lane : import.deliveries) {
    progress.row_errors += lane.row_errors;
    if (!lane.wants_rows) continue;
    progress.batches = first ? lane.batches_delivered : std::min(progress.batches, lane.batches_delivered);
    progress.rows = first ? lane.rows_delivered : std::min(progress.rows, lane.rows_delivered);
    first = false;
  }
  return progress;
}

/// Of the lane that stands still, where one does: that is the answer one looks for.
std::int32_t last_status_of(const model::Import& import) {
  std::int32_t status = 0;
  for (const model::Delivery& lane : import.deliveries) {
    if (!lane.halted_event_id.empty()) return lane.last_status;
    if (lane.last_status != 0) status = lane.last_status;
  }
  return status;
}

}  // namespace

std::uint64_t rows_delivered(const model::Import& import) {
  return progress_of(import).rows;
}

void write(json::Writer& w, const model::Import& import, std::optional<double> rows_per_second) {
  const Progress progress = progress_of(import);
  w.begin_object().field("id", import.id);
  write_time(w, "createdAt", import.created_at_ms);
  w.field("templateId", import.template_id).field("state", model::name(state_of(import)));
  w.field("fileName", import.file_name).field("bytes", import.file.length);
  w.field("totalRows", import.total_rows).field("count", import.count);
  w.field("batchSize", import.settings.batch_size).field("delivered", progress.batches);
  w.field("rowsDelivered", progress.rows).field("rowErrors", progress.row_errors);
  w.field("dataSync", import.settings.data_sync);
  write_text_or_null(w, "encoding", import.encoding);
  write_text_or_null(w, "delimiter", import.delimiter);
  write_columns(w, import.columns);
  write_notes(w, import);
  w.field_raw("user", import.settings.user_json.empty() ? "null" : import.settings.user_json);
  w.field_raw("metadata", import.settings.metadata_json.empty() ? "{}" : import.settings.metadata_json);
  if (import.error.code.empty()) {
    w.field_null("error");
  } else {
    std::string error;
    append_problem(error, 422, import.error.code, import.error.detail);
    w.field_raw("error", error);
  }
  write_time(w, "startedAt", import.started_at_ms);
  write_time(w, "completedAt", import.completed_at_ms);
  if (const std::int32_t status = last_status_of(import); status != 0) {
    w.field("lastStatus", status);
  } else {
    w.field_null("lastStatus");
  }
  if (state_of(import) != model::ImportState::delivering) {
    w.field_null("rowsPerSecond");
  } else if (rows_per_second) {
    w.field("rowsPerSecond", *rows_per_second);
  }
  write_time(w, "nextAttemptAt", next_attempt_ms(import));
  write_lanes(w, import);
  w.end_object();
}

namespace {

void write_figures(json::Writer& w, const model::Event& event, const store::EventFigures& figures) {
  write_text_or_null(w, "fileName", figures.file_name);
  if (event.import_id.empty()) {
    w.field_null("count");
  } else {
    w.field("count", figures.count);
  }
  w.field("rowErrors", figures.row_errors);
  if (figures.last_duration_us < 0) {
    w.field_null("lastDurationMs");
  } else {
    w.field("lastDurationMs", static_cast<double>(figures.last_duration_us) / 1000.0);
  }
}

}  // namespace

void write(json::Writer& w, const model::Event& event, const store::EventFigures* figures) {
  w.begin_object().field("id", event.id);
  write_time(w, "createdAt", event.created_at_ms);
  write_text_or_null(w, "importId", event.import_id);
  w.field("webhookId", event.webhook_id).field("name", event.name).field("index", event.index);
  w.field("firstRow", event.first_row).field("rows", event.rows).field("bodyBytes", event.body_bytes);
  write_text_or_null(w, "bodyDigest", event.body_digest);
  w.field("state", model::name(event.state)).field("attempts", event.attempts);
  if (event.last_status == 0) {
    w.field_null("lastStatus");
  } else {
    w.field("lastStatus", event.last_status);
  }
  write_time(w, "nextAttemptAt", event.next_attempt_at_ms);
  write_time(w, "deliveredAt", event.delivered_at_ms);
  if (figures != nullptr) write_figures(w, event, *figures);
  w.end_object();
}

namespace {

/// Header lines as an object in the order they had; a name that stands again has its values joined by ", "
/// (RFC 9110, section 5.3), also Set-Cookie: this is for reading, not for parsing again.
void write_headers(json::Writer& w, std::string_view field, std::string_view lines) {
  Pairs headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::size_t begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    const std::string_view value = line.substr(begin);
    const auto same =
        std::find_if(headers.begin(), headers.end(), [name](const auto& each) { return each.first == name; });
    if (same == headers.end()) {
      headers.emplace_back(name, value);
    } else {
      same->second.append(", ").append(value);
    }
  }
  write_map(w, field, headers);
}

void write_ms(json::Writer& w, std::string_view field, std::int64_t us) {
  if (us < 0) {
    w.field_null(field);
  } else {
    w.field(field, static_cast<double>(us) / 1000.0);
  }
}

/// As text where it is text; other bytes as base64, so that none is lost. A character that the log's limit
/// cut is left away.
void write_answer_body(json::Writer& w, std::string_view body) {
  std::string_view text = body;
  if (body.size() == limits::logged_answer_bytes) {
    constexpr std::size_t char_bytes_max = 4;
    std::size_t begin = text.size();
    while (begin > text.size() - char_bytes_max &&
           (static_cast<unsigned char>(text[begin - 1]) & 0xc0) == 0x80)
      --begin;
    if (begin > 0 && utf8_char_size(text.substr(begin - 1)) == 0) text = text.substr(0, begin - 1);
  }
  if (is_utf8(text)) {
    w.field("responseBody", text);
  } else {
    w.field("responseBody", base64_text(body)).field("responseBodyEncoding", "base64");
  }
}

}  // namespace

void write(json::Writer& w, const model::Attempt& attempt) {
  w.begin_object().field("id", attempt.id);
  write_time(w, "createdAt", attempt.started_at_ms);
  w.field("eventId", attempt.event_id)
      .field("number", attempt.number)
      .field("trigger", model::name(attempt.trigger));
  write_time(w, "startedAt", attempt.started_at_ms);
  write_ms(w, "durationMs", attempt.duration_us);
  w.key("phases").begin_object();
  write_ms(w, "dnsMs", attempt.phases.dns_us);
  write_ms(w, "connectMs", attempt.phases.connect_us);
  write_ms(w, "tlsMs", attempt.phases.tls_us);
  write_ms(w, "sendMs", attempt.phases.send_us);
  write_ms(w, "waitMs", attempt.phases.wait_us);
  write_ms(w, "receiveMs", attempt.phases.receive_us);
  w.end_object();
  write_text_or_null(w, "remoteAddress", attempt.remote_address);
  write_headers(w, "requestHeaders", attempt.request_headers);
  w.field("bodyBytes", attempt.body_bytes);
  write_text_or_null(w, "bodyDigest", attempt.body_digest);
  if (attempt.status == 0) {
    w.field_null("status");
  } else {
    w.field("status", attempt.status);
  }
  write_headers(w, "responseHeaders", attempt.response_headers);
  write_answer_body(w, attempt.response_body);
  w.field("outcome", model::name(attempt.outcome));
  write_text_or_null(w, "error", attempt.error);
  w.end_object();
}

}  // namespace pulter::control
