#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/limits.h"
#include "engine/store/spool.h"
#include "engine/store/store_client.h"

namespace pulter::store {

/// The files of imports as one shard sees them: small ones in the store, the others in `large`.
///
/// A small upload is held in memory: `finish` gives its bytes with the file, and they become durable with the
/// CreateImport or FillImport that carries it; dropped before, nothing stays. What grows over the bound goes
/// to `large` from there on. `open` reads a small file from where it is: the file itself, or the store.
/// Errors of `open` beyond those of `large`: store_unavailable and cancelled (nothing is known about the
/// file: ask again), file_read_failed (not what was stored, or its disk does not give it).
///
/// One thread: that of `store`. Both outlive it.
class TieredSpool final : public Spool {
 public:
  TieredSpool(Spool& large, StoreClient& store) : large_(large), store_(store) {}

  io::Task<Result<std::unique_ptr<Upload>>> begin(io::Scope& scope, std::uint64_t max_bytes) override;
  io::Task<Result<model::SpoolFile>> adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                           io::CopyReader* reader) override;
  io::Task<Result<std::shared_ptr<OpenFile>>> open(io::Scope& scope, const model::SpoolFile& file) override;
  /// Small files are removed by the store itself, with what names them; here they are forgotten.
  io::Task<Result<>> remove(io::Scope& scope, std::string_view key) override;
  /// Of `large` only: a small file is never left over.
  io::Task<Result<std::vector<std::string>>> list(io::Scope& scope, std::int64_t before_ms) override;

  /// For tests: from how many bytes on a file is large.
  void set_small_max(std::size_t bytes) { small_max_ = bytes; }

 private:
  Spool& large_;
  StoreClient& store_;
  std::size_t small_max_ = limits::small_file_bytes_max;
};

}  // namespace pulter::store
