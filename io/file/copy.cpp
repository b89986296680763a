#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "io/file/file.h"
#include "io/file/mapped_file.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::size_t window_bytes = std::size_t{64} * 1024 * 1024;
/// What is written and then read along at a time: enough for large pages of the new file, and both copies of
/// it stay in the second-level cache until they are read.
constexpr std::size_t step_bytes = std::size_t{256} * 1024;

std::unexpected<Error> too_large(std::uint64_t bytes_max) {
  return fail(ErrorCode::file_too_large, "The file is larger than " + std::to_string(bytes_max) +
                                             " bytes. Split it, or raise the limit.");
}

std::unexpected<Error> became_shorter() {
  return fail(ErrorCode::file_read_failed,
              "The file became shorter while it was read. Import it again once it is whole.");
}

/// Shows the copy to the one who reads along, if there is one.
class Shown {
 public:
  Shown(int copy, CopyReader* reader) : copy_(copy), reader_(reader) {}

  /// The copy will have `size` bytes: it gets them now, all but the last as a hole, so that one mapping serves
  /// all of its pieces. The last is written because the mapping looks at its page: in a hole the kernel would
  /// read around that, and fill megabytes of small pages with zeros. Where that does not work, the pieces are
  /// shown when the copy is whole.
  void expect(std::uint64_t size) {
    if (reader_ == nullptr || ::pwrite(copy_, "", 1, static_cast<off_t>(size - 1)) != 1) return;
    expected_ = size;
    if (Result<MappedFile> mapping = MappedFile::open(copy_)) mapping_ = std::move(*mapping);
  }
  /// Bytes that the copy was given before they were written.
  [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }

  void show_to(std::uint64_t end) {
    if (reader_ == nullptr || end > mapping_.bytes().size() || end == shown_) return;
    shown_ = end;
    reader_->read(mapping_.bytes().substr(0, end), false);
  }

  /// The copy is made; it has `size` bytes.
  Result<> finish(std::uint64_t size) {
    if (reader_ == nullptr) return {};
    if (mapping_.bytes().data() == nullptr || mapping_.bytes().size() != size) {
      if (Result<> sound = mapping_.check(); !sound) return sound;
      Result<MappedFile> mapping = MappedFile::open(copy_);
      if (!mapping) return fail(std::move(mapping.error()));
      mapping_ = std::move(*mapping);
      if (mapping_.bytes().size() != size) return became_shorter();
    }
    while (size - shown_ > step_bytes) show_to(shown_ + step_bytes);
    reader_->read(mapping_.bytes(), true);
    return mapping_.check();
  }

 private:
  int copy_;
  CopyReader* reader_;
  MappedFile mapping_;
  std::uint64_t expected_ = 0;
  std::uint64_t shown_ = 0;
};

/// Copies an ordinary file of `size` bytes from a mapping of it, as far as that works here; how far it came.
/// One copy inside the kernel, in steps that let it take large pages for the new file: less work than
/// copy_file_range, and for whoever reads the new file next.
Result<std::uint64_t> copy_from_mapping(int from, int to, std::uint64_t size, Shown& shown,
                                        const std::string& to_path) {
  std::uint64_t done = 0;
  while (done < size) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes, size - done));
    void* const mapping =
        ::mmap(nullptr, length, PROT_READ, MAP_SHARED | MAP_POPULATE, from, static_cast<off_t>(done));
    if (mapping == MAP_FAILED) return done;
    if (done == 0) shown.expect(size);
    std::string_view rest(static_cast<const char*>(mapping), length);
    int problem = 0;
    while (!rest.empty() && problem == 0) {
      const ssize_t count = ::write(to, rest.data(), std::min(rest.size(), step_bytes));
      if (count < 0 && errno != EINTR) problem = errno;
      if (count <= 0) continue;
      rest.remove_prefix(static_cast<std::size_t>(count));
      shown.show_to(done + length - rest.size());
    }
    ::munmap(mapping, length);
    done += length - rest.size();
    // The file ends earlier by now, or its disk does not give it: whoever reads it by hand finds out which.
    if (problem == EFAULT) return done;
    if (problem != 0) return fail(system_error(problem, "Cannot write to " + to_path));
  }
  return done;
}

Result<std::uint64_t> copy_by_hand(int from, int to, std::uint64_t done, bool seekable,
                                   std::uint64_t bytes_max, const std::string& to_path) {
  std::vector<char> buffer(buffer_bytes);
  for (;;) {
    const ssize_t count = seekable ? ::pread(from, buffer.data(), buffer.size(), static_cast<off_t>(done))
                                   : ::read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(system_error(errno, "Cannot read the file", {}, ErrorCode::file_read_failed));
    if (count == 0) return done;
    done += static_cast<std::uint64_t>(count);
    if (done > bytes_max) return too_large(bytes_max);
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (Result<> written = write_all(to, bytes, to_path); !written) return fail(written.error());
  }
}

/// The same for any descriptor; `status` is that of `from`.
Result<std::uint64_t> copy_all(int from, int to, const struct stat& status, std::uint64_t bytes_max,
                               Shown& shown, const std::string& to_path) {
  const auto size_before = static_cast<std::uint64_t>(status.st_size);
  const bool regular = S_ISREG(status.st_mode);
  if (regular && size_before > bytes_max) return too_large(bytes_max);
  std::uint64_t done = 0;
  if (regular) {
    if (::ioctl(to, FICLONE, from) == 0) {
      const Result<std::uint64_t> size = file_size(to);
      return size && *size > bytes_max ? too_large(bytes_max) : size;
    }
    const Result<std::uint64_t> copied = copy_from_mapping(from, to, size_before, shown, to_path);
    if (!copied) return copied;
    // In a mapping, the last page of a file that was cut goes on with zeros: nobody may take them for
    // content.
    const Result<std::uint64_t> size = file_size(from);
    if (!size) return size;
    if (*size < size_before) return became_shorter();
    done = *copied;
  }
  // What could not be mapped (/proc), what was appended meanwhile, and the check that the end is really
  // there.
  const Result<std::uint64_t> copied = copy_by_hand(from, to, done, regular, bytes_max, to_path);
  return copied && *copied < shown.expected() ? became_shorter() : copied;
}

}  // namespace

Result<std::uint64_t> copy_content(int from, int to, std::uint64_t bytes_max, const std::string& to_path,
                                   CopyReader* reader) {
  struct stat status {};
  if (::fstat(from, &status) != 0) {
    return fail(system_error(errno, "Cannot read the file", {}, ErrorCode::file_read_failed));
  }
  Shown shown(to, reader);
  const Result<std::uint64_t> copied = copy_all(from, to, status, bytes_max, shown, to_path);
  if (!copied) return copied;
  if (Result<> read = shown.finish(*copied); !read) return fail(std::move(read.error()));
  return copied;
}

}  // namespace pulter::io
