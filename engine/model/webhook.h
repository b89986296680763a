#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pulter::model {

/// What a lane does when one of its imports halts (contract, section 4).
enum class OnHalt : std::uint8_t { next, hold };
[[nodiscard]] std::string_view name(OnHalt on_halt);
[[nodiscard]] std::optional<OnHalt> parse_on_halt(std::string_view text);

/// A signing secret as the user knows it; it signs until `expires_at_ms` (0: for as long as it stays).
struct LiveSecret {
  std::string text;
  std::int64_t expires_at_ms = 0;
  bool operator==(const LiveSecret&) const = default;
};

/// What a webhook brings along for TLS, in PEM form; each is empty where it brings nothing.
struct WebhookTls {
  std::string ca;           ///< trusted beside the system's authorities
  std::string certificate;  ///< shown to the receiver: its own first, then the chain
  std::string private_key;  ///< of that certificate; told to nobody
  friend bool operator==(const WebhookTls&, const WebhookTls&) = default;
};

/// A callback URL with its signing secrets and its list of events. Its lane sends one request at a time.
struct Webhook {
  std::string id;
  std::string url;
  std::string description;
  std::vector<LiveSecret> secrets;  ///< newest first, never empty
  std::vector<std::string> events{"all"};
  std::optional<std::string> template_id;  ///< none: belongs to all importers
  bool enabled = true;
  std::string disabled_reason;
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint32_t timeout_ms = 600'000;
  std::vector<std::uint32_t> retry_schedule_s{0, 5, 30, 120, 600, 3600, 10800, 28800};
  bool retry_on_4xx = false;
  OnHalt on_halt = OnHalt::next;
  WebhookTls tls;
  std::int64_t created_at_ms = 0;
  bool operator==(const Webhook&) const = default;
};

/// Whether the webhook lists `event_name` ("all", "import.started", …).
[[nodiscard]] bool listens_to(const Webhook& webhook, std::string_view event_name);

inline constexpr std::uint32_t store_shard_count = 256;
/// xxh3(webhook id) % 256: fixed for ever in the schema (store.md, point 1).
[[nodiscard]] std::uint32_t store_shard_of(std::string_view webhook_id);

}  // namespace pulter::model
