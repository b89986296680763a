#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/config.h"
#include "engine/model/webhook.h"
#include "io/sim/faults.h"
#include "tests/sim/choices.h"

namespace pulter::sim {

/// What a receiver does with one request.
enum class Kind : std::uint8_t {
  ok,
  no_content,     ///< 204
  chunked,        ///< 200, body in chunks
  closing,        ///< 200 with Connection: close
  old_close,      ///< HTTP/1.0, body ended by the connection's end
  row_errors,     ///< 200 whose body refuses a row
  slow,           ///< 200 after a while
  drip,           ///< 200, a few bytes at a time
  informational,  ///< some 1xx, then 200
  stray,          ///< 200 and, in the same breath, another 200
  server_error,   ///< 500 … 599
  busy,           ///< 429 or 503 with Retry-After
  late_stray,     ///< 503, and while nothing is asked for, a 200
  try_later,      ///< 408 or 425
  refuse,         ///< 400, 404, 409, 422
  too_large,      ///< 413
  early,          ///< 413 before the body was read, then the end
  gone,           ///< 410
  redirect,       ///< 3xx with a Location that must never be asked
  hang,           ///< no answer
  late,           ///< 200 after the sender's time limit
  cut,            ///< part of a 200, then the end
  garbage,        ///< no HTTP, or forbidden HTTP
  flood,          ///< 1xx without end
  big_head,       ///< 200 with a head over every limit
  close,          ///< the end instead of an answer
  reset,          ///< a RST instead of an answer
  count_,
};
inline constexpr std::size_t kind_count = static_cast<std::size_t>(Kind::count_);
[[nodiscard]] std::string_view name(Kind kind);

/// One receiver and the webhook that leads to it.
struct WebhookPlan {
  std::uint16_t port = 9000;
  bool by_name = false;  ///< its URL has a host name
  std::vector<std::string> events;
  std::vector<std::uint32_t> schedule_s;
  std::uint32_t timeout_ms = 30'000;
  bool retry_on_4xx = false;
  model::OnHalt on_halt = model::OnHalt::next;
  std::array<std::uint32_t, kind_count> weights{};
  std::uint64_t think_us_max = 0;  ///< before an answer

  [[nodiscard]] std::string url() const;
};

struct ImportPlan {
  std::string csv;
  std::uint32_t batch_size = 1;
  bool data_sync = true;
  bool announced = false;              ///< made first, filled later
  std::optional<std::size_t> webhook;  ///< only to that one
};

/// Things that go wrong outside the Io, in thousandths of the occasions.
struct WorldFaults {
  std::uint32_t crash = 0;          ///< per turn
  std::uint32_t crash_again = 0;    ///< per turn of a recovery
  std::uint32_t drain = 0;          ///< per turn: an orderly stop and a new start
  std::uint32_t command = 0;        ///< per turn: pause, resume, cancel, resend, test
  std::uint32_t cancel_share = 0;   ///< of the commands
  std::uint32_t retention = 0;      ///< per turn: a step of retention that takes all that ended
  std::uint32_t slow_sync = 0;      ///< per group: up to 5 s
  std::uint32_t disk_full = 0;      ///< per turn: for a while nothing can be written
  std::uint32_t lost_before = 0;    ///< per write of a lane: answered unknown, not written
  std::uint32_t lost_after = 0;     ///< per write of a lane: written, answered unknown
  std::uint32_t name_fails = 0;     ///< per look-up
  std::uint32_t name_slow = 0;      ///< per look-up, up to 8 s
  std::uint32_t name_private = 0;   ///< per look-up: leads to where nothing may go
  std::uint32_t wall_jump = 0;      ///< per turn: up to a day, either way
  std::uint32_t file_fails = 0;     ///< per turn: for a while files cannot be read
  std::uint32_t no_room = 0;        ///< per upload: the spool is full
  std::uint32_t shard_pause = 0;    ///< per turn: one shard does not run for up to 30 s
  std::uint32_t mailbox_flood = 0;  ///< per turn: more pokes than a mailbox holds
};

/// All that a run is a function of.
struct Plan {
  std::uint64_t seed = 0;
  std::uint32_t shards = 1;
  config::Durability durability = config::Durability::strict;
  std::uint64_t turns = 0;  ///< of the phase with faults
  io::SimFaults io;
  WorldFaults world;
  std::vector<WebhookPlan> webhooks;
  std::vector<ImportPlan> imports;
};

/// Draws a plan. A random subset of the faults finds more than all at once, so each is off more often than
/// on.
[[nodiscard]] Plan make_plan(std::uint64_t seed);
/// The same from other choices; `seed` rules what happens while it runs.
[[nodiscard]] Plan make_plan(std::uint64_t seed, Choices choices);
/// One line: what is on in this plan.
[[nodiscard]] std::string describe(const Plan& plan);

}  // namespace pulter::sim
