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

/// What a block of 32 bytes needs: which of its bytes get a backslash before them, and which become one.
struct BlockEscapes {
  std::uint32_t before;
  std::uint32_t replaced;  ///< the first `"` of each doubled one
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

/// 32 bytes become 64 slots, a backslash before each byte, of which those that are wanted are compressed. No
/// branch depends on where the special bytes are.
inline char* write_block(__m256i text, std::uint32_t size, BlockEscapes block, const char* data, char* out) {
  // By the low four bits: the letter of a control character, and the one control character that has it.
  const __m256i letter_of =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 'b', 't', 'n', 0, 'f', 'r', 0, 0));
  const __m256i control_of = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(1, 0, 0, 0, 0, 0, 0, 0, '\b', '\t', '\n', 0, '\f', '\r', 0, 0));
  const std::uint32_t controls = _mm256_cmplt_epu8_mask(text, _mm256_set1_epi8(0x20)) & block.before;
  const std::uint32_t with_letter = _mm256_cmpeq_epi8_mask(text, _mm256_shuffle_epi8(control_of, text));
  if (__builtin_expect((controls & ~with_letter) != 0, 0)) return write_block_slowly(data, size, block, out);
  __m256i mapped = _mm256_mask_shuffle_epi8(text, controls, letter_of, text);
  mapped = _mm256_mask_mov_epi8(mapped, block.replaced, _mm256_set1_epi8('\\'));
  const __m512i slots =
      _mm512_or_si512(_mm512_slli_epi16(_mm512_cvtepu8_epi16(mapped), 8), _mm512_set1_epi16('\\'));
  const std::uint64_t kept = _pdep_u64(block.before, 0x5555555555555555u) | 0xaaaaaaaaaaaaaaaau;
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, slots));
  return out + size + __builtin_popcount(block.before);
}

inline char* write_escaped(bool quoted, const char* data, std::uint32_t at, std::uint32_t end, Marks marks,
                           char* out) {
  std::uint32_t odd_quote = 0;  // all ones where the last quote was the first of two
  std::uint32_t half = 0;       // 1 where it was the last byte of a block
  for (; at < end; at += 32) {
    const std::uint32_t size = end - at < 32 ? end - at : 32;
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at));
    const std::uint32_t special = _bzhi_u32(static_cast<std::uint32_t>(marks.from(at)), size);
    BlockEscapes block{special, 0};
    if (quoted) {
      const std::uint32_t quotes = special & _mm256_cmpeq_epi8_mask(text, _mm256_set1_epi8('"'));
      const __m128i product =
          _mm_clmulepi64_si128(_mm_cvtsi32_si128(static_cast<int>(quotes)), _mm_set1_epi8(-1), 0);
      const std::uint32_t odd = static_cast<std::uint32_t>(_mm_cvtsi128_si32(product)) ^ odd_quote;
      const std::uint32_t first = quotes & odd;
      if (__builtin_expect((quotes & ~odd) != ((first << 1) | half), 0)) return nullptr;
      block = {special & ~quotes, first};
      odd_quote = ~((odd >> 31) - 1);
      half = first >> 31;
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
