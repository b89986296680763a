#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pulter::http {

/// Bytes `first` to `last`, both included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

enum class RangeVerdict : std::uint8_t {
  ignored,        ///< not there, not of bytes, more than one, or not readable: the whole is answered (200)
  satisfiable,    ///< 206
  unsatisfiable,  ///< begins behind the end: 416
};

/// Reads a Range header's value for content of `length` bytes (RFC 9110, section 14.1.2). `range` is set when
/// satisfiable; an end behind the content's is drawn back to it.
[[nodiscard]] RangeVerdict parse_range(std::string_view value, std::uint64_t length, ByteRange& range);

}  // namespace pulter::http
