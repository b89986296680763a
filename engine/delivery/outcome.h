#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "codec/base/result.h"
#include "engine/model/event.h"
#include "engine/model/webhook.h"
#include "engine/store/store.h"

namespace pulter::delivery {

/// How far a request came: all that the table of outcomes needs (contract, section 4).
struct ExchangeFacts {
  std::int32_t status = 0;  ///< 0: no complete answer head
  bool answer_complete = false;
  bool sent_any = false;  ///< at least one byte of the request left
  bool sent_whole = false;
  bool reused_connection = false;
  std::uint64_t answer_bytes = 0;
  std::optional<std::int64_t> retry_after_s;
  std::string location;
  std::uint64_t body_bytes = 0;
  std::optional<Error> error;  ///< why there is no complete answer
};

/// What one attempt means.
struct Verdict {
  model::Outcome outcome = model::Outcome::unreachable;
  store::Disposition disposition = store::Disposition::retry;
  std::string error;         ///< for people; empty when delivered
  bool at_once = false;      ///< a stale kept-alive connection: try again now, the schedule is not used up
  std::int64_t floor_s = 0;  ///< Retry-After: not before so many seconds from now
};

/// Reads the table of outcomes. Pure.
[[nodiscard]] Verdict judge_exchange(const ExchangeFacts& facts, const model::Webhook& webhook);

}  // namespace pulter::delivery
