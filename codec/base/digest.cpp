#include "codec/base/digest.h"

// The state is a member of Digest, so its size must be known here.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include <cstdint>
#include <new>

namespace pulter {

namespace {

constexpr std::size_t digest_chars = 5 + 32;

std::string text_of(XXH128_hash_t hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(digest_chars);
  text = "xxh3:";
  for (const std::uint64_t half : {std::uint64_t{hash.high64}, std::uint64_t{hash.low64}}) {
    for (int shift = 60; shift >= 0; shift -= 4) text.push_back(digits[(half >> shift) & 15]);
  }
  return text;
}

}  // namespace

Digest::Digest() noexcept {
  static_assert(sizeof(XXH3_state_t) <= sizeof(state_) && alignof(XXH3_state_t) <= 64);
  XXH3_128bits_reset(::new (state_.data()) XXH3_state_t);
}

void Digest::update(std::string_view part) noexcept {
  XXH3_128bits_update(std::launder(reinterpret_cast<XXH3_state_t*>(state_.data())), part.data(), part.size());
}

std::string Digest::text() const {
  return text_of(XXH3_128bits_digest(std::launder(reinterpret_cast<const XXH3_state_t*>(state_.data()))));
}

std::string digest_text(std::string_view whole) {
  return text_of(XXH3_128bits(whole.data(), whole.size()));
}

}  // namespace pulter
