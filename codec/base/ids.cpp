#include "codec/base/ids.h"

#include <array>

#include "codec/base/check.h"

namespace pulter {

namespace {

// Crockford's base 32: no I, L, O, U, so that an id survives being read aloud.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t time_chars = 10;

bool is_ulid_char(char c) noexcept {
  return c != '\0' && alphabet.find(c) != std::string_view::npos;
}

}  // namespace

std::string make_id(std::string_view prefix, std::uint64_t unix_ms,
                    std::span<const std::uint8_t, 10> random) {
  PULTER_CHECK(unix_ms < (std::uint64_t{1} << 48));
  std::string id;
  id.reserve(prefix.size() + ulid_chars);
  id.append(prefix);
  for (std::size_t i = 0; i < time_chars; ++i) {
    id.push_back(alphabet[(unix_ms >> (5 * (time_chars - 1 - i))) & 31]);
  }
  // Eight characters per five bytes, twice.
  for (std::size_t half = 0; half < 10; half += 5) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 5; ++i) bits = (bits << 8) | random[half + i];
    for (std::size_t i = 0; i < 8; ++i) id.push_back(alphabet[(bits >> (5 * (7 - i))) & 31]);
  }
  return id;
}

bool is_id(std::string_view prefix, std::string_view text) noexcept {
  if (text.size() != prefix.size() + ulid_chars || !text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  // 26 characters hold 130 bits; the top two must be zero.
  if (text.front() > '7') return false;
  for (const char c : text) {
    if (!is_ulid_char(c)) return false;
  }
  return true;
}

}  // namespace pulter
