// Compiled with -mavx2 -mbmi -mbmi2 -mpopcnt.

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

/// Eight, four, four, four, twelve digits: two shuffles put them and leave gaps for the dashes.
inline void write_id(RowIdBits bits, char* out) {
  const __m128i digits =
      _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f');
  const __m128i bytes = _mm_set_epi64x(static_cast<long long>(__builtin_bswap64(bits.low)),
                                       static_cast<long long>(__builtin_bswap64(bits.high)));
  const __m128i nibble = _mm_set1_epi8(0x0f);
  const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
  const __m128i low = _mm_and_si128(bytes, nibble);
  const __m128i first = _mm_shuffle_epi8(digits, _mm_unpacklo_epi8(high, low));
  const __m128i second = _mm_shuffle_epi8(digits, _mm_unpackhi_epi8(high, low));
  const __m128i gaps_a = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, '-', 0, 0, 0, 0, '-', 0, 0);
  const __m128i gaps_b = _mm_setr_epi8(0, 0, '-', 0, 0, 0, 0, '-', 0, 0, 0, 0, 0, 0, 0, 0);
  const __m128i place_a = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, -1, 8, 9, 10, 11, -1, 12, 13);
  const __m128i place_b = _mm_setr_epi8(14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i place_c = _mm_setr_epi8(-1, -1, -1, 0, 1, 2, 3, -1, 4, 5, 6, 7, 8, 9, 10, 11);
  const __m128i a = _mm_or_si128(_mm_shuffle_epi8(first, place_a), gaps_a);
  const __m128i b =
      _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(first, place_b), _mm_shuffle_epi8(second, place_c)), gaps_b);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), a);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), b);
  const int rest = _mm_extract_epi32(second, 3);
  __builtin_memcpy(out + 32, &rest, 4);
}

}  // namespace
}  // namespace pulter::json

#include "codec/json/escape_table.h"
#include "codec/json/render_marks.h"

namespace pulter::json {
namespace {

/// Run by run: each step copies up to the next special byte, or as far as the marks are sure.
template <bool quoted>
inline char* write_escaped(const char* data, std::uint32_t at, std::uint32_t end, Marks marks, char* out) {
  while (at < end) {
    const std::uint32_t stop = marks.next_near(at, end);
    copy_text(out, data + at, stop - at);
    out += stop - at;
    if (stop == end) break;
    at = stop;
    const auto c = static_cast<unsigned char>(data[at]);
    const Escape& escape = escapes[c];
    if (escape.size == 0) continue;  // only as far as the marks were sure
    if (c == '"' && quoted) {
      ++at;
      if (at == end || data[at] != '"') return nullptr;
    }
    ++at;
    __builtin_memcpy(out, &escape, sizeof escape);
    out += escape.size;
  }
  return out;
}

}  // namespace
}  // namespace pulter::json

#include "codec/json/render_rows.h"

namespace pulter::json {

RenderStop render_rows_avx2(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                            RenderCursor& cursor) {
  return render_any(shape, index, data, cursor);
}

}  // namespace pulter::json
