#pragma once

#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::io {

/// "No such file or directory" for an errno. Any thread.
[[nodiscard]] std::string describe_errno(int number);

/// An Error for a failed system call: `what` says what was tried and on what ("Cannot open /x"), `cure` what
/// to do (may be empty). The code follows the errno: disk_full, limit_reached, otherwise `code`.
[[nodiscard]] Error system_error(int number, std::string_view what, std::string_view cure = {},
                                 ErrorCode code = ErrorCode::io_failed);

}  // namespace pulter::io
