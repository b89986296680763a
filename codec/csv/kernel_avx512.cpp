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
  /// Joined before they move to where numbers are: see as_number.
  std::uint64_t specials() const { return _kor_mask64(_kor_mask64(controls(), equal('\\')), equal('"')); }
  std::uint64_t high_bits() const { return _mm512_movepi8_mask(bytes); }
  std::uint8_t high_eights() const {
    return _mm512_test_epi64_mask(bytes, _mm512_set1_epi8(static_cast<char>(0x80)));
  }
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

inline std::uint64_t prefix_xor(std::uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}

inline std::uint64_t not_zero(const std::uint64_t* words) {
  std::uint64_t found = 0;
  for (std::uint32_t i = 0; i < 64; i += 8) {
    const __m512i eight = _mm512_loadu_si512(words + i);
    found |= std::uint64_t{_mm512_test_epi64_mask(eight, eight)} << i;
  }
  return found;
}

// UTF-8 by three look-ups, after Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte"
// (2021): two bytes that follow each other are wrong where the high half of the first, its low half and the
// high half of the second all allow the same mistake. The tables are worked out from what each mistake is.

/// The mistakes that two bytes show; a third continuation byte in a row is none where a longer character
/// began.
enum Mistake : std::uint8_t {
  cut_short = 1,         ///< a first byte, then none that continues
  without_start = 2,     ///< ASCII, then a byte that continues
  overlong_two = 4,      ///< c0, c1
  overlong_three = 8,    ///< e0 80 to e0 9f
  overlong_four = 16,    ///< f0 80 to f0 8f; also f5 and up, then 80 to 8f
  surrogate = 32,        ///< ed a0 to ed bf
  too_large = 64,        ///< f4 90 and up; f5 and up, then 90 and up
  two_continuing = 128,  ///< two bytes that continue
};

/// Of the second byte its high half says all.
constexpr std::uint8_t mistakes_of(unsigned first, unsigned second_half) {
  const unsigned second = second_half << 4;
  const bool continues = second >= 0x80 && second < 0xc0;
  unsigned found = 0;
  if (first >= 0xc0 && !continues) found |= cut_short;
  if (first < 0x80 && continues) found |= without_start;
  if ((first == 0xc0 || first == 0xc1) && continues) found |= overlong_two;
  if (first == 0xe0 && second >= 0x80 && second < 0xa0) found |= overlong_three;
  if (first == 0xf0 && second >= 0x80 && second < 0x90) found |= overlong_four;
  if (first == 0xed && second >= 0xa0 && second < 0xc0) found |= surrogate;
  if (first >= 0xf4 && second >= 0x90 && second < 0xc0) found |= too_large;
  if (first >= 0xf5 && second >= 0x80 && second < 0x90) found |= overlong_four;
  if (first >= 0x80 && first < 0xc0 && continues) found |= two_continuing;
  return static_cast<std::uint8_t>(found);
}

struct MistakeTables {
  alignas(16) std::uint8_t first_high[16] = {};
  alignas(16) std::uint8_t first_low[16] = {};
  alignas(16) std::uint8_t second_high[16] = {};

  constexpr MistakeTables() {
    for (unsigned first = 0; first < 256; ++first) {
      for (unsigned second = 0; second < 16; ++second) {
        const unsigned found = mistakes_of(first, second);
        first_high[first >> 4] = static_cast<std::uint8_t>(first_high[first >> 4] | found);
        first_low[first & 15] = static_cast<std::uint8_t>(first_low[first & 15] | found);
        second_high[second] = static_cast<std::uint8_t>(second_high[second] | found);
      }
    }
  }
  /// Whether the three tables together say just what `mistakes_of` says.
  [[nodiscard]] constexpr bool exact() const {
    for (unsigned first = 0; first < 256; ++first) {
      for (unsigned second = 0; second < 16; ++second) {
        const unsigned said = first_high[first >> 4] & first_low[first & 15] & second_high[second];
        if (said != mistakes_of(first, second)) return false;
      }
    }
    return true;
  }
};

constexpr MistakeTables mistakes;
static_assert(mistakes.exact(), "two mistakes that share a bit are told apart by no half of a byte");

#define PULTER_UTF8_BY_VECTOR 1

/// Collects what is no UTF-8, block by block; three bytes before each block are read.
struct Utf8Errors {
  __m512i seen = _mm512_setzero_si512();

  static __m512i table(const std::uint8_t* entries) {
    return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(entries)));
  }
  static __m512i high_half(__m512i bytes) {
    return _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0f));
  }
  void take(const char* data) {
    const __m512i second = _mm512_loadu_si512(data);
    const __m512i first = _mm512_loadu_si512(data - 1);
    const __m512i by_high = _mm512_shuffle_epi8(table(mistakes.first_high), high_half(first));
    const __m512i by_low =
        _mm512_shuffle_epi8(table(mistakes.first_low), _mm512_and_si512(first, _mm512_set1_epi8(0x0f)));
    const __m512i by_second = _mm512_shuffle_epi8(table(mistakes.second_high), high_half(second));
    constexpr int all_three = 0x80;
    const __m512i found = _mm512_ternarylogic_epi64(by_high, by_low, by_second, all_three);
    // Two bytes that continue are right where, and only where, a character of three or four bytes asks for
    // it.
    const __mmask64 asked =
        _mm512_cmpge_epu8_mask(_mm512_loadu_si512(data - 2), _mm512_set1_epi8(static_cast<char>(0xe0))) |
        _mm512_cmpge_epu8_mask(_mm512_loadu_si512(data - 3), _mm512_set1_epi8(static_cast<char>(0xf0)));
    const __m512i wanted = _mm512_maskz_set1_epi8(asked, static_cast<char>(two_continuing));
    constexpr int or_difference = 0xf6;  // a | (b ^ c)
    seen = _mm512_ternarylogic_epi64(seen, found, wanted, or_difference);
  }
  bool any() const { return _mm512_test_epi8_mask(seen, seen) != 0; }
};

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
