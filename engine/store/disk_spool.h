#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/store/spool.h"

namespace pulter::store {

/// The spool as a folder: one file per key, mode 0600, written under another name and renamed when it is
/// durable.
///
/// Whatever blocks (create, sync, rename, copy, digest of a copy, map) runs on the Io's worker; appending
/// goes through the ring. One object may serve all shards: it holds nothing but the folder's name.
class DiskSpool final : public Spool {
 public:
  /// Makes the folder where it is missing. Errors: as io::make_folder. Blocks: for the start of a program.
  static Result<std::unique_ptr<DiskSpool>> open(std::string folder);

  io::Task<Result<std::unique_ptr<Upload>>> begin(io::Scope& scope, std::uint64_t max_bytes) override;
  io::Task<Result<model::SpoolFile>> adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                           io::CopyReader* reader) override;
  /// Errors: gone (no such file any more), file_read_failed (not what was put there), limit_reached.
  io::Task<Result<std::shared_ptr<OpenFile>>> open(io::Scope& scope, const model::SpoolFile& file) override;
  io::Task<Result<>> remove(io::Scope& scope, std::string_view key) override;
  /// What an interrupted upload left behind is listed too, under its temporary name; `remove` takes such
  /// names.
  io::Task<Result<std::vector<std::string>>> list(io::Scope& scope, std::int64_t before_ms) override;

 private:
  explicit DiskSpool(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace pulter::store
