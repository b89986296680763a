#pragma once

#include <string>
#include <string_view>

#include "io/io.h"

namespace pulter::shard {

/// A fresh id, "evt_" and a ULID, from this Io's clock and randomness.
[[nodiscard]] std::string new_id(io::Io& io, std::string_view prefix);

/// Unix milliseconds of this Io's wall clock.
[[nodiscard]] std::int64_t unix_ms(io::Io& io);
[[nodiscard]] std::uint64_t random_u64(io::Io& io);

}  // namespace pulter::shard
