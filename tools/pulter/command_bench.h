#pragma once

#include "tools/pulter/bench/bench.h"
#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {

/// Measures the chosen scenarios with daemons and receivers of its own; prints tables, writes JSON and a
/// drawing.
[[nodiscard]] ExitCode run_bench(Context& context, const bench::Options& options);

}  // namespace pulter::tool
