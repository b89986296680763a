// The loops of the wide kernels, written once over a `Block` of 64 bytes and compiled once per instruction
// set. Included by a kernel file only, after it has defined, in an unnamed namespace:
//
//   struct Block { load(const char*), equal(char), controls(), high_bits() }   64 bytes; masks have one bit
//   per byte std::uint64_t prefix_xor(std::uint64_t)                                     bit i: parity of
//   bits 0 to i void emit(std::uint16_t* out, std::uint16_t base, std::uint64_t mask)      base + position of
//   each bit; may write
//                                                                              64 entries whatever the mask
//
// Everything here has internal linkage and calls no library function: nothing compiled for wide registers may
// be shared.

#include <cstddef>
#include <cstdint>

#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

inline std::uint64_t lowest_bit(std::uint64_t mask) {
  return mask & (~mask + 1);
}

/// The bits up to and including the lowest one; all bits where there is none.
inline std::uint64_t up_to_lowest(std::uint64_t mask) {
  return mask ^ (mask - 1);
}

inline std::uint32_t ones(std::uint64_t mask) {
  return static_cast<std::uint32_t>(__builtin_popcountll(mask));
}

/// Position of the lowest bit, 64 where there is none.
inline std::uint32_t lowest(std::uint64_t mask) {
  return static_cast<std::uint32_t>(_tzcnt_u64(mask));
}

/// The quotes of 64 bytes, told apart.
struct Quotes {
  std::uint64_t within;  ///< the opening quote and what follows up to, not including, the closing one
  std::uint64_t opens;   ///< positions right after a structural byte or a closing quote
};

/// Tells which quotes open and close, given every `"` and every byte that would be structural outside of
/// quotes.
///
/// Parity alone would take every quote for a toggle. An opening quote must follow a structural byte or a
/// closing quote; the lowest one that does not is an ordinary character (all before it is settled), so it is
/// taken out and the rest looked at again. Nearly all blocks pass at once.
inline Quotes settle(std::uint64_t quotes, std::uint64_t separators, std::uint64_t inside,
                     std::uint64_t opens) {
  for (;;) {
    const std::uint64_t within = prefix_xor(quotes) ^ inside;
    const std::uint64_t before = (separators | quotes) & ~within;
    const std::uint64_t bad = quotes & within & ~((before << 1) | opens);
    if (__builtin_expect(bad == 0, 1)) return {within, before};
    quotes ^= lowest_bit(bad);
  }
}

inline std::uint64_t first_bits(std::size_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

/// The line ends of a block that are no row ends, less the LF of each CRLF; `returns` are its CRs.
inline std::uint32_t count_blank_lines(std::uint64_t line_ends, std::uint64_t after_line_end,
                                       std::uint64_t returns, std::uint64_t carriage) {
  const std::uint64_t after_return = ((line_ends & returns) << 1) | carriage;
  return ones(line_ends & after_line_end & (returns | ~after_return));
}

inline std::uint64_t is_return(const char* byte) {
  return *byte == '\r' ? 1 : 0;
}

std::size_t skip(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry,
                 RegularRows& regular) {
  const std::uint64_t columns = regular.columns;
  // Bit k: after k separators of a block that begins with a whole row, a row ends.
  std::uint64_t row_pattern = 0;
  for (std::uint64_t bit = 0; bit < 64; bit += columns) row_pattern |= std::uint64_t{1} << bit;
  std::uint64_t left = regular.delimiters_left;
  std::uint64_t rows = 0;
  std::uint64_t inside = carry.inside;
  std::uint64_t opens = carry.opens;
  std::uint64_t line_end = carry.line_end;
  std::uint64_t last_rows = 0;  // the row ends of the last block that had any
  std::size_t last_base = 0;
  std::uint32_t blank_lines = 0;
  HighBits high_bits;
  std::size_t base = 0;
  for (; base < bytes; base += 64) {
    const Block block = Block::load(data + base);
    const std::uint64_t lines = block.line_ends();
    const std::uint64_t commas = block.equal(delimiter);
    const Quotes quotes = settle(block.equal('"'), commas | lines, inside, opens);
    const std::uint64_t cell_ends = commas & ~quotes.within;
    const std::uint64_t line_ends = lines & ~quotes.within;
    const std::uint64_t after_line_end = (line_ends << 1) | line_end;
    const std::uint64_t row_ends = line_ends & ~after_line_end;

    // The separators in order, row ends marked: a regular block has the marks where the pattern has them.
    const std::uint64_t separators = cell_ends | row_ends;
    const std::uint64_t count = ones(separators);
    const std::uint64_t block_rows = ones(row_ends);
    const std::uint64_t marks = _pext_u64(row_ends, separators);
    const std::uint64_t wanted =
        _bzhi_u64(left < 64 ? row_pattern << left : 0, static_cast<std::uint32_t>(count));
    if (__builtin_expect(marks != wanted || rows + block_rows >= regular.rows_max, 0)) break;
    left += block_rows * columns - count;
    rows += block_rows;
    if (__builtin_expect((line_ends & after_line_end) != 0, 0)) {
      const std::uint64_t carriage = base == 0 ? carry.carriage : line_end & is_return(data + base - 1);
      blank_lines += count_blank_lines(line_ends, after_line_end, block.equal('\r'), carriage);
    }
    high_bits.take(block);
    last_base = row_ends != 0 ? base : last_base;
    last_rows = row_ends != 0 ? row_ends : last_rows;
    inside = ~((quotes.within >> 63) - 1);
    opens = quotes.opens >> 63;
    line_end = line_ends >> 63;
  }
  if (base > 0) carry = {inside, opens, line_end, line_end & is_return(data + base - 1)};
  regular.delimiters_left = static_cast<std::uint32_t>(left);
  regular.rows = rows;
  regular.last_row_end = last_base + 63 - static_cast<std::uint64_t>(_lzcnt_u64(last_rows));
  regular.blank_lines = blank_lines;
  regular.non_ascii = high_bits.any() ? 1 : 0;
  return base;
}

void scan(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RowEnds& ends) {
  std::uint32_t count = 0;
  std::uint32_t delimiters = 0;
  std::uint32_t blank_lines = 0;
  HighBits high_bits;
  for (std::size_t base = 0; base < bytes; base += 64) {
    const std::size_t left = bytes - base;
    const std::uint64_t valid = first_bits(left);
    const std::uint32_t last = left >= 64 ? 63 : static_cast<std::uint32_t>(left - 1);
    const Block block = Block::load(data + base);
    const std::uint64_t lines = block.line_ends() & valid;
    const std::uint64_t commas = block.equal(delimiter) & valid;
    if (left >= 64) high_bits.take(block);

    const Quotes quotes = settle(block.equal('"') & valid, commas | lines, carry.inside, carry.opens);
    const std::uint64_t cell_ends = commas & ~quotes.within;
    const std::uint64_t line_ends = lines & ~quotes.within;
    const std::uint64_t after_line_end = (line_ends << 1) | carry.line_end;
    const std::uint64_t returns = line_ends & block.equal('\r');
    if ((line_ends & after_line_end) != 0) {
      blank_lines += count_blank_lines(line_ends, after_line_end, returns, carry.carriage);
    }
    for (std::uint64_t row_ends = line_ends & ~after_line_end; row_ends != 0; row_ends &= row_ends - 1) {
      ends.end[count] = static_cast<std::uint32_t>(base) + lowest(row_ends);
      ends.before[count++] = delimiters + ones(cell_ends & up_to_lowest(row_ends));
    }
    delimiters += ones(cell_ends);
    carry = {~((quotes.within >> 63) - 1), (quotes.opens >> last) & 1, (line_ends >> last) & 1,
             (returns >> last) & 1};
  }
  std::uint32_t non_ascii = high_bits.any() ? 1 : 0;
  for (std::size_t i = bytes / 64 * 64; i < bytes; ++i) non_ascii |= static_cast<unsigned char>(data[i]) >> 7;
  ends.count = count;
  ends.delimiters = delimiters;
  ends.blank_lines = blank_lines;
  ends.non_ascii = non_ascii;
}

/// What the first loop over a chunk leaves for the second: short loops keep what they need in registers.
struct ChunkMasks {
  std::uint64_t separators[index_chunk_bytes_max / 64 + 1];
  std::uint64_t line_ends[index_chunk_bytes_max / 64 + 1];
};

template <bool whole>
inline void mark_block(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry,
                       std::size_t word, CellIndex& index, ChunkMasks& masks) {
  const std::uint64_t valid = whole ? ~std::uint64_t{0} : first_bits(bytes);
  const Block block = Block::load(data);
  const std::uint64_t lines = block.line_ends() & valid;
  const std::uint64_t candidates = (lines | block.equal(delimiter)) & valid;
  const std::uint64_t marks = block.equal('"') & valid;
  index.special[word] = ((block.controls() | block.equal('\\')) & valid) | marks;
  const Quotes quotes = settle(marks, candidates, carry.inside, carry.opens);
  masks.separators[word] = candidates & ~quotes.within;
  masks.line_ends[word] = lines & ~quotes.within;
  carry.inside = ~((quotes.within >> 63) - 1);
  carry.opens = quotes.opens >> 63;
}

void index(const char* data, std::size_t bytes, char delimiter, CellIndex& index) {
  ChunkMasks masks;
  ScanCarry carry{0, 1, 1, 0};
  const std::size_t whole = bytes / 64;
  for (std::size_t word = 0; word < whole; ++word) {
    mark_block<true>(data + 64 * word, 64, delimiter, carry, word, index, masks);
  }
  std::size_t words = whole;
  if (bytes % 64 != 0)
    mark_block<false>(data + 64 * whole, bytes % 64, delimiter, carry, words++, index, masks);
  index.special[words] = 0;

  index.at[0] = 0xffff;
  std::uint32_t separators = 0;
  std::uint32_t rows = 0;
  for (std::size_t word = 0; word < words; ++word) {
    const std::uint64_t mask = masks.separators[word];
    emit(index.at + 1 + separators, static_cast<std::uint16_t>(64 * word), mask);
    // Bit k: the block's k-th separator ends a row.
    std::uint64_t ordinals = _pext_u64(masks.line_ends[word], mask);
    // One entry is written whether there is a row or not: cheaper than a branch that nobody can foretell.
    index.row_end[rows] = static_cast<std::uint16_t>(separators + 1 + lowest(ordinals));
    rows += ordinals != 0 ? 1 : 0;
    ordinals &= ordinals - 1;
    for (; __builtin_expect(ordinals != 0, 0); ordinals &= ordinals - 1) {
      index.row_end[rows++] = static_cast<std::uint16_t>(separators + 1 + lowest(ordinals));
    }
    separators += ones(mask);
  }
  index.separators = separators;
  index.rows = rows;
}

std::uint64_t controls(const char* data, std::size_t bytes) {
  std::uint64_t count = 0;
  const std::size_t whole = bytes / 64 * 64;
  for (std::size_t base = 0; base < whole; base += 64) count += ones(Block::load(data + base).controls());
  for (std::size_t i = whole; i < bytes; ++i) count += static_cast<unsigned char>(data[i]) < 0x20 ? 1 : 0;
  return count;
}

}  // namespace
}  // namespace pulter::csv
