#include "engine/store/memory_spool.h"

#include <chrono>
#include <limits>
#include <utility>

#include "codec/base/digest.h"
#include "codec/csv/plan.h"
#include "engine/store/spool_key.h"
#include "io/file/mapped_file.h"

namespace pulter::store {
namespace {

class MemoryOpenFile final : public OpenFile {
 public:
  MemoryOpenFile(std::shared_ptr<const std::string> content, std::uint64_t length,
                 std::shared_ptr<const bool> failing)
      : content_(std::move(content)), length_(length), failing_(std::move(failing)) {}
  [[nodiscard]] std::string_view bytes() const override {
    return std::string_view(*content_).substr(0, length_);
  }
  [[nodiscard]] bool failed() const override { return *failing_; }

 private:
  std::shared_ptr<const std::string> content_;
  std::uint64_t length_;
  std::shared_ptr<const bool> failing_;
};

Error too_large(std::uint64_t bytes_max) {
  return {ErrorCode::file_too_large, -1,
          "The file is larger than " + std::to_string(bytes_max) + " bytes. Split it, or raise the limit."};
}

std::uint64_t limit_of(std::uint64_t max_bytes) {
  return max_bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : max_bytes;
}

}  // namespace

class MemoryUpload final : public Upload {
 public:
  MemoryUpload(MemorySpool& spool, std::uint64_t bytes_max) : spool_(spool), bytes_max_(bytes_max) {}

  io::Task<Result<>> append(io::Scope&, std::string_view bytes) override {
    if (bytes.size() > bytes_max_ - content_.size()) co_return fail(too_large(bytes_max_));
    if (bytes.size() > spool_.room_)
      co_return fail(ErrorCode::disk_full, "The disk is full. Make room and try again.");
    spool_.room_ -= bytes.size();
    content_.append(bytes);
    co_return Result<>();
  }
  io::Task<Result<model::SpoolFile>> finish(io::Scope& scope) override {
    model::SpoolFile file = spool_.keep(scope.io(), std::move(content_));
    co_return file;
  }

 private:
  MemorySpool& spool_;
  std::uint64_t bytes_max_;
  std::string content_;
};

model::SpoolFile MemorySpool::keep(io::Io& io, std::string content) {
  model::SpoolFile file{make_spool_key(io), content.size(), digest_text(content), nullptr};
  content.append(csv::padding_bytes, '\0');
  const std::int64_t now_ms =
      std::chrono::floor<std::chrono::milliseconds>(io.wall_now()).time_since_epoch().count();
  files_[file.key] = {std::make_shared<const std::string>(std::move(content)), file.length, now_ms};
  return file;
}

model::SpoolFile MemorySpool::put(io::Io& io, std::string_view content) {
  return keep(io, std::string(content));
}

io::Task<Result<std::unique_ptr<Upload>>> MemorySpool::begin(io::Scope&, std::uint64_t max_bytes) {
  std::unique_ptr<Upload> upload = std::make_unique<MemoryUpload>(*this, limit_of(max_bytes));
  co_return upload;
}

io::Task<Result<model::SpoolFile>> MemorySpool::adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                                      io::CopyReader* reader) {
  // A real descriptor, also in a simulation: mapped, so that it needs no Io.
  Result<io::MappedFile> mapping = io::MappedFile::open(fd);
  if (!mapping) co_return fail(std::move(mapping.error()));
  const std::string_view bytes = mapping->bytes();
  if (bytes.size() > limit_of(max_bytes)) co_return fail(too_large(max_bytes));
  if (bytes.size() > room_)
    co_return fail(ErrorCode::disk_full, "The disk is full. Make room and try again.");
  room_ -= bytes.size();
  model::SpoolFile file = keep(scope.io(), std::string(bytes));
  if (reader != nullptr)
    reader->read(std::string_view(*files_[file.key].content).substr(0, file.length), true);
  co_return file;
}

io::Task<Result<std::shared_ptr<OpenFile>>> MemorySpool::open(io::Scope&, const model::SpoolFile& file) {
  const auto found = files_.find(file.key);
  if (found == files_.end()) {
    co_return fail(ErrorCode::gone, "The file " + file.key + " is not kept any more. Import it again.");
  }
  std::shared_ptr<OpenFile> opened =
      std::make_shared<MemoryOpenFile>(found->second.content, found->second.length, failing_);
  co_return opened;
}

io::Task<Result<>> MemorySpool::remove(io::Scope&, std::string_view key) {
  if (const auto found = files_.find(key); found != files_.end()) files_.erase(found);
  co_return Result<>();
}

io::Task<Result<std::vector<std::string>>> MemorySpool::list(io::Scope&, std::int64_t before_ms) {
  std::vector<std::string> keys;
  for (const auto& [key, file] : files_) {
    if (file.written_ms < before_ms) keys.push_back(key);
  }
  co_return keys;
}

}  // namespace pulter::store
