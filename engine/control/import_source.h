#pragma once

#include "codec/base/result.h"
#include "engine/control/import_request.h"
#include "engine/control/request.h"
#include "engine/model/import.h"
#include "io/task.h"

namespace pulter::control {

/// Copies what `source` names into the spool: the file at a path, or the descriptor that came beside the
/// request. Both only through the Unix socket. Errors: forbidden, bad_value, not_found, file_too_large,
/// disk_full, io_failed.
io::Task<Result<model::SpoolFile>> spool_source(Context& context, const ImportSource& source,
                                                std::uint64_t max_bytes);

}  // namespace pulter::control
