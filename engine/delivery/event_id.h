#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/import.h"

namespace pulter::delivery {

/// The id of the event at one step of an import in one lane: a pure function, so that a request that left
/// before its record was durable (relaxed durability) has the same `webhook-id` after a crash (decision
/// 0007).
///
/// The form is a ULID: the import's time, then 40 bits of the cursor, then 40 bits of a hash over import and
/// webhook. Ids of one import sort in the order of its steps.
[[nodiscard]] std::string event_id(const model::Import& import, std::string_view webhook_id,
                                   std::uint64_t cursor);

}  // namespace pulter::delivery
