#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::store {

/// What a failure of SQLite means for whoever waits.
enum class FailureKind : std::uint8_t {
  disk_full,  ///< nothing was written; works again by itself when there is room
  busy,       ///< another program holds the file's lock; works again when it lets go
  io,         ///< reading or writing failed; nothing was committed
  sync,       ///< a sync failed: what is on the disk is unknown, so nothing more may be written (I10)
  corrupt,    ///< the file is damaged or is no database
  other,      ///< everything else: a limit, no memory, a bug
};

/// One failed call.
struct Failure {
  FailureKind kind = FailureKind::other;
  int code = 0;        ///< SQLite's extended result code
  std::string detail;  ///< what happened, to which file, what to do
  /// Nothing more may be written through this store until it was opened anew.
  [[nodiscard]] bool is_final() const { return kind == FailureKind::sync || kind == FailureKind::corrupt; }
};

/// Sorts an extended result code (https://www.sqlite.org/rescode.html) and writes the sentence. `message` is
/// SQLite's own, `path` the database file.
[[nodiscard]] Failure make_failure(int code, std::string_view message, std::string_view path);

/// The same as an Error, for what fails while opening.
[[nodiscard]] Error to_error(Failure failure);

}  // namespace pulter::store
