// 64 bytes as one register. Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512vbmi -mavx512vbmi2 and what
// avx2 has.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace pulter::csv {
namespace {

struct Block {
  __m512i bytes;

  static Block load(const char* data) { return {_mm512_loadu_si512(data)}; }
  std::uint64_t equal(char c) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c)); }
  std::uint64_t controls() const { return _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)); }
  std::uint64_t high_bits() const { return _mm512_movepi8_mask(bytes); }
  std::uint64_t at_least(unsigned char c) const {
    return _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8(static_cast<char>(c)));
  }
  std::uint64_t line_ends() const {
    // Each byte is compared with the one line end that has its low four bits; no byte equals what stands for
    // the others.
    const __m512i line_end_of =
        _mm512_broadcast_i32x4(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0));
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(line_end_of, bytes));
  }
};

/// Whether any byte seen had its high bit set.
struct HighBits {
  __m512i seen = _mm512_setzero_si512();
  void take(const Block& block) { seen = _mm512_or_si512(seen, block.bytes); }
  bool any() const { return _mm512_movepi8_mask(seen) != 0; }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

alignas(64) constexpr std::uint8_t positions[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

inline void emit(std::uint16_t* out, std::uint16_t base, std::uint64_t mask) {
  const __m512i found = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(positions));
  const __m512i offset = _mm512_set1_epi16(static_cast<short>(base));
  const __m512i first = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(found));
  _mm512_storeu_si512(out, _mm512_add_epi16(first, offset));
  if (__builtin_popcountll(mask) > 32) {
    const __m512i second = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(found, 1));
    _mm512_storeu_si512(out + 32, _mm512_add_epi16(second, offset));
  }
}

}  // namespace
}  // namespace pulter::csv

#include "codec/csv/kernel_blocks.h"

namespace pulter::csv {

const Kernel kernel_avx512{skip, scan, index, controls, utf8};

}  // namespace pulter::csv
