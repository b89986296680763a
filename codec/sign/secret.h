#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::sign {

/// What a generated secret starts with (Standard Webhooks).
inline constexpr std::string_view secret_prefix = "whsec_";
/// Longest secret taken, as text; a longer one is a pasted mistake.
inline constexpr std::size_t secret_chars_max = 512;

/// The key of one webhook, ready for signing. Its bytes are wiped when it dies; it has no text form, so it
/// cannot be logged.
class Secret {
 public:
  /// Reads a secret as a user gave it (contract, section 2): after "whsec_" standard base64 with padding,
  /// otherwise the raw bytes. Errors: bad_secret for an empty or over-long secret and for bad base64; the
  /// message never repeats the secret.
  [[nodiscard]] static Result<Secret> parse(std::string_view text);

  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();

  /// The key bytes; they live as long as this Secret.
  [[nodiscard]] std::span<const std::uint8_t> key() const noexcept;

 private:
  explicit Secret(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

/// The text of a new secret: "whsec_" and the base64 of `random`, which is the caller's.
[[nodiscard]] std::string generate_secret(std::span<const std::uint8_t, 32> random);

}  // namespace pulter::sign
