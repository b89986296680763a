#pragma once

#include <cstdint>

namespace pulter::io {

/// Unix milliseconds of the system's clock, for threads that have no Io of their own (the store's).
[[nodiscard]] std::int64_t system_unix_ms() noexcept;
/// Microseconds of the monotonic clock, from any start: for the same threads, to time what they do.
[[nodiscard]] std::int64_t monotonic_us() noexcept;

}  // namespace pulter::io
