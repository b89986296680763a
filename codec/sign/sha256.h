#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pulter::sign {

inline constexpr std::size_t sha256_block_bytes = 64;
inline constexpr std::size_t sha256_bytes = 32;
/// Messages that the fastest kernel hashes side by side. The instructions wait for their own results, so a
/// second and a third message fill the gaps; a fourth no longer fits the registers.
inline constexpr std::size_t sha256_lanes_max = 3;

using Sha256State = std::array<std::uint32_t, 8>;
using Sha256Sum = std::array<std::uint8_t, sha256_bytes>;

/// The first state of every SHA-256 (FIPS 180-4, section 5.3.3).
inline constexpr Sha256State sha256_start = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// What turns blocks into states. `boringssl`: one message after the other, anywhere. `lanes`: up to three
/// side by side with the processor's SHA instructions.
enum class Sha256Kernel : std::uint8_t { boringssl, lanes };

/// Whether this build has the kernel and this processor runs it.
[[nodiscard]] bool supported(Sha256Kernel kernel) noexcept;
/// The fastest that is supported.
[[nodiscard]] Sha256Kernel best_sha256_kernel() noexcept;

/// One message's part in a common step: its state, and where its next blocks stand.
struct Sha256Lane {
  Sha256State* state = nullptr;
  const std::uint8_t* blocks = nullptr;
};

/// Moves each lane on by `block_count` blocks. `lanes`: 1 to sha256_lanes_max, states all different; blocks
/// may be the same memory. Pure, but for the states.
void sha256_step(std::span<const Sha256Lane> lanes, std::size_t block_count, Sha256Kernel kernel) noexcept;

/// SHA-256 of bytes that come in parts (FIPS 180-4). A copy goes on by itself. Neither allocates nor fails.
class Sha256 {
 public:
  Sha256() = default;

  void update(std::string_view part) noexcept;
  /// The sum of everything that came; afterwards the object is used up.
  [[nodiscard]] Sha256Sum finish() noexcept;

  struct Part;
  /// The next part of several messages at once, as many side by side as the kernel takes. Lengths may
  /// differ; no message may appear twice. Same result as update() of each.
  static void update_together(std::span<const Part> parts, Sha256Kernel kernel) noexcept;

 private:
  std::string_view fill_tail(std::string_view part, Sha256Kernel kernel) noexcept;

  Sha256State state_ = sha256_start;
  std::uint64_t bytes_ = 0;
  std::array<std::uint8_t, sha256_block_bytes>
      tail_{};  ///< the first bytes_ % 64 of a block that is not whole
};

struct Sha256::Part {
  Sha256* message = nullptr;
  std::string_view bytes;
};

}  // namespace pulter::sign
