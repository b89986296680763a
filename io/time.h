#pragma once

#include <chrono>
#include <cstdint>

namespace pulter::io {

using Duration = std::chrono::nanoseconds;

/// A clock that never goes back and is not set by anyone (CLOCK_MONOTONIC, or virtual time in a simulation).
/// It has no now(): time is asked of `Io`, so that a simulation owns it.
struct Monotonic {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};

using Instant = Monotonic::time_point;
inline constexpr Instant never = Instant::max();

/// Time of day, UTC. May jump.
using WallTime = std::chrono::sys_time<Duration>;

}  // namespace pulter::io
