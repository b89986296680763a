#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pulter::reference {

/// SHA-256 as FIPS 180-4 describes it, one step after the other: an oracle, slow and independent of BoringSSL.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view text);

/// HMAC-SHA256 (RFC 2104).
[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

/// Standard base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string base64_decode(std::string_view text);

/// The webhook-signature of one secret text ("whsec_…" or raw), made by the functions above.
[[nodiscard]] std::string sign(std::string_view secret, std::string_view id, std::string_view timestamp,
                               std::string_view body);

}  // namespace pulter::reference
