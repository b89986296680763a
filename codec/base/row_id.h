#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pulter {

/// Characters of a row id: 32 hexadecimal digits and four dashes.
inline constexpr std::size_t row_id_size = 36;

/// What an import contributes to the ids of its rows.
struct RowIdSeed {
  std::uint64_t a = 0;
  std::uint64_t b = 0;

  friend bool operator==(const RowIdSeed&, const RowIdSeed&) = default;
};

/// The 128 bits of one row's id, `high` first, version and variant bits already set.
struct RowIdBits {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

/// XXH3-128 of the import's id: `a` is its low half, `b` its high half.
[[nodiscard]] RowIdSeed row_id_seed(std::string_view import_id) noexcept;

/// One round of the finalizer that the ids are made of (published as Stafford's variant 13, used by
/// SplitMix64).
[[nodiscard, gnu::always_inline]] constexpr std::uint64_t row_id_mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The id of data row `row` (1-based) as bits. Fixed for ever: a retry, a resend and a restart years later
/// must give the same row the same id, so neither the constants nor the order may change (test vectors in
/// row_id_test.cpp).
///
///   high = mix(a + row * 0x9e3779b97f4a7c15), bits 12 to 15 replaced by 4     (version, RFC 9562
///   section 5.4) low  = mix(b + row * 0xd1b54a32d192ed03), bits 62 and 63 replaced by 10   (variant)
///
/// Two rows of one import share an id only where 122 mixed bits coincide. Not a secret: ids can be foretold.
/// Always inlined: kernels use it, and no copy compiled for wide registers may reach the rest of the program.
[[nodiscard, gnu::always_inline]] constexpr RowIdBits row_id_bits(RowIdSeed seed, std::uint64_t row) noexcept {
  const std::uint64_t high = row_id_mix(seed.a + row * 0x9e3779b97f4a7c15u);
  const std::uint64_t low = row_id_mix(seed.b + row * 0xd1b54a32d192ed03u);
  return {(high & ~std::uint64_t{0xf000}) | 0x4000u,
          (low & (~std::uint64_t{0} >> 2)) | (std::uint64_t{1} << 63)};
}

/// Writes the id of data row `row` (1-based) as its 36 characters. Pure, never allocates, any thread.
void write_row_id(RowIdSeed seed, std::uint64_t row, char* out) noexcept;

}  // namespace pulter
