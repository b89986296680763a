#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "io/sim/random.h"

namespace pulter::sim {

/// Where the decisions of a run come from: a seed, or the bytes of a fuzzer, so that whoever searches can
/// steer.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : random_(seed), from_bytes_(false) {}
  /// Two bytes a decision; zeros when they are used up. `bytes` must outlive this.
  explicit Choices(std::span<const std::uint8_t> bytes)
      : random_(bytes.size()), bytes_(bytes), from_bytes_(true) {}

  /// 0 … bound-1; 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) {
    if (!from_bytes_) return random_.below(bound);
    const std::uint64_t number = std::uint64_t{next_byte()} << 8U | next_byte();
    return bound == 0 ? 0 : number % bound;
  }
  bool hits(std::uint32_t per_mille) { return below(1000) < per_mille; }

 private:
  std::uint8_t next_byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }

  io::SimRandom random_;
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool from_bytes_;
};

}  // namespace pulter::sim
