// SHA-256 for one, two or three messages with the SHA extensions (Intel, "Intel SHA Extensions", 2013).
//
// Four rounds are two instructions that each wait for the one before, so one message leaves the unit idle for
// half of its time or more. Everything below is written per lane and unrolled: the compiler sees independent
// chains. No lambda or template here is used by another file: this one is compiled for other instructions.

#include "codec/sign/sha256_lanes.h"

#include <immintrin.h>

#include <utility>

namespace pulter::sign {
namespace {

// FIPS 180-4, section 4.2.2.
alignas(64) constexpr std::uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using Words = __m128i;

Words load(const void* from) noexcept {
  return _mm_loadu_si128(static_cast<const Words*>(from));
}
void store(void* to, Words words) noexcept {
  _mm_storeu_si128(static_cast<Words*>(to), words);
}

/// A state as the instructions want it, and the sixteen message words of the block in work.
struct Lane {
  Words abef;
  Words cdgh;
  Words message[4];
};

/// Rounds 4 * group … + 3 of one lane.
template <std::size_t group>
[[gnu::always_inline]] inline void four_rounds(Lane& lane, const std::uint8_t* block) noexcept {
  constexpr std::size_t now = group % 4;
  if constexpr (group < 4) {
    const Words big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    lane.message[now] = _mm_shuffle_epi8(load(block + 16 * group), big_endian);
  } else {
    // Words t … t + 3 from those 16, 15, 7 and 2 rounds before; `message[now]` still holds t - 16 …
    const Words last = lane.message[(group + 3) % 4];
    const Words seven_before = _mm_alignr_epi8(last, lane.message[(group + 2) % 4], 4);
    const Words first = _mm_sha256msg1_epu32(lane.message[now], lane.message[(group + 1) % 4]);
    lane.message[now] = _mm_sha256msg2_epu32(_mm_add_epi32(first, seven_before), last);
  }
  const Words sum = _mm_add_epi32(lane.message[now], load(round_constants + 4 * group));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

template <std::size_t lane_count, std::size_t group, std::size_t... lane>
[[gnu::always_inline]] inline void group_of_all(Lane* lanes, const std::uint8_t* const* blocks,
                                                std::index_sequence<lane...>) noexcept {
  (four_rounds<group>(lanes[lane], blocks[lane]), ...);
}

template <std::size_t lane_count, std::size_t... group>
[[gnu::always_inline]] inline void all_groups(Lane* lanes, const std::uint8_t* const* blocks,
                                              std::index_sequence<group...>) noexcept {
  (group_of_all<lane_count, group>(lanes, blocks, std::make_index_sequence<lane_count>()), ...);
}

[[gnu::always_inline]] inline void load_state(Lane& lane, const std::uint32_t* state) noexcept {
  const Words badc = _mm_shuffle_epi32(load(state), 0xb1);
  const Words hgfe = _mm_shuffle_epi32(load(state + 4), 0x1b);
  lane.abef = _mm_alignr_epi8(badc, hgfe, 8);
  lane.cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

[[gnu::always_inline]] inline void store_state(const Lane& lane, std::uint32_t* state) noexcept {
  const Words feba = _mm_shuffle_epi32(lane.abef, 0x1b);
  const Words dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
  store(state, _mm_blend_epi16(feba, dchg, 0xf0));
  store(state + 4, _mm_alignr_epi8(dchg, feba, 8));
}

template <std::size_t lane_count>
void step(std::uint32_t* const* states, const std::uint8_t* const* first_blocks,
          std::size_t block_count) noexcept {
  Lane lanes[lane_count];
  const std::uint8_t* blocks[lane_count];
  for (std::size_t i = 0; i < lane_count; ++i) {
    load_state(lanes[i], states[i]);
    blocks[i] = first_blocks[i];
  }
  for (; block_count > 0; --block_count) {
    Words abef[lane_count];
    Words cdgh[lane_count];
    for (std::size_t i = 0; i < lane_count; ++i) {
      abef[i] = lanes[i].abef;
      cdgh[i] = lanes[i].cdgh;
    }
    all_groups<lane_count>(lanes, blocks, std::make_index_sequence<16>());
    for (std::size_t i = 0; i < lane_count; ++i) {
      lanes[i].abef = _mm_add_epi32(lanes[i].abef, abef[i]);
      lanes[i].cdgh = _mm_add_epi32(lanes[i].cdgh, cdgh[i]);
      blocks[i] += 64;
    }
  }
  for (std::size_t i = 0; i < lane_count; ++i) store_state(lanes[i], states[i]);
}

}  // namespace

void sha256_lanes_step(std::uint32_t* const* states, const std::uint8_t* const* blocks,
                       std::size_t lane_count, std::size_t block_count) noexcept {
  switch (lane_count) {
    case 1:
      return step<1>(states, blocks, block_count);
    case 2:
      return step<2>(states, blocks, block_count);
    default:
      return step<3>(states, blocks, block_count);
  }
}

}  // namespace pulter::sign
