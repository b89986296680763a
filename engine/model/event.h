#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pulter::model {

enum class EventState : std::uint8_t { pending, delivering, delivered, halted, cancelled };
[[nodiscard]] std::string_view name(EventState state);
[[nodiscard]] std::optional<EventState> parse_event_state(std::string_view text);

/// Why an attempt was made.
enum class Trigger : std::uint8_t { delivery, retry, resend, test };
[[nodiscard]] std::string_view name(Trigger trigger);
[[nodiscard]] std::optional<Trigger> parse_trigger(std::string_view text);

/// How an attempt ended (contract, section 4).
enum class Outcome : std::uint8_t {
  delivered,    ///< 2xx
  refused,      ///< an answer that says no
  unreachable,  ///< nothing was processed
  unknown,      ///< sent whole, no answer: may have been processed
};
[[nodiscard]] std::string_view name(Outcome outcome);
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text);

/// One message meant for one webhook. Its body is a pure function of the import, so only its digest is kept.
struct Event {
  std::string id;         ///< also the `webhook-id` header
  std::string import_id;  ///< empty for a test event
  std::string webhook_id;
  std::string name = "all";     ///< "all", "import.started", "import.completed", "import.failed", "test"
  std::uint64_t index = 0;      ///< batch number; 0 for lifecycle and test events
  std::uint64_t first_row = 0;  ///< 1-based data row
  std::uint64_t rows = 0;
  std::uint64_t body_bytes = 0;
  std::string body_digest;  ///< "xxh3:<32 hex>"
  EventState state = EventState::pending;
  std::uint32_t attempts = 0;
  std::uint32_t attempts_in_budget = 0;  ///< since the last resume: index into the retry schedule
  std::int32_t last_status = 0;
  std::int64_t next_attempt_at_ms = 0;  ///< 0: none planned
  std::int64_t delivered_at_ms = 0;
  std::int64_t created_at_ms = 0;
};

/// Where an attempt's time went, in microseconds; -1: that phase did not happen (a reused connection has no
/// connect).
struct Phases {
  std::int64_t dns_us = -1;
  std::int64_t connect_us = -1;
  std::int64_t tls_us = -1;
  std::int64_t send_us = -1;
  std::int64_t wait_us = -1;
  std::int64_t receive_us = -1;
};

/// One HTTP request made for an event, and what came back: a line of the response log.
struct Attempt {
  std::string id;
  std::string event_id;
  std::uint32_t number = 0;
  Trigger trigger = Trigger::delivery;
  std::int64_t started_at_ms = 0;
  std::int64_t duration_us = 0;
  Phases phases;
  std::string remote_address;   ///< "127.0.0.1:9000", empty when never connected
  std::string request_headers;  ///< as sent: "Name: value" lines joined by CRLF
  std::uint64_t body_bytes = 0;
  std::string body_digest;
  std::int32_t status = 0;       ///< 0: no answer
  std::string response_headers;  ///< as received, lines joined by CRLF
  std::string response_body;     ///< first 16 KiB
  Outcome outcome = Outcome::unreachable;
  std::string error;  ///< for people; empty when delivered
};

/// A row that the receiver reported as refused (contract, section 5).
struct RowError {
  std::uint64_t row = 0;  ///< 1-based data row in the whole file; 0: unknown
  std::string field;
  std::string message;
  std::string webhook_id{};  ///< whose receiver said so; given by the store
  std::uint64_t index = 0;   ///< its batch; given by the store, 0: unknown
};

}  // namespace pulter::model
