// 64 bytes as two 32-byte registers. Compiled with -mavx2 -mbmi -mbmi2 -mpclmul -mpopcnt.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace pulter::csv {
namespace {

struct Block {
  __m256i low;
  __m256i high;

  static Block load(const char* data) {
    const auto* wide = reinterpret_cast<const __m256i*>(data);
    return {_mm256_loadu_si256(wide), _mm256_loadu_si256(wide + 1)};
  }
  static std::uint64_t join(__m256i low_bits, __m256i high_bits) {
    const auto below = static_cast<std::uint32_t>(_mm256_movemask_epi8(low_bits));
    const auto above = static_cast<std::uint32_t>(_mm256_movemask_epi8(high_bits));
    return below | (std::uint64_t{above} << 32);
  }
  std::uint64_t equal(char c) const {
    const __m256i wanted = _mm256_set1_epi8(c);
    return join(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  }
  std::uint64_t controls() const {
    const __m256i highest = _mm256_set1_epi8(0x1f);
    return join(_mm256_cmpeq_epi8(_mm256_min_epu8(low, highest), low),
                _mm256_cmpeq_epi8(_mm256_min_epu8(high, highest), high));
  }
  std::uint64_t specials() const {
    const auto of = [](__m256i bytes) {
      const __m256i quotes = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
      const __m256i backslashes = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
      const __m256i controls = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
      return _mm256_or_si256(_mm256_or_si256(quotes, backslashes), controls);
    };
    return join(of(low), of(high));
  }
  std::uint64_t high_bits() const { return join(low, high); }
  std::uint8_t high_eights() const {
    const __m256i high_bit = _mm256_set1_epi8(static_cast<char>(0x80));
    const auto all_ascii = [](__m256i bits) {
      return _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(bits, _mm256_setzero_si256())));
    };
    const int ascii =
        all_ascii(_mm256_and_si256(low, high_bit)) | (all_ascii(_mm256_and_si256(high, high_bit)) << 4);
    return static_cast<std::uint8_t>(ascii ^ 0xff);
  }
  std::uint64_t at_least(unsigned char c) const {
    const __m256i least = _mm256_set1_epi8(static_cast<char>(c));
    return join(_mm256_cmpeq_epi8(_mm256_max_epu8(low, least), low),
                _mm256_cmpeq_epi8(_mm256_max_epu8(high, least), high));
  }
  std::uint64_t line_ends() const {
    // Each byte is compared with the one line end that has its low four bits; no byte equals what stands for
    // the others.
    const __m256i line_end_of =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0));
    return join(_mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(line_end_of, low)),
                _mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(line_end_of, high)));
  }
};

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

inline std::uint64_t not_zero(const std::uint64_t* words) {
  std::uint64_t zero = 0;
  for (std::uint32_t i = 0; i < 64; i += 4) {
    const __m256i four = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + i));
    const __m256i equal = _mm256_cmpeq_epi64(four, _mm256_setzero_si256());
    zero |= static_cast<std::uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(equal))) << i;
  }
  return ~zero;
}

inline void emit(std::uint16_t* out, std::uint16_t base, std::uint64_t mask) {
  const auto count = static_cast<std::uint32_t>(__builtin_popcountll(mask));
  // Eight at a time whether they are there or not: the loop's end is then foretold for most files.
  for (std::uint32_t done = 0; done < count; done += 8) {
    for (std::uint32_t i = 0; i < 8; ++i) {
      out[done + i] = static_cast<std::uint16_t>(base + _tzcnt_u64(mask));
      mask &= mask - 1;
    }
  }
}

}  // namespace
}  // namespace pulter::csv

#include "codec/csv/kernel_blocks.h"

namespace pulter::csv {

const Kernel kernel_avx2{skip, scan, index, controls, utf8};

}  // namespace pulter::csv
