#pragma once

// Data only, so that kernels may include it.

#include <cstdint>

namespace pulter::json {

/// How a character stands inside a JSON string; `size` 0 where it stands for itself.
struct Escape {
  char text[7];
  std::uint8_t size;
};

/// For every byte. Only `"`, backslash and the control characters below 0x20 are escaped, the latter as \b \f
/// \n \r \t where JSON has a letter for them and as \u00XX where not (RFC 8259, section 7).
extern const Escape escapes[256];

}  // namespace pulter::json
