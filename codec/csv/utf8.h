#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pulter::csv {

/// Checks a long text for valid UTF-8 piece by piece, as the pieces are still in the cache.
class Utf8Check {
 public:
  /// The text to check begins at `begin`, which starts a character.
  Utf8Check(std::string_view file, std::uint64_t begin) : file_(file), checked_to_(begin) {}

  /// Checks up to `end`; a character cut by `end` is left for the next call unless the file ends there.
  /// `ascii` says that all bytes since the last call are ASCII. False where something is not UTF-8: then ask
  /// `first_invalid`.
  [[nodiscard]] bool check_to(std::uint64_t end, bool ascii);

  /// The first byte at or after the last checked one that is no part of a valid character.
  [[nodiscard]] std::uint64_t first_invalid() const;

 private:
  std::string_view file_;
  std::uint64_t checked_to_;
};

}  // namespace pulter::csv
