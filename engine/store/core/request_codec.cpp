#include "engine/store/core/request_codec.h"

#include <concepts>
#include <cstring>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "codec/base/check.h"
#include "codec/csv/plan.h"

namespace pulter::store {
namespace {

/// In the order of their numbers in the file, which stay as they are.
using Journaled = std::variant<Record, OpenEvent, BeginAttempt, CreateImport>;

template <class R, class V>
struct IndexIn;
template <class R, class... Kinds>
struct IndexIn<R, std::variant<Kinds...>> {
  static constexpr std::size_t value = [] {
    std::size_t index = 0;
    (void)((std::is_same_v<R, Kinds> || (++index, false)) || ...);
    return index;
  }();
};
template <class R>
inline constexpr std::size_t kind_of = IndexIn<R, Journaled>::value;
template <class R>
inline constexpr bool journaled = kind_of<R> < std::variant_size_v<Journaled>;

// What is written of each struct. A structured binding names every member, so one that is added does not
// compile until it is named here.

auto members(auto& value, const LaneKey*) {
  auto& [webhook_id, epoch] = value;
  return std::tie(webhook_id, epoch);
}
auto members(auto& value, const model::Event*) {
  auto& [id, import_id, webhook_id, name, index, first_row, rows, body_bytes, body_digest, state, attempts,
         attempts_in_budget, last_status, next_attempt_at_ms, delivered_at_ms, created_at_ms] = value;
  return std::tie(id, import_id, webhook_id, name, index, first_row, rows, body_bytes, body_digest, state,
                  attempts, attempts_in_budget, last_status, next_attempt_at_ms, delivered_at_ms,
                  created_at_ms);
}
auto members(auto& value, const model::Phases*) {
  auto& [dns_us, connect_us, tls_us, send_us, wait_us, receive_us] = value;
  return std::tie(dns_us, connect_us, tls_us, send_us, wait_us, receive_us);
}
auto members(auto& value, const model::Attempt*) {
  auto& [id, event_id, number, trigger, started_at_ms, duration_us, phases, remote_address, request_headers,
         body_bytes, body_digest, status, response_headers, response_body, outcome, error] = value;
  return std::tie(id, event_id, number, trigger, started_at_ms, duration_us, phases, remote_address,
                  request_headers, body_bytes, body_digest, status, response_headers, response_body, outcome,
                  error);
}
auto members(auto& value, const model::RowError*) {
  auto& [row, field, message, webhook_id, index] = value;
  return std::tie(row, field, message, webhook_id, index);
}
auto members(auto& value, const model::ImportSettings*) {
  auto& [batch_size, data_sync, delimiter, encoding, max_rows, max_bytes, reject_ragged, columns,
         drop_unmapped, user_json, metadata_json] = value;
  return std::tie(batch_size, data_sync, delimiter, encoding, max_rows, max_bytes, reject_ragged, columns,
                  drop_unmapped, user_json, metadata_json);
}
auto members(auto& value, const model::Problem*) {
  auto& [code, detail] = value;
  return std::tie(code, detail);
}
auto members(auto& value, const csv::Note*) {
  auto& [code, detail, rows] = value;
  return std::tie(code, detail, rows);
}
auto members(auto& value, const model::Delivery*) {
  auto& [import_id, webhook_id, seq, cursor, wants_rows, wants_started, wants_ended, batches_delivered,
         rows_delivered, row_errors, halted_event_id, cancelled, started, last_status_text, last_status,
         next_attempt_at_ms] = value;
  return std::tie(import_id, webhook_id, seq, cursor, wants_rows, wants_started, wants_ended,
                  batches_delivered, rows_delivered, row_errors, halted_event_id, cancelled, started,
                  last_status_text, last_status, next_attempt_at_ms);
}
auto members(auto& value, const model::Import*) {
  auto& [id, template_id, file_name, file, text, settings, planned, total_rows, count, encoding, delimiter,
         columns, notes, error, paused, cancelled, content_removed, created_at_ms, started_at_ms,
         completed_at_ms, deliveries] = value;
  return std::tie(id, template_id, file_name, file, text, settings, planned, total_rows, count, encoding,
                  delimiter, columns, notes, error, paused, cancelled, content_removed, created_at_ms,
                  started_at_ms, completed_at_ms, deliveries);
}
auto members(auto& value, const model::LiveSecret*) {
  auto& [text, expires_at_ms] = value;
  return std::tie(text, expires_at_ms);
}
auto members(auto& value, const model::WebhookTls*) {
  auto& [ca, certificate, private_key] = value;
  return std::tie(ca, certificate, private_key);
}
auto members(auto& value, const model::Webhook*) {
  auto& [id, url, description, secrets, events, template_id, enabled, disabled_reason, headers, timeout_ms,
         retry_schedule_s, retry_on_4xx, on_halt, tls, created_at_ms] = value;
  return std::tie(id, url, description, secrets, events, template_id, enabled, disabled_reason, headers,
                  timeout_ms, retry_schedule_s, retry_on_4xx, on_halt, tls, created_at_ms);
}
auto members(auto& value, const Record*) {
  auto& [lane, import_id, cursor, task_id, attempt, disposition, spends_budget, next_cursor, retry_at_ms,
         reason, row_errors, next_event, next_leaves] = value;
  return std::tie(lane, import_id, cursor, task_id, attempt, disposition, spends_budget, next_cursor,
                  retry_at_ms, reason, row_errors, next_event, next_leaves);
}
auto members(auto& value, const OpenEvent*) {
  auto& [lane, cursor, event] = value;
  return std::tie(lane, cursor, event);
}
auto members(auto& value, const BeginAttempt*) {
  auto& [lane, event_id] = value;
  return std::tie(lane, event_id);
}
auto members(auto& value, const CreateImport*) {
  auto& [import, plan, webhook_id, idempotency_key, ensured, only_ensured] = value;
  return std::tie(import, plan, webhook_id, idempotency_key, ensured, only_ensured);
}

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  template <class T>
  requires(std::integral<T> || std::is_enum_v<T>) void write(const T& value) {
    const auto wide = static_cast<std::uint64_t>(value);
    out_.append(reinterpret_cast<const char*>(&wide), sizeof wide);
  }
  void write(const std::string& text) {
    write(text.size());
    out_.append(text);
  }
  template <class T>
  void write(const std::vector<T>& list) {
    write(list.size());
    for (const T& each : list) write(each);
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <class A, class B>
  void write(const std::pair<A, B>& pair) {
    write(pair.first);
    write(pair.second);
  }
  void write(const model::SpoolFile& file) {
    const auto& [key, length, digest, content] = file;
    write(key);
    write(length);
    write(digest);
    write(content != nullptr);
    if (content) out_.append(*content, 0, length);
  }
  template <class T>
  requires requires(const T& value) { members(value, static_cast<const T*>(nullptr)); }
  void write(const T& value) {
    std::apply([this](const auto&... each) { (this->write(each), ...); },
               members(value, static_cast<const T*>(nullptr)));
  }

 private:
  std::string& out_;
};

/// The same backwards. What is too short or too long leaves `is_right` false; nothing is read beyond the end.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}
  [[nodiscard]] bool is_right() const { return is_right_; }
  [[nodiscard]] bool is_at_end() const { return in_.empty(); }

  template <class T>
  requires(std::integral<T> || std::is_enum_v<T>) void read(T& value) {
    const std::string_view bytes = take(sizeof(std::uint64_t));
    std::uint64_t wide = 0;
    if (is_right_) std::memcpy(&wide, bytes.data(), sizeof wide);
    value = static_cast<T>(wide);
  }
  void read(std::string& text) {
    std::uint64_t length = 0;
    read(length);
    text = take(length);
  }
  template <class T>
  void read(std::vector<T>& list) {
    list.clear();
    std::uint64_t count = 0;
    for (read(count); count > 0 && is_right_; --count) read(list.emplace_back());
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool is_there = false;
    read(is_there);
    value.reset();
    if (is_there) read(value.emplace());
  }
  template <class A, class B>
  void read(std::pair<A, B>& pair) {
    read(pair.first);
    read(pair.second);
  }
  void read(model::SpoolFile& file) {
    auto& [key, length, digest, content] = file;
    read(key);
    read(length);
    read(digest);
    bool has_content = false;
    read(has_content);
    if (!has_content) return;
    std::string bytes(take(length));
    bytes.append(csv::padding_bytes, '\0');
    content = std::make_shared<const std::string>(std::move(bytes));
  }
  template <class T>
  requires requires(T& value) { members(value, static_cast<const T*>(nullptr)); }
  void read(T& value) {
    std::apply([this](auto&... each) { (this->read(each), ...); },
               members(value, static_cast<const T*>(nullptr)));
  }

 private:
  std::string_view take(std::uint64_t count) {
    if (!is_right_ || count > in_.size()) {
      is_right_ = false;
      return {};
    }
    const std::string_view taken = in_.substr(0, count);
    in_.remove_prefix(count);
    return taken;
  }

  std::string_view in_;
  bool is_right_ = true;
};

template <std::size_t kind = 0>
void read_kind(Decoder& decoder, std::uint64_t wanted, Request& request) {
  if constexpr (kind < std::variant_size_v<Journaled>) {
    if (wanted != kind) return read_kind<kind + 1>(decoder, wanted, request);
    decoder.read(request.emplace<std::variant_alternative_t<kind, Journaled>>());
  }
}

}  // namespace

bool is_journaled(const Request& request) {
  return std::visit([]<class R>(const R&) { return journaled<R>; }, request);
}

void encode_group(std::int64_t now_ms, std::string& out) {
  Encoder encoder(out);
  encoder.write(journal_format);
  encoder.write(now_ms);
}

void encode_request(const Request& request, std::string& out) {
  std::visit(
      [&]<class R>(const R& value) {
        PULTER_CHECK(journaled<R>);
        if constexpr (journaled<R>) {
          Encoder encoder(out);
          encoder.write(kind_of<R>);
          encoder.write(value);
        }
      },
      request);
}

std::optional<JournaledGroup> decode_group(std::string_view payload) {
  Decoder decoder(payload);
  std::uint64_t format = 0;
  JournaledGroup group;
  decoder.read(format);
  decoder.read(group.now_ms);
  if (format != journal_format) return std::nullopt;
  while (decoder.is_right() && !decoder.is_at_end()) {
    std::uint64_t kind = 0;
    decoder.read(kind);
    if (kind >= std::variant_size_v<Journaled>) return std::nullopt;
    read_kind(decoder, kind, group.requests.emplace_back());
  }
  if (!decoder.is_right()) return std::nullopt;
  return group;
}

}  // namespace pulter::store
