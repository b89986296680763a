#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/base/result.h"
#include "io/unique_fd.h"

namespace pulter::io {

/// A file's bytes in memory, read-only, as long as the object lives; a failing read is an error, never a
/// crash.
///
/// A page that cannot be read (the file was cut, the disk fails) raises SIGBUS. A handler, installed once for
/// the program, puts zeros from that page to the end of the mapping and marks it failed; the reading function
/// goes on over zeros, and its caller asks `check` afterwards and throws the result away. Any other SIGBUS
/// goes where it went before. Readable from any thread. Holds no descriptor: thousands may exist at a time.
///
///     | file bytes | zeros to the end of the page | a page of zeros where fewer than 64 are left |
///     ^ bytes().begin()  ^ bytes().end(): at least `padding_bytes` readable zeros follow
class MappedFile {
 public:
  static constexpr std::size_t padding_bytes = 64;
  /// Mappings that can exist at a time in one program.
  static constexpr std::size_t mappings_max = 65'536;

  MappedFile() = default;
  /// Maps the whole of a regular file, also an empty one. `fd` stays the caller's and may be closed.
  /// Errors: file_read_failed (not a regular file, or unreadable), limit_reached.
  [[nodiscard]] static Result<MappedFile> open(int fd);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const noexcept { return {data_, size_}; }
  /// True once a read through this mapping failed. One load.
  [[nodiscard]] bool failed() const noexcept;
  /// What to ask after each pure function that read `bytes`: file_read_failed when a read failed, or when the
  /// file is shorter than it was (zeros up to the end of a cut page raise no signal). Two loads.
  [[nodiscard]] Result<> check() const;

  // Hints; without effect where the kernel refuses.
  void advise_sequential() const noexcept;
  /// Reads `size` bytes from `offset` in now, so that the pure function that follows does not wait for the
  /// disk.
  void populate(std::uint64_t offset, std::uint64_t size) const noexcept;

 private:
  void unmap() noexcept;

  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t last_ = 0;       ///< place in the last page of its last byte that is no zero, or of its last
  bool last_is_zero_ = false;  ///< all of the last page is zeros
  std::size_t reserved_ = 0;   ///< of address space
  std::size_t guard_ = 0;      ///< place in the guard's table
};

}  // namespace pulter::io
