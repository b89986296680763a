#include "io/file/mapped_file.h"

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
  if (file.size_ > 0 && ::mmap(base, file.size_, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
    return fail(system_error(errno, what, {}, ErrorCode::file_read_failed));
  }
  if (file.size_ == 0) return file;
  // Wherever in the last page the file is cut later, either this byte turns into a zero or none changes; and
  // wherever before that page, reading it raises the signal.
  const std::size_t last_page = (file.size_ - 1) / page * page;
  const std::size_t found =
      std::string_view(file.data_ + last_page, file.size_ - last_page).find_last_not_of('\0');
  file.last_is_zero_ = found == std::string_view::npos;
  file.last_ = file.last_is_zero_ ? file.size_ - 1 : last_page + found;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      last_(other.last_),
      last_is_zero_(other.last_is_zero_),
      reserved_(std::exchange(other.reserved_, 0)),
      guard_(other.guard_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  last_ = other.last_;
  last_is_zero_ = other.last_is_zero_;
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
  // Asked of the memory, not of the file: volatile, because the compiler has every reason to think it knows.
  const bool is_zero = size_ > 0 && *static_cast<const volatile char*>(data_ + last_) == 0;
  const bool cut = is_zero && !last_is_zero_;
  if (!cut && !failed()) return {};
  return fail(ErrorCode::file_read_failed,
              "A part of the file could not be read: it became shorter, or its disk failed (the kernel's log "
              "tells). Import the whole file again, from a sound disk.");
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
