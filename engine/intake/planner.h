#pragma once

#include <cstdint>
#include <string>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "io/scope.h"

namespace pulter::intake {

/// What intake found out about a spooled file.
struct Planned {
  model::SpoolFile text;  ///< what is rendered from: the file itself, or its copy in UTF-8
  std::string encoding;   ///< as taken
  csv::Plan plan;
};

/// Looks at a spooled file, converts it to UTF-8 where it is something else (a byte order mark, a declared
/// encoding, or bytes that are not UTF-8), and plans it. The pass over the file runs on the worker thread, so
/// that lanes go on.
///
/// Errors: not_csv (it looks like something else, named), unknown_encoding, and those of csv::make_plan.
/// After an error no converted copy stays behind. `file` itself is left alone.
io::Task<Result<Planned>> plan_file(io::Scope& scope, store::Spool& spool, const model::SpoolFile& file,
                                    std::string declared_encoding, csv::PlanSettings settings);

}  // namespace pulter::intake
