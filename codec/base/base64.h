#pragma once

#include <string>
#include <string_view>

namespace pulter {

/// Standard base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64_text(std::string_view bytes);

}  // namespace pulter
