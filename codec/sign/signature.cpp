#include "codec/sign/signature.h"

#include <openssl/base64.h>
#include <openssl/mem.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "codec/base/check.h"

namespace pulter::sign {

namespace {

constexpr std::string_view version = "v1,";
constexpr std::string_view point = ".";
constexpr std::size_t base64_chars = 44;

}  // namespace

static_assert(signature_chars == version.size() + base64_chars);

Signer::Signer(std::span<const Secret> secrets, std::string_view webhook_id, std::int64_t timestamp) {
  PULTER_CHECK(!secrets.empty() && secrets.size() <= live_secrets_max);
  PULTER_CHECK(!webhook_id.contains('.'));
  std::array<char, 24> digits;
  const auto [digits_end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), timestamp);
  PULTER_CHECK(error == std::errc{});
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    HmacSha256& mac = macs_[i].emplace(secrets[i].key());
    for (const std::string_view part :
         {webhook_id, point, std::string_view(digits.data(), digits_end), point}) {
      mac.update(part);
    }
  }
}

Signer::Signer(const Secret& secret, std::string_view webhook_id, std::int64_t timestamp)
    : Signer(std::span(&secret, 1), webhook_id, timestamp) {}

void Signer::update(std::string_view body_part) noexcept {
  const Part alone{this, body_part};
  update_together(std::span(&alone, 1));
}

void Signer::update_together(std::span<const Part> parts, Sha256Kernel kernel) noexcept {
  PULTER_CHECK(parts.size() <= bodies_together_max);
  // The live secrets of one body are messages of their own over the same bytes, so they share the lanes too.
  std::array<Sha256::Part, bodies_together_max * live_secrets_max> messages;
  std::size_t count = 0;
  for (const Part& part : parts) {
    PULTER_CHECK(!part.signer->finished_);
    for (std::optional<HmacSha256>& mac : part.signer->macs_) {
      if (mac) messages[count++] = {&mac->message(), part.body_part};
    }
  }
  Sha256::update_together(std::span(messages).first(count), kernel);
}

std::string_view Signer::finish() noexcept {
  PULTER_CHECK(!std::exchange(finished_, true));
  char* out = text_.data();
  for (std::optional<HmacSha256>& mac : macs_) {
    if (!mac) break;
    const Sha256Sum sum = mac->finish();
    std::array<std::uint8_t, base64_chars + 1> text;
    PULTER_CHECK(EVP_EncodeBlock(text.data(), sum.data(), sum.size()) == base64_chars);
    if (out != text_.data()) *out++ = ' ';
    out = std::ranges::copy(version, out).out;
    out = std::copy_n(text.data(), base64_chars, out);
  }
  return {text_.data(), out};
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
    const std::string_view expected = signer.finish();
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
