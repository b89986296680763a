#pragma once

// What a kernel is: a few loops over raw bytes, one file per instruction set. Internal to csv and json.
//
// The automaton behind them has three states, told by two carries:
//   opens   a `"` here opens (or, right after a closing one, re-opens) quotes: start of a cell, or after a
//   quote closed plain   a `"` here is an ordinary character: inside a cell that did not begin with a quote,
//   or after its text inside  within quotes: nothing but a `"` matters
// A delimiter or line end outside of quotes is structural and leads to `opens`. That `x"` after a closed
// quote is plain text, and `"x"y` is the text xy, follows without a fourth state.
//
// Plain structs only: no inline function may be shared with a file compiled for wider instructions.

#include <cstddef>
#include <cstdint>

#include "codec/csv/kernel.h"

namespace pulter::csv {

/// Most bytes of one call of `Kernel::scan`: what it leaves stays in the first-level cache.
inline constexpr std::size_t scan_chunk_bytes = 16'384;

/// What `scan` carries from one chunk to the next. The default is the state at the start of a row.
struct ScanCarry {
  std::uint64_t inside = 0;  ///< all ones within quotes, else 0
  std::uint64_t opens = 1;   ///< 1 where a quote would open, else 0; not meaningful within quotes
  std::uint64_t line_end =
      1;  ///< 1 where the last byte was a structural line end (or the file begins), else 0
  std::uint64_t carriage = 0;  ///< 1 where that byte was CR, else 0
};

/// What `scan` found in one chunk.
struct RowEnds {
  std::uint32_t count;
  std::uint32_t delimiters;   ///< structural delimiters in the whole chunk
  std::uint32_t blank_lines;  ///< structural line ends right after another; the LF of a CRLF is none
  /// Offset in the chunk of the line-end byte of each row; blank lines are no rows. Four entries of slack.
  std::uint32_t end[scan_chunk_bytes / 2 + 4];
  /// Structural delimiters of the chunk before that byte.
  std::uint32_t before[scan_chunk_bytes / 2 + 4];
};

/// What `skip` is asked for and what it passed.
struct RegularRows {
  std::uint32_t columns;          ///< cells of a regular row
  std::uint32_t delimiters_left;  ///< still to come in the open row; moved on
  std::uint64_t rows_max;         ///< fewer rows than that are passed
  std::uint64_t rows;             ///< rows that ended
  std::uint64_t
      last_row_end;  ///< offset of the line-end byte of the last of them; not set where there is none
  std::uint32_t blank_lines;
};

/// Which bytes of a chunk are not ASCII, to within eight: one byte per block of 64, whose bit k is set where
/// one of the block's bytes 8 k to 8 k + 7 has its high bit set. Entries past the last block are slack.
struct HighMarks {
  std::uint8_t of[scan_chunk_bytes / 64 + 64];
};

/// Most bytes of one call of `Kernel::index`: offsets have 16 bits.
inline constexpr std::size_t index_chunk_bytes_max = 65'536 - 64;

/// Where the cells of a chunk are. Cell k lies between separators k and k + 1 (separator 0 stands before the
/// chunk).
struct CellIndex {
  std::uint32_t separators;  ///< found in the chunk, separator 0 not counted
  std::uint32_t rows;        ///< structural line ends, those of blank lines included
  /// One bit per byte that cannot be copied into a JSON string as it is: `"`, backslash, below 0x20.
  std::uint64_t special[index_chunk_bytes_max / 64 + 2];
  /// One bit per `"`.
  std::uint64_t quotes[index_chunk_bytes_max / 64 + 2];
  /// Offset of each structural delimiter or line end; at[0] is 0xffff, one before the chunk.
  std::uint16_t at[1 + index_chunk_bytes_max + 64];
  /// Which separators (1-based) are line ends.
  std::uint16_t row_end[index_chunk_bytes_max + 64];
};

/// One instruction set's loops. All but `skip` and `controls` read up to 63 bytes past the end and ignore
/// what is there.
struct Kernel {
  /// Passes whole blocks of 64 bytes as long as every row that ends in them has `columns` cells and fewer
  /// than `rows_max` rows have ended; `bytes` is a multiple of 64. Returns the bytes passed. The fast part of
  /// a planning pass: what it stops at is for `scan`. `high`: HighMarks from this block on; those behind
  /// what was passed may be overwritten.
  std::size_t (*skip)(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry,
                      RegularRows& regular, std::uint8_t* high);
  /// Finds the row ends of `bytes` (at most scan_chunk_bytes) bytes and moves `carry` on. `high` as above.
  void (*scan)(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RowEnds& ends,
               std::uint8_t* high);
  /// Finds the cells of `bytes` (at most index_chunk_bytes_max) bytes that begin with a row.
  void (*index)(const char* data, std::size_t bytes, char delimiter, CellIndex& index);
  /// Counts the bytes below 0x20.
  std::uint64_t (*controls)(const char* data, std::size_t bytes);
  /// Whether the bytes are UTF-8, a character cut by their start or end included. Three bytes before `data`
  /// are read; they must be known to be valid. `high` are the HighMarks of the bytes, with 63 readable
  /// bytes after them.
  bool (*utf8)(const char* data, std::size_t bytes, const std::uint8_t* high);
};

extern const Kernel kernel_scalar;
#if defined(__x86_64__)
extern const Kernel kernel_avx2;
extern const Kernel kernel_avx512;
#endif

/// The kernels of `active_isa()`.
[[nodiscard]] const Kernel& active_kernel() noexcept;

}  // namespace pulter::csv
