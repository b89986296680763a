#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "io/file/file.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::size_t kernel_copy_bytes = std::size_t{64} * 1024 * 1024;

std::unexpected<Error> too_large(std::uint64_t bytes_max) {
  return fail(ErrorCode::file_too_large, "The file is larger than " + std::to_string(bytes_max) +
                                             " bytes. Split it, or raise the limit.");
}

/// Copies inside the kernel from offset 0 on, as far as that works here; how far it came.
Result<std::uint64_t> copy_in_kernel(int from, int to, std::uint64_t bytes_max, const std::string& to_path) {
  loff_t offset = 0;
  for (;;) {
    const auto done = static_cast<std::uint64_t>(offset);
    // One byte more than allowed tells a file that is too large from one that just fits.
    const std::uint64_t part = std::min<std::uint64_t>(kernel_copy_bytes - 1, bytes_max - done) + 1;
    const ssize_t count = ::copy_file_range(from, &offset, to, nullptr, part, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == ENOSPC || errno == EDQUOT))
      return fail(system_error(errno, "Cannot write to " + to_path));
    if (count <= 0) return done;
    if (static_cast<std::uint64_t>(offset) > bytes_max) return too_large(bytes_max);
  }
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

}  // namespace

Result<std::uint64_t> copy_content(int from, int to, std::uint64_t bytes_max, const std::string& to_path) {
  struct stat status {};
  if (::fstat(from, &status) != 0) {
    return fail(system_error(errno, "Cannot read the file", {}, ErrorCode::file_read_failed));
  }
  const bool regular = S_ISREG(status.st_mode);
  if (regular && static_cast<std::uint64_t>(status.st_size) > bytes_max) return too_large(bytes_max);
  std::uint64_t done = 0;
  if (regular) {
    if (::ioctl(to, FICLONE, from) == 0) {
      const Result<std::uint64_t> size = file_size(to);
      return size && *size > bytes_max ? too_large(bytes_max) : size;
    }
    const Result<std::uint64_t> copied = copy_in_kernel(from, to, bytes_max, to_path);
    if (!copied) return copied;
    done = *copied;
  }
  // What the kernel could not copy (another file system, /proc), and the check that the end is really there.
  return copy_by_hand(from, to, done, regular, bytes_max, to_path);
}

}  // namespace pulter::io
