#pragma once

#include <string>
#include <string_view>

#include "codec/json/escape_table.h"

namespace pulter::json {

/// Appends `text`, valid UTF-8, as it stands between the quotes of a JSON string.
void append_escaped(std::string& out, std::string_view text);

}  // namespace pulter::json
