#pragma once

#include <memory>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "engine/control/request.h"
#include "engine/model/import.h"
#include "engine/store/spool.h"
#include "io/task.h"

namespace pulter::control {

/// The import that the request's path names. Errors: not_found, store_unavailable.
io::Task<Result<model::Import>> find_import(Context& context);

/// Why an import has no content to show: gone (removed), conflict (not there yet, or it could not be
/// planned).
[[nodiscard]] Error no_content_error(const model::Import& import);

/// A planned import's text and the plan of it.
struct PlannedContent {
  csv::Plan plan;
  std::shared_ptr<store::OpenFile> file;
};
/// Errors: gone, conflict, store_unavailable, store_corrupt, those of Spool::open.
io::Task<Result<PlannedContent>> open_planned(Context& context, const model::Import& import);

}  // namespace pulter::control
