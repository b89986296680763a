#include "engine/delivery/retry_schedule.h"

#include <algorithm>

#include "codec/base/planted.h"

namespace pulter::delivery {

std::optional<std::int64_t> retry_delay_ms(std::span<const std::uint32_t> schedule_s,
                                           std::uint32_t attempts_made, std::int64_t floor_s,
                                           std::uint64_t random) {
  if (attempts_made >= schedule_s.size()) return std::nullopt;
  const std::int64_t planned_ms = std::int64_t{schedule_s[attempts_made]} * 1000;
  const std::int64_t wait_ms = std::max(planned_ms, floor_s * 1000);
  if constexpr (planted(Bug::schedule_ignored)) return floor_s * 1000;
  const std::int64_t jitter_max_ms = wait_ms / 5;
  const auto jitter_ms = static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(jitter_max_ms) + 1));
  return wait_ms + jitter_ms;
}

}  // namespace pulter::delivery
