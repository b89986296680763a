#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "engine/store/spool.h"

namespace pulter::store {

/// A spool in memory, for simulations and tests. It outlives a simulated crash as a disk does: what was
/// finished stays, an upload that was not is gone. One thread.
class MemorySpool final : public Spool {
 public:
  io::Task<Result<std::unique_ptr<Upload>>> begin(io::Scope& scope, std::uint64_t max_bytes) override;
  io::Task<Result<model::SpoolFile>> adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                           io::CopyReader* reader) override;
  io::Task<Result<std::shared_ptr<OpenFile>>> open(io::Scope& scope, const model::SpoolFile& file) override;
  io::Task<Result<>> remove(io::Scope& scope, std::string_view key) override;
  io::Task<Result<std::vector<std::string>>> list(io::Scope& scope, std::int64_t before_ms) override;

  /// Puts a file in without a flow.
  model::SpoolFile put(io::Io& io, std::string_view content);
  /// Bytes that fit on this disk from now on; what is over them is refused as disk_full.
  void set_room(std::uint64_t bytes) { room_ = bytes; }
  /// Every open file fails from now on, as on a failing disk; false: no longer.
  void set_failing(bool failing) { *failing_ = failing; }
  [[nodiscard]] std::size_t files() const { return files_.size(); }

 private:
  friend class MemoryUpload;
  struct File {
    std::shared_ptr<const std::string> content;  ///< with padding behind `length`
    std::uint64_t length = 0;
    std::int64_t written_ms = 0;
  };
  model::SpoolFile keep(io::Io& io, std::string content);

  std::map<std::string, File, std::less<>> files_;
  std::uint64_t room_ = UINT64_MAX;
  std::shared_ptr<bool> failing_ = std::make_shared<bool>(false);
};

}  // namespace pulter::store
