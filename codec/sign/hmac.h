#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "codec/sign/sha256.h"

namespace pulter::sign {

/// HMAC-SHA256 of a message that comes in parts (RFC 2104). Wipes what it derived from the key when it dies.
/// Never allocates.
class HmacSha256 {
 public:
  /// `key` of any length; not needed after the constructor.
  explicit HmacSha256(std::span<const std::uint8_t> key) noexcept;
  HmacSha256(const HmacSha256&) = default;
  HmacSha256& operator=(const HmacSha256&) = default;
  ~HmacSha256();

  void update(std::string_view part) noexcept { inner_.update(part); }
  /// The code of everything that came; afterwards the object is used up.
  [[nodiscard]] Sha256Sum finish() noexcept;
  /// The hash that the message runs through, for Sha256::update_together.
  [[nodiscard]] Sha256& message() noexcept { return inner_; }

 private:
  Sha256 inner_;
  Sha256 outer_;
};

}  // namespace pulter::sign
