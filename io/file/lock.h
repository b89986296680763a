#pragma once

#include <string>

#include "codec/base/result.h"
#include "io/unique_fd.h"

namespace pulter::io {

/// Takes a folder for this process alone, by a lock on `folder`/lock that the kernel gives back when the
/// process ends, however it ends. Errors: conflict when another process has it, io_failed.
[[nodiscard]] Result<UniqueFd> lock_folder(const std::string& folder);

}  // namespace pulter::io
