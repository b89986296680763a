#include "codec/base/row_id.h"

#include <xxhash.h>

#include <array>
#include <cstring>

namespace pulter {
namespace {

struct HexPair {
  char digits[2];
};

constexpr std::array<HexPair, 256> hex_pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<HexPair, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] = {{digits[byte >> 4], digits[byte & 15]}};
  }
  return table;
}();

/// Writes the `count` highest bytes of `bits` as hexadecimal digits and shifts them out.
char* write_hex(std::uint64_t& bits, int count, char* out) noexcept {
  for (int i = 0; i < count; ++i) {
    std::memcpy(out, hex_pairs[bits >> 56].digits, 2);
    bits <<= 8;
    out += 2;
  }
  return out;
}

}  // namespace

RowIdSeed row_id_seed(std::string_view import_id) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(import_id.data(), import_id.size());
  return {hash.low64, hash.high64};
}

void write_row_id(RowIdSeed seed, std::uint64_t row, char* out) noexcept {
  RowIdBits bits = row_id_bits(seed, row);
  out = write_hex(bits.high, 4, out);
  *out++ = '-';
  out = write_hex(bits.high, 2, out);
  *out++ = '-';
  out = write_hex(bits.high, 2, out);
  *out++ = '-';
  out = write_hex(bits.low, 2, out);
  *out++ = '-';
  write_hex(bits.low, 6, out);
}

}  // namespace pulter
