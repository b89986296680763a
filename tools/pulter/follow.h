#pragma once

#include <string>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {

/// Watches an import until it ends: a progress bar on a terminal, otherwise a plain line for each change and
/// at most one a second, or nothing and one JSON document (--json). Then what was noticed, what went wrong
/// and what to type next. `name` is what the user calls it.
[[nodiscard]] ExitCode follow_import(Context& context, const std::string& import_id, const std::string& name);

}  // namespace pulter::tool
