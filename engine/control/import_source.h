#pragma once

#include "codec/base/result.h"
#include "engine/control/body_coding.h"
#include "engine/control/import_request.h"
#include "engine/control/request.h"
#include "engine/model/import.h"
#include "io/file/file.h"
#include "io/task.h"

namespace pulter::control {

/// Streams the request's body into the spool, piece by piece; what was packed for its way is unpacked.
/// Errors: file_too_large, disk_full, io_failed, those of unpacking and of RequestBody::read.
io::Task<Result<model::SpoolFile>> spool_body(Context& context, Coding coding, std::uint64_t max_bytes);

/// Copies what `source` names into the spool: the file at a path, or the descriptor that came beside the
/// request, both only through the Unix socket; or takes an upload, which is there already. `reader`, or null,
/// reads a copy along. Errors: forbidden, bad_value, not_found, file_too_large, disk_full, io_failed.
io::Task<Result<model::SpoolFile>> spool_source(Context& context, const ImportSource& source,
                                                std::uint64_t max_bytes, io::CopyReader* reader);

}  // namespace pulter::control
