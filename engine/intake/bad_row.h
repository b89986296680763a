#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/csv/plan.h"
#include "engine/store/spool.h"
#include "io/scope.h"

namespace pulter::intake {

/// The data row that goes on, or begins, behind `text`; 0: the header row. `text` is UTF-8, the beginning of
/// a file cut anywhere, with csv::padding_bytes readable after it. Nothing where it cannot be told. As slow
/// as planning `text`, so large ones belong on the worker thread. Pure, any thread.
[[nodiscard]] std::optional<std::uint64_t> row_behind(std::string_view text, std::optional<char> delimiter);

/// `error` with the row in its sentence, where that can be told: `upload` and then `rest` are all that stands
/// before the bytes that are wrong. Uses `upload` up; nothing stays in the spool.
io::Task<Error> name_row_behind(io::Scope& scope, store::Spool& spool, store::Upload& upload,
                                std::string_view rest, Error error, std::optional<char> delimiter);
/// The same for what is wrong in `file` itself, at byte `error.at`.
io::Task<Error> name_row_in(io::Scope& scope, const store::OpenFile& file, Error error,
                            std::optional<char> delimiter);

}  // namespace pulter::intake
