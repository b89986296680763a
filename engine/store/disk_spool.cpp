#include "engine/store/disk_spool.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>

#include "codec/base/digest.h"
#include "engine/store/spool_key.h"
#include "io/file/file.h"
#include "io/file/mapped_file.h"
#include "io/system_error.h"

namespace pulter::store {
namespace {

/// Runs `work` (a function object) on the Io's worker and waits for it.
template <class Work>
io::Task<> on_worker(io::Scope& scope, Work& work) {
  co_await io::offload(
      scope, [](void* argument) noexcept { (*static_cast<Work*>(argument))(); }, &work);
}

std::uint64_t limit_of(std::uint64_t max_bytes) {
  return max_bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : max_bytes;
}

bool is_temporary_name(std::string_view name) {
  return name.starts_with(".new-") && name.find('/') == std::string_view::npos;
}

class MappedOpenFile final : public OpenFile {
 public:
  explicit MappedOpenFile(io::MappedFile mapping) : mapping_(std::move(mapping)) {}
  [[nodiscard]] std::string_view bytes() const override { return mapping_.bytes(); }
  [[nodiscard]] bool failed() const override { return !mapping_.check(); }

 private:
  io::MappedFile mapping_;
};

class DiskUpload final : public Upload {
 public:
  DiskUpload(io::TemporaryFile file, std::string key, std::uint64_t bytes_max)
      : file_(std::move(file)), key_(std::move(key)), bytes_max_(bytes_max) {}

  io::Task<Result<>> append(io::Scope& scope, std::string_view bytes) override;
  io::Task<Result<model::SpoolFile>> finish(io::Scope& scope) override;

 private:
  io::TemporaryFile file_;
  std::string key_;
  std::uint64_t bytes_max_;
  std::uint64_t length_ = 0;
  Digest digest_;
};

io::Task<Result<>> DiskUpload::append(io::Scope& scope, std::string_view bytes) {
  if (bytes.size() > bytes_max_ - length_) {
    co_return fail(ErrorCode::file_too_large, "The file is larger than " + std::to_string(bytes_max_) +
                                                  " bytes. Split it, or raise the limit.");
  }
  digest_.update(bytes);
  while (!bytes.empty()) {
    const std::int32_t written = co_await io::write_at(scope, file_.fd(), bytes, length_);
    if (written == -EINTR || written == -EAGAIN) continue;
    if (written == -ECANCELED) co_return fail(ErrorCode::cancelled, "The upload was stopped.");
    if (written <= 0)
      co_return fail(io::system_error(written < 0 ? -written : EIO, "Cannot write to " + file_.path()));
    length_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  co_return Result<>();
}

io::Task<Result<model::SpoolFile>> DiskUpload::finish(io::Scope& scope) {
  Result<> kept;
  auto keep = [&]() noexcept { kept = file_.keep(key_); };
  co_await on_worker(scope, keep);
  if (!kept) co_return fail(std::move(kept.error()));
  model::SpoolFile file{key_, length_, digest_.text(), nullptr};
  co_return file;
}

/// Copies a descriptor's content into a new file, reads the copy for its digest meanwhile, and keeps it.
/// Blocks.
class Adoption final : public io::CopyReader {
 public:
  Adoption(const std::string& folder, std::string key, int fd, std::uint64_t bytes_max,
           io::CopyReader* reader)
      : folder_(folder), key_(std::move(key)), fd_(fd), bytes_max_(bytes_max), reader_(reader) {}

  void operator()() noexcept { result = run(); }

  void read(std::string_view copied, bool whole) noexcept override {
    digest_.update(copied.substr(digested_));
    digested_ = copied.size();
    if (reader_ != nullptr) reader_->read(copied, whole);
  }

  Result<model::SpoolFile> result{};

 private:
  Result<model::SpoolFile> run() {
    Result<io::TemporaryFile> file = io::TemporaryFile::create(folder_);
    if (!file) return fail(std::move(file.error()));
    const Result<std::uint64_t> length = file->copy_from(fd_, bytes_max_, this);
    if (!length) return fail(length.error());
    PULTER_CHECK(digested_ == *length);
    if (Result<> kept = file->keep(key_); !kept) return fail(std::move(kept.error()));
    return model::SpoolFile{key_, *length, digest_.text(), nullptr};
  }

  const std::string& folder_;
  std::string key_;
  int fd_;
  std::uint64_t bytes_max_;
  io::CopyReader* reader_;
  std::uint64_t digested_ = 0;
  Digest digest_;
};

Result<std::shared_ptr<OpenFile>> map_file(const std::string& path, const model::SpoolFile& file) {
  Result<io::UniqueFd> fd = io::open_to_read(path);
  if (!fd && fd.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::gone, "The file " + path + " is not kept any more. Import it again.");
  }
  if (!fd) return fail(std::move(fd.error()));
  Result<io::MappedFile> mapping = io::MappedFile::open(fd->get());
  if (!mapping) return fail(std::move(mapping.error()));
  if (mapping->bytes().size() != file.length) {
    return fail(ErrorCode::file_read_failed,
                path + " has " + std::to_string(mapping->bytes().size()) + " bytes and had " +
                    std::to_string(file.length) +
                    " when it was stored: it was changed from outside. Import it again.");
  }
  return std::make_shared<MappedOpenFile>(std::move(*mapping));
}

}  // namespace

Result<std::unique_ptr<DiskSpool>> DiskSpool::open(std::string folder) {
  if (Result<> made = io::make_folder(folder); !made) return fail(std::move(made.error()));
  return std::unique_ptr<DiskSpool>(new DiskSpool(std::move(folder)));
}

io::Task<Result<std::unique_ptr<Upload>>> DiskSpool::begin(io::Scope& scope, std::uint64_t max_bytes) {
  std::optional<Result<io::TemporaryFile>> file;
  auto create = [&]() noexcept { file.emplace(io::TemporaryFile::create(folder_)); };
  co_await on_worker(scope, create);
  if (!*file) co_return fail(std::move(file->error()));
  std::unique_ptr<Upload> upload =
      std::make_unique<DiskUpload>(std::move(**file), make_spool_key(scope.io()), limit_of(max_bytes));
  co_return upload;
}

io::Task<Result<model::SpoolFile>> DiskSpool::adopt(io::Scope& scope, int fd, std::uint64_t max_bytes,
                                                    io::CopyReader* reader) {
  // Not in this flow's frame: those are aligned to 16 bytes, a Digest to 64.
  const auto adoption =
      std::make_unique<Adoption>(folder_, make_spool_key(scope.io()), fd, limit_of(max_bytes), reader);
  co_await on_worker(scope, *adoption);
  co_return std::move(adoption->result);
}

io::Task<Result<std::shared_ptr<OpenFile>>> DiskSpool::open(io::Scope& scope, const model::SpoolFile& file) {
  PULTER_CHECK(is_spool_key(file.key));
  Result<std::shared_ptr<OpenFile>> opened = fail(ErrorCode::cancelled, "");
  auto map = [&]() noexcept { opened = map_file(folder_ + "/" + file.key, file); };
  co_await on_worker(scope, map);
  co_return opened;
}

io::Task<Result<>> DiskSpool::remove(io::Scope& scope, std::string_view key) {
  PULTER_CHECK(is_spool_key(key) || is_temporary_name(key));
  Result<> removed;
  auto unlink = [&]() noexcept { removed = io::remove_file(folder_ + "/" + std::string(key)); };
  co_await on_worker(scope, unlink);
  co_return removed;
}

io::Task<Result<std::vector<std::string>>> DiskSpool::list(io::Scope& scope, std::int64_t before_ms) {
  const io::WallTime before{std::chrono::milliseconds(before_ms)};
  Result<std::vector<io::FolderEntry>> entries;
  auto read = [&]() noexcept { entries = io::list_folder(folder_, before); };
  co_await on_worker(scope, read);
  if (!entries) co_return fail(std::move(entries.error()));
  std::vector<std::string> keys;
  for (io::FolderEntry& entry : *entries) {
    if (is_spool_key(entry.name) || is_temporary_name(entry.name)) keys.push_back(std::move(entry.name));
  }
  co_return keys;
}

}  // namespace pulter::store
