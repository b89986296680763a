#include "codec/sign/signature.h"

#include <openssl/base64.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "codec/base/check.h"

namespace pulter::sign {

namespace {

constexpr std::string_view version = "v1,";
constexpr std::size_t base64_chars = 44;
// With several secrets a part is hashed piece by piece, so that the second pass finds it in the first-level
// cache.
constexpr std::size_t piece_bytes = 16 * 1024;

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

static_assert(signature_chars == version.size() + base64_chars);

// HMAC_CTX owns memory, so it stays where it was made.
struct Signer::State {
  State() noexcept {
    for (HMAC_CTX& mac : macs) HMAC_CTX_init(&mac);
  }
  ~State() {
    for (HMAC_CTX& mac : macs) HMAC_CTX_cleanup(&mac);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void update(std::string_view part) noexcept {
    for (std::size_t i = 0; i < count; ++i)
      PULTER_CHECK(HMAC_Update(&macs[i], bytes_of(part), part.size()) == 1);
  }

  std::array<HMAC_CTX, live_secrets_max> macs;
  std::size_t count = 0;
  bool finished = false;
};

Signer::Signer(std::span<const Secret> secrets, std::string_view webhook_id, std::int64_t timestamp)
    : state_(std::make_unique<State>()) {
  PULTER_CHECK(!secrets.empty() && secrets.size() <= live_secrets_max);
  PULTER_CHECK(!webhook_id.contains('.'));
  for (const Secret& secret : secrets) {
    HMAC_CTX& mac = state_->macs[state_->count++];
    PULTER_CHECK(HMAC_Init_ex(&mac, secret.key().data(), secret.key().size(), EVP_sha256(), nullptr) == 1);
  }
  state_->update(webhook_id);
  state_->update("." + std::to_string(timestamp) + ".");
}

Signer::Signer(const Secret& secret, std::string_view webhook_id, std::int64_t timestamp)
    : Signer(std::span(&secret, 1), webhook_id, timestamp) {}

Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

void Signer::update(std::string_view body_part) noexcept {
  PULTER_CHECK(!state_->finished);
  if (state_->count == 1) return state_->update(body_part);
  for (std::size_t at = 0; at < body_part.size(); at += piece_bytes) {
    state_->update(body_part.substr(at, piece_bytes));
  }
}

std::string Signer::finish() {
  PULTER_CHECK(!std::exchange(state_->finished, true));
  std::string header;
  header.reserve(state_->count * (signature_chars + 1));
  for (std::size_t i = 0; i < state_->count; ++i) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> mac;
    unsigned mac_bytes = 0;
    PULTER_CHECK(HMAC_Final(&state_->macs[i], mac.data(), &mac_bytes) == 1 && mac_bytes == mac.size());
    std::array<std::uint8_t, base64_chars + 1> text;
    PULTER_CHECK(EVP_EncodeBlock(text.data(), mac.data(), mac.size()) == base64_chars);
    if (i > 0) header.push_back(' ');
    header.append(version);
    header.append(reinterpret_cast<const char*>(text.data()), base64_chars);
  }
  return header;
}

Result<> verify(std::span<const Secret> secrets, std::string_view webhook_id, std::string_view timestamp_text,
                std::string_view body, std::string_view signature_header, std::int64_t now,
                std::int64_t tolerance_s) {
  std::int64_t timestamp = 0;
  const char* const end = timestamp_text.data() + timestamp_text.size();
  const auto [parsed_to, error] = std::from_chars(timestamp_text.data(), end, timestamp);
  // The text is signed, so only the one text that the number has can be right.
  if (error != std::errc{} || parsed_to != end || std::to_string(timestamp) != timestamp_text) {
    return fail(ErrorCode::bad_signature, "webhook-timestamp is not a whole number of Unix seconds.");
  }
  if (webhook_id.empty() || webhook_id.contains('.')) {
    return fail(ErrorCode::bad_signature, "webhook-id is missing or contains a '.'.");
  }
  if (tolerance_s >= 0 && (timestamp < now - tolerance_s || timestamp > now + tolerance_s)) {
    return fail(ErrorCode::bad_signature, "webhook-timestamp is more than " + std::to_string(tolerance_s) +
                                              " s away from this machine's clock; check both clocks.");
  }
  bool any_v1 = false;
  for (const Secret& secret : secrets) {
    Signer signer(secret, webhook_id, timestamp);
    signer.update(body);
    const std::string expected = signer.finish();
    for (std::size_t at = 0; at < signature_header.size();) {
      const std::size_t space = std::min(signature_header.find(' ', at), signature_header.size());
      const std::string_view given = signature_header.substr(at, space - at);
      at = space + 1;
      any_v1 = any_v1 || given.starts_with(version);
      if (given.size() == expected.size() &&
          CRYPTO_memcmp(given.data(), expected.data(), expected.size()) == 0) {
        return {};
      }
    }
  }
  if (!any_v1) return fail(ErrorCode::bad_signature, "webhook-signature has no \"v1,\" signature.");
  return fail(
      ErrorCode::bad_signature,
      "No signature matches: the secret is another one, or the body was changed on its way (verify the raw "
      "bytes, before any JSON parsing).");
}

}  // namespace pulter::sign
