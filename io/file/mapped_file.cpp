#include "io/file/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "io/file/read_guard.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

constexpr std::string_view what = "Cannot read the file";

std::size_t round_up(std::size_t size, std::size_t step) {
  return (size + step - 1) / step * step;
}

}  // namespace

Result<MappedFile> MappedFile::open(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(system_error(errno, what, {}, ErrorCode::file_read_failed));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::file_read_failed, "The descriptor is not a regular file; pass an ordinary file.");
  }
  MappedFile file;
  file.fd_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!file.fd_) return fail(system_error(errno, what));
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  file.size_ = static_cast<std::size_t>(status.st_size);
  file.reserved_ = round_up(file.size_ + padding_bytes, page);
  // The zero page first, the file over its front: what is behind the file's last page is readable zeros.
  void* base = ::mmap(nullptr, file.reserved_, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return fail(system_error(errno, "Cannot map a file", {}, ErrorCode::limit_reached));
  file.data_ = static_cast<const char*>(base);
  const std::optional<std::size_t> place = watch_reads(base, file.reserved_);
  if (!place) {
    ::munmap(base, file.reserved_);
    file.data_ = nullptr;
    return fail(ErrorCode::limit_reached,
                "Too many files are mapped at once; let some imports finish first.");
  }
  file.guard_ = *place;
  if (file.size_ > 0 &&
      ::mmap(base, file.size_, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.fd_.get(), 0) == MAP_FAILED) {
    return fail(system_error(errno, what, {}, ErrorCode::file_read_failed));
  }
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      reserved_(std::exchange(other.reserved_, 0)),
      guard_(other.guard_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  fd_ = std::move(other.fd_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  reserved_ = std::exchange(other.reserved_, 0);
  guard_ = other.guard_;
  return *this;
}

MappedFile::~MappedFile() {
  unmap();
}

void MappedFile::unmap() noexcept {
  if (data_ == nullptr) return;
  unwatch_reads(guard_);
  ::munmap(const_cast<char*>(data_), reserved_);
  data_ = nullptr;
}

bool MappedFile::failed() const noexcept {
  return data_ != nullptr && reads_failed(guard_);
}

Result<> MappedFile::check() const {
  if (data_ == nullptr) return {};
  struct stat status {};
  const bool cut = ::fstat(fd_.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < size_;
  if (!cut && !failed()) return {};
  return fail(ErrorCode::file_read_failed,
              cut ? "The file became shorter while it was read. Import the whole file again."
                  : "The disk failed to give back a part of the file. Look at the kernel's log; import the "
                    "file again "
                    "from a sound disk.");
}

void MappedFile::advise_sequential() const noexcept {
  if (size_ > 0) ::madvise(const_cast<char*>(data_), size_, MADV_SEQUENTIAL);
}

void MappedFile::populate(std::uint64_t offset, std::uint64_t size) const noexcept {
  if (offset >= size_) return;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t begin = offset / page * page;
  const std::uint64_t end = std::min<std::uint64_t>(size_, offset + std::min<std::uint64_t>(size, size_));
  ::madvise(const_cast<char*>(data_) + begin, end - begin, MADV_POPULATE_READ);
}

}  // namespace pulter::io
