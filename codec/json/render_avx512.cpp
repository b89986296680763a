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

#include "codec/json/escape_table.h"
#include "codec/json/render_marks.h"

namespace pulter::json {
namespace {

/// What a block of 64 bytes needs: which of its bytes get a backslash before them, and which become one.
struct BlockEscapes {
  std::uint64_t before;
  std::uint64_t replaced;  ///< the first `"` of each doubled one
};

/// One byte after the other, for a block that has a control character without a letter.
__attribute__((noinline)) char* write_block_slowly(const char* text, std::uint32_t size, BlockEscapes block,
                                                   char* out) {
  for (std::uint32_t i = 0; i < size; ++i) {
    const Escape& escape = escapes[static_cast<unsigned char>(text[i])];
    if ((block.before >> i & 1) != 0) {
      __builtin_memcpy(out, &escape, sizeof escape);
      out += escape.size;
    } else {
      *out++ = (block.replaced >> i & 1) != 0 ? '\\' : text[i];
    }
  }
  return out;
}

/// 32 bytes become 64 slots, a backslash before each byte, of which those that are wanted are compressed.
inline char* write_half(__m256i text, std::uint32_t size, std::uint32_t before, char* out) {
  const __m512i slots =
      _mm512_or_si512(_mm512_slli_epi16(_mm512_cvtepu8_epi16(text), 8), _mm512_set1_epi16('\\'));
  const std::uint64_t kept = _pdep_u64(before, 0x5555555555555555u) | 0xaaaaaaaaaaaaaaaau;
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, slots));
  return out + size + __builtin_popcount(before);
}

/// Writes the `size` first bytes of a block; no branch depends on where in it the escapes are.
inline char* write_block(__m512i text, std::uint32_t size, BlockEscapes block, const char* data, char* out) {
  const __m512i mapped = _mm512_mask_mov_epi8(text, block.replaced, _mm512_set1_epi8('\\'));
  // By the low four bits: the letter of a control character, and the one control character that has it.
  const __m512i letter_of =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 'b', 't', 'n', 0, 'f', 'r', 0, 0));
  const __m512i control_of =
      _mm512_broadcast_i32x4(_mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, '\b', '\t', '\n', 0, '\f', '\r', 0, 0));
  const std::uint64_t controls = _mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(0x20)) & block.before;
  const std::uint64_t with_letter = _mm512_cmpeq_epi8_mask(text, _mm512_shuffle_epi8(control_of, text));
  if (__builtin_expect((controls & ~with_letter) != 0, 0)) return write_block_slowly(data, size, block, out);
  const __m512i lettered = _mm512_mask_shuffle_epi8(mapped, controls, letter_of, text);
  const std::uint32_t low_size = size < 32 ? size : 32;
  out = write_half(_mm512_castsi512_si256(lettered), low_size, static_cast<std::uint32_t>(block.before), out);
  return write_half(_mm512_extracti64x4_epi64(lettered, 1), size - low_size,
                    static_cast<std::uint32_t>(block.before >> 32), out);
}

inline char* write_escaped(bool quoted, const char* data, std::uint32_t at, std::uint32_t end, Marks,
                           char* out) {
  std::uint64_t odd_quote = 0;  // all ones where the last quote was the first of two
  std::uint64_t half = 0;       // 1 where it was the last byte of a block
  for (; at < end; at += 64) {
    const std::uint32_t size = end - at < 64 ? end - at : 64;
    const __m512i text = _mm512_loadu_si512(data + at);
    const std::uint64_t quotes = _bzhi_u64(_mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('"')), size);
    const std::uint64_t others = _bzhi_u64(_mm512_cmplt_epu8_mask(text, _mm512_set1_epi8(0x20)) |
                                               _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\')),
                                           size);
    BlockEscapes block{others | quotes, 0};
    if (quoted) {
      const __m128i product =
          _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(quotes)), _mm_set1_epi8(-1), 0);
      const std::uint64_t odd = static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)) ^ odd_quote;
      const std::uint64_t first = quotes & odd;
      if (__builtin_expect((quotes & ~odd) != ((first << 1) | half), 0)) return nullptr;
      block = {others, first};
      odd_quote = ~((odd >> 63) - 1);
      half = first >> 63;
    }
    out = write_block(text, size, block, data + at, out);
  }
  return half == 0 && odd_quote == 0 ? out : nullptr;
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
