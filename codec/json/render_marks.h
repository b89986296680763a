// Copying with slack, and the marks that the cell index has for special bytes. Included by a render kernel
// only, after it has defined copy_bytes and copy_block (render_rows.h). Everything here has internal linkage.

#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/csv/kernel_table.h"

namespace pulter::json {
namespace {

inline void copy_text(char* to, const char* from, std::size_t size) {
  copy_block(to, from);
  for (std::size_t done = copy_bytes; __builtin_expect(done < size, 0); done += copy_bytes) {
    copy_block(to + done, from + done);
  }
}

/// The marks of special bytes in a chunk, read by position.
class Marks {
 public:
  explicit Marks(const csv::CellIndex& index) : index_(&index) {}

  /// The marks from `at` on, of which the lowest 57 are sure.
  std::uint64_t from(std::uint32_t at) const { return read(index_->special, at); }
  /// The same of the quotes alone.
  std::uint64_t quotes_from(std::uint32_t at) const { return read(index_->quotes, at); }

  /// The first mark in [at, end), else `end`.
  std::uint32_t next(std::uint32_t at, std::uint32_t end) const {
    for (; at < end; at += sure) {
      const std::uint64_t marks = from(at) & sure_bits;
      if (marks == 0) continue;
      const std::uint32_t found = at + static_cast<std::uint32_t>(__builtin_ctzll(marks));
      return found < end ? found : end;
    }
    return end;
  }

  /// The first mark in [at, end), else `end`, or a place before it as far as one look goes.
  std::uint32_t next_near(std::uint32_t at, std::uint32_t end) const {
    const std::uint64_t marks = from(at) | (std::uint64_t{1} << sure);
    const std::uint32_t found = at + static_cast<std::uint32_t>(__builtin_ctzll(marks));
    return found < end ? found : end;
  }

  bool none(std::uint32_t at, std::uint32_t end) const {
    for (; end - at > sure; at += sure) {
      if ((from(at) & sure_bits) != 0) return false;
    }
    return (from(at) & ((std::uint64_t{1} << (end - at)) - 1)) == 0;
  }

  std::uint32_t count(std::uint32_t at, std::uint32_t end) const {
    std::uint32_t count = 0;
    for (; at < end; at += sure) {
      const std::uint32_t size = end - at < sure ? end - at : sure;
      count += static_cast<std::uint32_t>(__builtin_popcountll(from(at) & ((std::uint64_t{1} << size) - 1)));
    }
    return count;
  }

 private:
  static constexpr std::uint32_t sure = 57;
  static constexpr std::uint64_t sure_bits = (std::uint64_t{1} << sure) - 1;

  static std::uint64_t read(const std::uint64_t* marks, std::uint32_t at) {
    std::uint64_t word;
    __builtin_memcpy(&word, reinterpret_cast<const char*>(marks) + at / 8, sizeof word);
    return word >> (at % 8);
  }

  const csv::CellIndex* index_;
};

}  // namespace
}  // namespace pulter::json
