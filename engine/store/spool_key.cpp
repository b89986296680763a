#include "engine/store/spool_key.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/shard/new_id.h"

namespace pulter::store {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t key_bytes = 16;
constexpr std::string_view small_prefix = "small_";

std::string make_spool_key(io::Io& io) {
  std::array<std::uint8_t, key_bytes> random{};
  io.random(random);
  std::string key;
  for (const unsigned byte : random) key.append({hex_digits[byte >> 4U], hex_digits[byte & 15U]});
  return key;
}

bool is_spool_key(std::string_view text) noexcept {
  return text.size() == 2 * key_bytes && text.find_first_not_of(hex_digits) == std::string_view::npos;
}

std::string make_small_key(io::Io& io) {
  return shard::new_id(io, small_prefix);
}

bool is_small_key(std::string_view text) noexcept {
  return text.starts_with(small_prefix);
}

}  // namespace pulter::store
