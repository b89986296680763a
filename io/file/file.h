#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "io/time.h"
#include "io/unique_fd.h"

namespace pulter::io {

// Whole-file work. Every call blocks: a flow runs it through `offload`. Errors name the path and the cure;
// their code is disk_full, limit_reached, not_found, file_too_large or io_failed. Any thread.

/// Reads along while a file is copied: what was just written is still in the processor's cache.
class CopyReader {
 public:
  /// `copied` is the copy from its first byte on, in its own pages (a source that changes meanwhile does not
  /// matter), with MappedFile::padding_bytes readable bytes behind it; it may be read during the call. At
  /// each call it is the same and more, perhaps elsewhere in memory. `whole`: the last call, there is no
  /// more. Where the copying fails, what was read is void.
  virtual void read(std::string_view copied, bool whole) noexcept = 0;

 protected:
  ~CopyReader() = default;
};

/// A file that appears under its name only when it is whole and durable.
///
/// It has a random name in `folder` until `keep`; dropping the object before removes it. Mode 0600.
class TemporaryFile {
 public:
  [[nodiscard]] static Result<TemporaryFile> create(std::string folder);
  TemporaryFile(TemporaryFile&&) noexcept = default;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  ~TemporaryFile();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Result<> append(std::string_view bytes);
  /// As copy_content into this file. The number of bytes.
  [[nodiscard]] Result<std::uint64_t> copy_from(int source, std::uint64_t bytes_max,
                                                CopyReader* reader = nullptr);
  /// Syncs the file, renames it to `name` in its folder and syncs the folder: after that it survives a power
  /// cut. A failed sync is final: the kernel may have dropped the bytes, so it is never tried again.
  [[nodiscard]] Result<> keep(const std::string& name);

 private:
  TemporaryFile(std::string folder, std::string path, UniqueFd fd)
      : folder_(std::move(folder)), path_(std::move(path)), fd_(std::move(fd)) {}
  void drop() noexcept;

  std::string folder_;
  std::string path_;  ///< empty once kept or moved from
  UniqueFd fd_;
};

/// Writes all of it at the descriptor's position. `path` is for the error text.
[[nodiscard]] Result<> write_all(int fd, std::string_view bytes, const std::string& path);
/// Copies everything from byte 0 of a file, or to the end of a pipe, into the empty file `to`: as a clone
/// that shares its blocks where the file system can, otherwise inside the kernel, otherwise by reading and
/// writing. `reader` may be null; else it is shown the copy piece by piece, and called once at least. Errors:
/// file_too_large above `bytes_max`, file_read_failed (also: it became shorter meanwhile), disk_full. The
/// number of bytes.
[[nodiscard]] Result<std::uint64_t> copy_content(int from, int to, std::uint64_t bytes_max,
                                                 const std::string& to_path, CopyReader* reader = nullptr);

[[nodiscard]] Result<UniqueFd> open_to_read(const std::string& path);
[[nodiscard]] Result<std::uint64_t> file_size(int fd);
/// The size of an ordinary file; nothing for a pipe, a device, a socket: what is read there is gone. The one
/// call here that does not wait for a disk: an open file's size is in memory.
[[nodiscard]] std::optional<std::uint64_t> regular_file_size(int fd) noexcept;
/// A file that is not there counts as removed.
[[nodiscard]] Result<> remove_file(const std::string& path);
/// Makes the folder and its missing parents.
[[nodiscard]] Result<> make_folder(const std::string& path, std::uint32_t mode = 0700);
[[nodiscard]] Result<> sync_folder(const std::string& path);
/// What an ordinary user may still write to the file system that `path` is on; 0 where it cannot be told.
[[nodiscard]] std::uint64_t free_bytes(const std::string& path) noexcept;

struct FolderEntry {
  std::string name;
  std::uint64_t size = 0;
  WallTime modified;
};
/// The regular files of a folder that were last changed before `before`, in no order.
[[nodiscard]] Result<std::vector<FolderEntry>> list_folder(const std::string& path,
                                                           WallTime before = WallTime::max());

}  // namespace pulter::io
