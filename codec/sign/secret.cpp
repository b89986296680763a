#include "codec/sign/secret.h"

#include <openssl/base64.h>
#include <openssl/mem.h>

#include <utility>

#include "codec/base/check.h"

namespace pulter::sign {

namespace {

std::unexpected<Error> bad_secret(std::string detail) {
  return fail(ErrorCode::bad_secret, std::move(detail));
}

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

Result<Secret> Secret::parse(std::string_view text) {
  if (text.empty()) return bad_secret("The secret is empty; leave it out to have one generated.");
  if (text.size() > secret_chars_max) {
    return bad_secret("The secret has " + std::to_string(text.size()) + " characters; at most " +
                      std::to_string(secret_chars_max) + " are taken.");
  }
  if (!text.starts_with(secret_prefix)) return Secret(std::string(text));

  text.remove_prefix(secret_prefix.size());
  if (text.empty()) return bad_secret("The secret ends after \"whsec_\"; base64 must follow.");
  std::string key(text.size(), '\0');
  std::size_t key_bytes = 0;
  const int good = EVP_DecodeBase64(reinterpret_cast<std::uint8_t*>(key.data()), &key_bytes, key.size(),
                                    bytes_of(text), text.size());
  if (good != 1 || key_bytes == 0) {
    OPENSSL_cleanse(key.data(), key.size());
    return bad_secret(
        "What follows \"whsec_\" in the secret is not standard base64 with its padding; copy it whole, or "
        "give a "
        "secret without that prefix to use its characters as they are.");
  }
  OPENSSL_cleanse(key.data() + key_bytes, key.size() - key_bytes);
  key.resize(key_bytes);
  return Secret(std::move(key));
}

Secret::~Secret() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

std::span<const std::uint8_t> Secret::key() const noexcept {
  return {bytes_of(key_), key_.size()};
}

std::string generate_secret(std::span<const std::uint8_t, 32> random) {
  std::uint8_t encoded[45] = {};
  const std::size_t chars = EVP_EncodeBlock(encoded, random.data(), random.size());
  PULTER_CHECK(chars == 44);
  std::string text(secret_prefix);
  text.append(reinterpret_cast<const char*>(encoded), chars);
  OPENSSL_cleanse(encoded, sizeof(encoded));
  return text;
}

}  // namespace pulter::sign
