#pragma once

#include <string_view>

namespace pulter {

/// Bytes of the valid UTF-8 character at the front of `text` (1 to 4), or 0 when there is none: overlong
/// forms, surrogates and code points over U+10FFFF are invalid (Unicode 15, table 3-7). For short texts;
/// text::Utf8Check is for files.
[[nodiscard]] std::size_t utf8_char_size(std::string_view text) noexcept;

/// Whether all of `text` is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace pulter
