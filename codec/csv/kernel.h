#pragma once

#include <cstdint>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::csv {

/// The instruction sets that have kernels of their own, from the plainest up. `scalar` is the reference.
enum class Isa : std::uint8_t { scalar, avx2, avx512 };

/// "scalar", "avx2", "avx512".
[[nodiscard]] std::string_view name(Isa isa) noexcept;

/// Whether this build has kernels for `isa` and this processor runs them.
[[nodiscard]] bool supported(Isa isa) noexcept;

/// Chooses the kernels that everything in csv and json uses from now on.
///
/// `forced` is what the caller found in PULTER_KERNEL; empty: the best this processor runs, which is also
/// what is used before any call. Call at start-up, before writers are made. Errors: bad_value (no such
/// kernel), not_supported (this processor lacks it).
Result<Isa> select_kernel(std::string_view forced);

/// The choice now in force. One relaxed load.
[[nodiscard]] Isa active_isa() noexcept;

}  // namespace pulter::csv
