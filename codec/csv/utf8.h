#pragma once

#include <cstdint>
#include <string_view>

#include "codec/csv/kernel_table.h"

namespace pulter::csv {

/// Checks a long text for valid UTF-8 piece by piece, as the pieces are still in the cache.
class Utf8Check {
 public:
  /// The text to check begins at `begin`, which starts a character; what stands before is known to be valid.
  Utf8Check(std::string_view file, std::uint64_t begin) : file_(file), checked_to_(begin) {}

  /// From now on `file` is the text: what it was and more, perhaps elsewhere in memory.
  void grow(std::string_view file) noexcept { file_ = file; }

  /// Checks up to `end`; a character that goes on there is checked by the next call, or is an error where the
  /// file ends. `high`: what a kernel marked in the bytes since the last call; null: nobody has looked. False
  /// where something is not UTF-8: then ask `first_invalid`.
  [[nodiscard]] bool check_to(std::uint64_t end, const HighMarks* high);

  /// The start of the first character in what the failed call was about that is not valid.
  [[nodiscard]] std::uint64_t first_invalid() const;

 private:
  [[nodiscard]] bool check_start(std::uint64_t end);
  [[nodiscard]] bool check_unmarked(std::uint64_t end) const;
  [[nodiscard]] bool cut_at_end() const;

  std::string_view file_;
  std::uint64_t checked_to_;
};

}  // namespace pulter::csv
