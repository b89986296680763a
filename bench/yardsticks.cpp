// Compiled for AVX-512 as a whole; nothing here is called where the processor lacks it.

#include "bench/yardsticks.h"

#include <immintrin.h>

#include <cstring>

namespace pulter::bench {
namespace {

template <std::size_t Width>
std::uint64_t copy_cells(std::string_view text, const KnownCells& known,
                         const std::vector<std::string_view>& keys, char* out, std::size_t out_size) {
  constexpr std::string_view end_of_row = "\",\"__index\":\"01234567-89ab-4cde-8f01-23456789abcd\"},{";
  char tail[128] = {};
  std::memcpy(tail, end_of_row.data(), end_of_row.size());
  const KnownCells::Cell* cell = known.cells.data();
  const KnownCells::Cell* const last = cell + known.cells.size();
  const char* const data = text.data();
  const std::string_view* const key = keys.data();
  char* to = out;
  char* const limit = out + out_size / 2;
  std::uint64_t written = 0;
  while (cell != last) {
    for (std::size_t column = 0; column < known.columns; ++column, ++cell) {
      const char* from = data + cell->begin;
      const std::size_t size = cell->size;
      std::memcpy(to, key[column].data(), Width);
      to += key[column].size();
      std::memcpy(to, from, Width);
      for (std::size_t done = Width; done < size; done += Width) std::memcpy(to + done, from + done, Width);
      to += size;
    }
    std::memcpy(to, tail, 64);
    to += end_of_row.size();
    if (to > limit) {
      written += static_cast<std::uint64_t>(to - out);
      to = out;
    }
  }
  return written + static_cast<std::uint64_t>(to - out);
}

}  // namespace

std::uint64_t sum_bytes(std::string_view text) {
  __m512i sums[4] = {};
  const std::size_t whole = text.size() / 256 * 256;
  for (std::size_t at = 0; at < whole; at += 256) {
    for (std::size_t i = 0; i < 4; ++i) {
      const __m512i bytes = _mm512_loadu_si512(text.data() + at + 64 * i);
      sums[i] = _mm512_add_epi64(sums[i], _mm512_sad_epu8(bytes, _mm512_setzero_si512()));
    }
  }
  alignas(64) std::uint64_t lanes[8];
  _mm512_store_si512(
      lanes, _mm512_add_epi64(_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3])));
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : lanes) sum += lane;
  for (std::size_t at = whole; at < text.size(); ++at) sum += static_cast<unsigned char>(text[at]);
  return sum;
}

/// Fetches ahead as the planning pass does: else it would wait for memory, and be no limit to anything.
std::uint64_t count_rows_by_masks(std::string_view text) {
  constexpr std::size_t ahead_bytes = 6144;
  std::uint64_t rows = 0;
  std::uint64_t inside = 0;
  for (std::size_t at = 0; at + 64 <= text.size(); at += 64) {
    __builtin_prefetch(text.data() + at + ahead_bytes, 0, 2);
    const __m512i bytes = _mm512_loadu_si512(text.data() + at);
    const std::uint64_t quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
    const std::uint64_t lines = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
    const __m128i parity =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(quotes)), _mm_set1_epi8(-1), 0);
    const std::uint64_t within = static_cast<std::uint64_t>(_mm_cvtsi128_si64(parity)) ^ inside;
    inside = ~((within >> 63) - 1);
    rows += static_cast<std::uint64_t>(__builtin_popcountll(lines & ~within));
  }
  return rows;
}

std::uint64_t copy_known_cells(std::string_view text, const KnownCells& known,
                               const std::vector<std::string_view>& keys, char* out, std::size_t out_size) {
  return copy_cells<64>(text, known, keys, out, out_size);
}

std::uint64_t copy_known_cells_32(std::string_view text, const KnownCells& known,
                                  const std::vector<std::string_view>& keys, char* out,
                                  std::size_t out_size) {
  return copy_cells<32>(text, known, keys, out, out_size);
}

}  // namespace pulter::bench
