#pragma once

#include <cstddef>

namespace pulter {

/// How often this program has allocated with operator new; linking this counts. One thread.
[[nodiscard]] std::size_t allocation_count() noexcept;

}  // namespace pulter
