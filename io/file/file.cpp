#include "io/file/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <memory>

#include "io/system_error.h"

namespace pulter::io {
namespace {

std::string random_name() {
  constexpr std::string_view digits = "0123456789abcdef";
  unsigned char bytes[12];
  std::string name = ".new-";
  if (::getentropy(bytes, sizeof bytes) != 0) return name;
  for (const unsigned char byte : bytes) name.append({digits[byte >> 4U], digits[byte & 15U]});
  return name;
}

ErrorCode code_for(int number) {
  return number == ENOENT ? ErrorCode::not_found : ErrorCode::io_failed;
}

Error path_error(std::string_view verb, const std::string& path, std::string_view cure = {}) {
  const int number = errno;
  return system_error(number, "Cannot " + std::string(verb) + " " + path, cure, code_for(number));
}

}  // namespace

Result<TemporaryFile> TemporaryFile::create(std::string folder) {
  std::string path = folder + "/" + random_name();
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail(path_error("create a file in", folder));
  return TemporaryFile(std::move(folder), std::move(path), std::move(fd));
}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  if (this == &other) return *this;
  drop();
  folder_ = std::move(other.folder_);
  path_ = std::exchange(other.path_, {});
  fd_ = std::move(other.fd_);
  return *this;
}

TemporaryFile::~TemporaryFile() {
  drop();
}

void TemporaryFile::drop() noexcept {
  if (fd_ && !path_.empty()) ::unlink(path_.c_str());
}

Result<> TemporaryFile::append(std::string_view bytes) {
  return write_all(fd_.get(), bytes, path_);
}

Result<std::uint64_t> TemporaryFile::copy_from(int source, std::uint64_t bytes_max, CopyReader* reader) {
  return copy_content(source, fd_.get(), bytes_max, path_, reader);
}

Result<> TemporaryFile::keep(const std::string& name) {
  const std::string target = folder_ + "/" + name;
  if (::fsync(fd_.get()) != 0) return fail(path_error("make durable", path_));
  if (::rename(path_.c_str(), target.c_str()) != 0) return fail(path_error("name the file", target));
  path_.clear();
  return sync_folder(folder_);
}

Result<> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(path_error("write to", path));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<UniqueFd> open_to_read(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(path_error("open", path, errno == ENOENT ? "Check the path." : ""));
  return fd;
}

Result<std::uint64_t> file_size(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(system_error(errno, "Cannot tell the size of a file"));
  return static_cast<std::uint64_t>(status.st_size);
}

std::optional<std::uint64_t> regular_file_size(int fd) noexcept {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

Result<> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(path_error("remove", path));
  return {};
}

Result<> make_folder(const std::string& path, std::uint32_t mode) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST) return fail(path_error("make the folder", part));
    if (end == std::string::npos) break;
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return fail(ErrorCode::conflict, ENOTDIR,
              path + " is there but is no folder. Move it or choose another path.");
}

Result<> sync_folder(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(path_error("open the folder", path));
  if (::fsync(fd.get()) != 0) return fail(path_error("make durable the folder", path));
  return {};
}

Result<std::vector<FolderEntry>> list_folder(const std::string& path, WallTime before) {
  const auto close_folder = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close_folder)> folder(::opendir(path.c_str()), close_folder);
  if (!folder) return fail(path_error("list the folder", path));
  std::vector<FolderEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* each = ::readdir(folder.get());
    if (each == nullptr && errno != 0) return fail(path_error("list the folder", path));
    if (each == nullptr) return entries;
    struct stat status {};
    // One that was removed meanwhile is no entry any more.
    if (::fstatat(::dirfd(folder.get()), each->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(status.st_mode)) continue;
    const WallTime modified(std::chrono::seconds(status.st_mtim.tv_sec) + Duration(status.st_mtim.tv_nsec));
    if (modified >= before) continue;
    entries.push_back({each->d_name, static_cast<std::uint64_t>(status.st_size), modified});
  }
}

std::uint64_t free_bytes(const std::string& path) noexcept {
  struct statvfs system {};
  if (::statvfs(path.c_str(), &system) != 0) return 0;
  return static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
}

}  // namespace pulter::io
