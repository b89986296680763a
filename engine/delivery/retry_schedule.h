#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace pulter::delivery {

/// When to try again, in milliseconds from now; nothing when the schedule is spent (contract, section 4).
///
/// `schedule_s[k]` is the wait before attempt k+1 of a budget, so the first entry belongs to the first
/// attempt. `attempts_made` counts the attempts of this budget, the one that just failed included. Jitter
/// goes upward only, by up to 20 %: `random` is any number. `floor_s` (Retry-After) is a floor, already
/// capped at 24 h.
[[nodiscard]] std::optional<std::int64_t> retry_delay_ms(std::span<const std::uint32_t> schedule_s,
                                                         std::uint32_t attempts_made, std::int64_t floor_s,
                                                         std::uint64_t random);

}  // namespace pulter::delivery
