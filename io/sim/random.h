#pragma once

#include <cstdint>

namespace pulter::io {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the one source of
/// chance in a simulation. Same seed, same sequence, on every machine. Not for secrets.
class SimRandom {
 public:
  explicit SimRandom(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    return mix(state_);
  }
  /// 0 … bound-1; 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }
  /// True `per_mille` times in a thousand. Draws nothing at 0, so that a fault that is off changes no run.
  bool hits(std::uint32_t per_mille) noexcept { return per_mille != 0 && below(1000) < per_mille; }

  static std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
  }

 private:
  std::uint64_t state_;
};

}  // namespace pulter::io
