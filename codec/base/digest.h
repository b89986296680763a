#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pulter {

/// The digest of a body, fed in parts: XXH3-128 as "xxh3:" and 32 lower-case hex digits (big-endian, as
/// `xxhsum -H2` prints it). It finds a body that changed, and is no protection against an attacker.
///
/// update() neither allocates nor fails. Not shared between threads.
class Digest {
 public:
  Digest() noexcept;
  void update(std::string_view part) noexcept;
  /// The text of everything fed so far; more may be fed afterwards.
  [[nodiscard]] std::string text() const;

 private:
  // XXH3_state_t, kept out of this header; the size is checked in digest.cpp.
  alignas(64) std::array<std::byte, 576> state_;
};

/// Digest of one whole string, same text form.
[[nodiscard]] std::string digest_text(std::string_view whole);

}  // namespace pulter
