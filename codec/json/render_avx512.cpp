// Compiled with -mavx512f -mavx512bw -mavx512vl -mavx512vbmi -mavx512vbmi2 and what avx2 has.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "codec/base/row_id.h"

namespace pulter::json {
namespace {

constexpr std::size_t copy_bytes = 64;

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

#include "codec/json/render_rows.h"

namespace pulter::json {

RenderStop render_rows_avx512(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                              RenderCursor& cursor) {
  return render_any(shape, index, data, cursor);
}

}  // namespace pulter::json
