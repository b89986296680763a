#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "engine/model/import.h"
#include "io/file/file.h"
#include "io/scope.h"
#include "io/task.h"

namespace pulter::store {

/// A spooled file that can be read: the whole content as one view, with csv::padding_bytes readable bytes
/// after it. Immutable; may be read from any thread; lives as long as someone holds it.
class OpenFile {
 public:
  virtual ~OpenFile() = default;
  [[nodiscard]] virtual std::string_view bytes() const = 0;
  /// True once any read of the mapping failed (file truncated, disk error): what was computed from it is
  /// void.
  [[nodiscard]] virtual bool failed() const = 0;
};

/// A file on its way into the spool. Dropped before `finish`: nothing stays.
class Upload {
 public:
  virtual ~Upload() = default;
  /// Errors: disk_full, io_failed, file_too_large.
  virtual io::Task<Result<>> append(io::Scope& scope, std::string_view bytes) = 0;
  /// Durable on return; a file that comes with its content becomes so with the import that it is stored with.
  virtual io::Task<Result<model::SpoolFile>> finish(io::Scope& scope) = 0;
};

/// Files of imports, named by keys, never by paths (store.md, point 8).
class Spool {
 public:
  virtual ~Spool() = default;
  /// `max_bytes` 0: no limit.
  virtual io::Task<Result<std::unique_ptr<Upload>>> begin(io::Scope& scope, std::uint64_t max_bytes) = 0;
  /// Copies the whole content behind `fd` (a reflink where the file system can). The caller keeps `fd`.
  /// Durable as with Upload::finish. `reader` reads the copy along, on whatever thread makes it, before
  /// adopt returns; null: nobody. A small file, which is sooner read afterwards, need not be shown to it.
  virtual io::Task<Result<model::SpoolFile>> adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                                   io::CopyReader* reader) = 0;
  virtual io::Task<Result<std::shared_ptr<OpenFile>>> open(io::Scope& scope,
                                                           const model::SpoolFile& file) = 0;
  /// Removing what is not there is no error.
  virtual io::Task<Result<>> remove(io::Scope& scope, std::string_view key) = 0;
  /// Keys of files last written before `before_ms` (Unix milliseconds).
  virtual io::Task<Result<std::vector<std::string>>> list(io::Scope& scope, std::int64_t before_ms) = 0;
};

}  // namespace pulter::store
