#include "codec/sign/hmac.h"

#include <openssl/mem.h>

#include <algorithm>
#include <array>

namespace pulter::sign {
namespace {

std::string_view text_of(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

HmacSha256::HmacSha256(std::span<const std::uint8_t> key) noexcept {
  std::array<std::uint8_t, sha256_block_bytes> padded{};
  if (key.size() > padded.size()) {
    Sha256 hash;
    hash.update(text_of(key));
    Sha256Sum sum = hash.finish();
    std::ranges::copy(sum, padded.begin());
    OPENSSL_cleanse(sum.data(), sum.size());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  for (std::uint8_t& byte : padded) byte ^= 0x36;
  inner_.update(text_of(padded));
  for (std::uint8_t& byte : padded) byte ^= 0x36 ^ 0x5c;
  outer_.update(text_of(padded));
  OPENSSL_cleanse(padded.data(), padded.size());
}

HmacSha256::~HmacSha256() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Sha256Sum HmacSha256::finish() noexcept {
  const Sha256Sum inner_sum = inner_.finish();
  outer_.update(text_of(inner_sum));
  return outer_.finish();
}

}  // namespace pulter::sign
