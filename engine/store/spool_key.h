#pragma once

#include <string>
#include <string_view>

#include "io/io.h"

namespace pulter::store {

/// A new name for a file in the spool: 32 hex digits at random, so that no two daemons ever choose the same.
[[nodiscard]] std::string make_spool_key(io::Io& io);
/// Nothing else is ever made into a path.
[[nodiscard]] bool is_spool_key(std::string_view text) noexcept;

/// A new name for a small file, which lives in the store: ascending in time, so that it is added at the end.
[[nodiscard]] std::string make_small_key(io::Io& io);
[[nodiscard]] bool is_small_key(std::string_view text) noexcept;

}  // namespace pulter::store
