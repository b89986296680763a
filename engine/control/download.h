#pragma once

#include <string_view>

#include "engine/control/response.h"

namespace pulter::control {

/// The frame of an answer whose bytes came from somebody else (a file, a body): a browser saves it under
/// `file_name` and never shows it as a page of ours (design, section 6). `content_type` is a literal and
/// never text/html.
[[nodiscard]] Response download(std::string_view content_type, std::string_view file_name);

/// The value of Content-Disposition (RFC 6266): a plain name for old clients, the true one in UTF-8 (RFC
/// 8187).
[[nodiscard]] std::string attachment(std::string_view file_name);

}  // namespace pulter::control
