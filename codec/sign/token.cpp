#include "codec/sign/token.h"

#include <openssl/base64.h>
#include <openssl/mem.h>
#include <openssl/sha.h>

#include "codec/base/check.h"

namespace pulter::sign {

std::string generate_token(std::span<const std::uint8_t, 32> random) {
  std::uint8_t encoded[45] = {};
  const std::size_t chars = EVP_EncodeBlock(encoded, random.data(), random.size());
  PULTER_CHECK(chars == 44);
  std::string text(token_prefix);
  for (const std::uint8_t byte : std::span(encoded, 43)) {
    const char c = static_cast<char>(byte);
    text += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  OPENSSL_cleanse(encoded, sizeof(encoded));
  return text;
}

std::string token_digest(std::string_view token) {
  static constexpr char digits[] = "0123456789abcdef";
  std::uint8_t digest[SHA256_DIGEST_LENGTH] = {};
  SHA256(reinterpret_cast<const std::uint8_t*>(token.data()), token.size(), digest);
  std::string text;
  text.reserve(2 * sizeof(digest));
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace pulter::sign
