#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pulter::sign {

/// What an access token starts with: found by secret scanners, and by eyes.
inline constexpr std::string_view token_prefix = "plt_";
/// Longest token that is looked at; a longer one is none of ours.
inline constexpr std::size_t token_chars_max = 128;

/// The text of a new access token: "plt_" and the base64url of `random` (256 bits), which is the caller's.
[[nodiscard]] std::string generate_token(std::span<const std::uint8_t, 32> random);

/// The form that a token is stored in: the SHA-256 of its text, in hex. A slow password hash would gain
/// nothing: 256 random bits cannot be guessed, however fast each guess is.
[[nodiscard]] std::string token_digest(std::string_view token);

/// Whether two texts are the same, in a time that depends on their lengths alone.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace pulter::sign
