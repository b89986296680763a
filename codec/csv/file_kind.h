#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pulter::csv {

/// Says what a file is when it is plainly not a CSV, e.g. "a ZIP archive (an XLSX workbook?)".
///
/// `head` is the beginning of the file, 4 KiB are enough. Nothing for text in any encoding: a UTF-16 byte
/// order mark counts as text, many NUL bytes without one do not. Pure, any thread. Source: contract, section
/// 6; the formats' published magic numbers.
[[nodiscard]] std::optional<std::string> not_csv_kind(std::string_view head);

}  // namespace pulter::csv
