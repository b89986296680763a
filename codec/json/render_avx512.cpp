// Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512vbmi -mavx512vbmi2 and what avx2 has.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "codec/base/row_id.h"

namespace pulter::json {
namespace {

constexpr std::size_t copy_bytes = 32;

inline void copy_block(char* to, const char* from) {
  __builtin_memcpy(to, from, copy_bytes);
}

// Where each of the 36 characters is found among the 32 digits; 32 stands for the dash.
alignas(64) constexpr std::uint8_t id_places[64] = {0,  1,  2,  3,  4,  5,  6,  7,  32, 8,  9,  10,
                                                    11, 32, 12, 13, 14, 15, 32, 16, 17, 18, 19, 32,
                                                    20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

inline void write_id(RowIdBits bits, char* out) {
  const __m128i bytes = _mm_set_epi64x(static_cast<long long>(__builtin_bswap64(bits.low)),
                                       static_cast<long long>(__builtin_bswap64(bits.high)));
  // Each byte becomes two nibbles, the high one first.
  const __m256i words = _mm256_cvtepu8_epi16(bytes);
  const __m256i nibbles = _mm256_and_si256(
      _mm256_or_si256(_mm256_slli_epi16(words, 8), _mm256_srli_epi16(words, 4)), _mm256_set1_epi8(0x0f));
  const __m256i alphabet = _mm256_broadcastsi128_si256(
      _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'));
  const __m256i digits = _mm256_shuffle_epi8(alphabet, nibbles);
  const __m512i dashes = _mm512_set1_epi8('-');
  const __m512i source = _mm512_inserti64x4(dashes, digits, 0);
  _mm512_storeu_si512(out, _mm512_permutexvar_epi8(_mm512_load_si512(id_places), source));
}

}  // namespace
}  // namespace pulter::json

#include "codec/json/render_marks.h"

namespace pulter::json {
namespace {

/// Bytes of a text that are escaped at a time: eight backslashes more still fit one register, and the marks
/// of as many can be read at any place.
constexpr std::uint32_t step_bytes = 56;
constexpr std::uint32_t half_step_bytes = step_bytes / 2;

/// Where the bytes of half a step stand in its output, in which a backslash goes before each one of `before`.
/// Each byte is given two slots, the first of which is left out where there is no backslash.
inline std::uint64_t places_of_half(std::uint64_t before) {
  constexpr std::uint64_t bytes = 0x00aa'aaaa'aaaa'aaaa;
  constexpr std::uint64_t backslashes = 0x0055'5555'5555'5555;
  return _pext_u64(bytes, _pdep_u64(before, backslashes) | bytes);
}

/// Spreads a step's bytes, a backslash before each one of `before`, and returns the end of what was written.
inline char* write_step(__m512i text, std::uint32_t size, std::uint64_t before, char* out) {
  const __m512i backslashes = _mm512_set1_epi8('\\');
  constexpr std::uint64_t first_half_mask = (std::uint64_t{1} << half_step_bytes) - 1;
  const auto first_half = static_cast<std::uint32_t>(_mm_popcnt_u64(before & first_half_mask));
  const std::uint64_t places = places_of_half(before);
  const std::uint64_t places_behind = places_of_half(before >> half_step_bytes);
  const auto added = static_cast<std::uint32_t>(_mm_popcnt_u64(before));
  const std::uint32_t half_size = half_step_bytes + first_half;
  if (__builtin_expect(step_bytes + added > 64, 0)) {
    _mm512_storeu_si512(out, _mm512_mask_expand_epi8(backslashes, places, text));
    if (size <= half_step_bytes) return out + size + added;
    const __m512i behind = _mm512_maskz_compress_epi8(~std::uint64_t{0} << half_step_bytes, text);
    _mm512_storeu_si512(out + half_size, _mm512_mask_expand_epi8(backslashes, places_behind, behind));
  } else {
    const std::uint64_t all_places = places | (places_behind << half_size);
    _mm512_storeu_si512(out, _mm512_mask_expand_epi8(backslashes, all_places, text));
  }
  return out + size + added;
}

/// The quotes of a step, told apart.
struct QuotePairs {
  std::uint64_t first = 0;  ///< the first one of each pair
  std::uint64_t half = 0;   ///< 1 where the last byte of the step is one
  bool paired = false;      ///< every quote is one of two
};

/// Pairs that touch other pairs, which `pair_quotes` leaves.
__attribute__((noinline)) QuotePairs pair_any_quotes(std::uint64_t quotes, std::uint64_t half) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(quotes)), _mm_set1_epi8(-1), 0);
  const std::uint64_t odd = static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)) ^ (~half + 1);
  const std::uint64_t first = quotes & odd;
  const std::uint64_t second = (first << 1 | half) & ~(std::uint64_t{1} << step_bytes);
  return {first, first >> (step_bytes - 1), (quotes ^ first) == second};
}

/// `half`: whether the step before ended with the first of a pair.
inline QuotePairs pair_quotes(std::uint64_t quotes, std::uint64_t half) {
  const std::uint64_t first = quotes & ~(quotes << 1 | half);
  const std::uint64_t second = (first << 1 | half) & ~(std::uint64_t{1} << step_bytes);
  if (__builtin_expect((quotes ^ first) != second, 0)) return pair_any_quotes(quotes, half);
  return {first, first >> (step_bytes - 1), true};
}

/// No branch depends on where the escapes are, and what is worked out of the marks waits for no wide
/// register. Null also where a control character has no letter, within the cell or right behind it.
template <bool quoted>
inline char* write_escaped(const char* data, std::uint32_t at, std::uint32_t end, Marks marks, char* out) {
  // By the low four bits: the letter of a control character, and the one control character that has it.
  const __m512i letter_of =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 'b', 't', 'n', 0, 'f', 'r', 0, 0));
  const __m512i control_of =
      _mm512_broadcast_i32x4(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, '\b', '\t', '\n', 0, '\f', '\r', 0, 0));
  __m512i lowest = _mm512_set1_epi8(0x20);  // of each place's bytes, letters put in
  std::uint64_t half = 0;
  for (; at < end; at += step_bytes) {
    const std::uint32_t size = end - at < step_bytes ? end - at : step_bytes;
    std::uint64_t before = _bzhi_u64(marks.from(at), size);
    __m512i text = _mm512_loadu_si512(data + at);
    const __mmask64 with_letter = _mm512_cmpeq_epi8_mask(text, _mm512_shuffle_epi8(control_of, text));
    text = _mm512_mask_shuffle_epi8(text, with_letter, letter_of, text);
    lowest = _mm512_min_epu8(lowest, text);
    if (quoted) {
      const std::uint64_t quotes = _bzhi_u64(marks.quotes_from(at), size);
      const QuotePairs pairs = pair_quotes(quotes, half);
      if (__builtin_expect(!pairs.paired, 0)) return nullptr;
      // The first of two becomes the backslash of the second.
      before ^= quotes;
      text = _mm512_mask_mov_epi8(text, pairs.first, _mm512_set1_epi8('\\'));
      half = pairs.half;
    }
    out = write_step(text, size, before, out);
  }
  const bool without_letter = _mm512_cmplt_epu8_mask(lowest, _mm512_set1_epi8(0x20)) != 0;
  return half == 0 && !without_letter ? out : nullptr;
}

}  // namespace
}  // namespace pulter::json

#include "codec/json/render_rows.h"

namespace pulter::json {

RenderStop render_rows_avx512(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                              RenderCursor& cursor) {
  return render_any(shape, index, data, cursor);
}

}  // namespace pulter::json
