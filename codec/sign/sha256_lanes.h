#pragma once

// The kernel with the processor's SHA instructions, in a file of its own because it is compiled for them.

#include <cstddef>
#include <cstdint>

namespace pulter::sign {

/// Moves `lane_count` (1 to 3) states of eight words each on by `block_count` blocks. Only where
/// supported(Sha256Kernel::lanes).
void sha256_lanes_step(std::uint32_t* const* states, const std::uint8_t* const* blocks,
                       std::size_t lane_count, std::size_t block_count) noexcept;

}  // namespace pulter::sign
