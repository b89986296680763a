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

void scan(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RowEnds& ends) {
  std::uint64_t inside = carry.inside;
  std::uint64_t opens = carry.opens;
  std::uint64_t line_end = carry.line_end;
  std::uint64_t carriage = carry.carriage;
  std::uint32_t count = 0;
  std::uint32_t delimiters = 0;
  std::uint32_t controls = 0;
  std::uint32_t blank_lines = 0;
  std::uint64_t non_ascii = 0;
  for (std::size_t base = 0; base < bytes; base += 64) {
    const std::size_t left = bytes - base;
    const std::uint64_t valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    const std::uint32_t last = left >= 64 ? 63 : static_cast<std::uint32_t>(left - 1);
    const Block block = Block::load(data + base);
    const std::uint64_t returns = block.equal('\r') & valid;
    const std::uint64_t lines = returns | (block.equal('\n') & valid);
    const std::uint64_t commas = block.equal(delimiter) & valid;
    controls += ones(block.controls() & valid);
    non_ascii |= block.high_bits() & valid;

    const Quotes quotes = settle(block.equal('"') & valid, commas | lines, inside, opens);
    const std::uint64_t cell_ends = commas & ~quotes.within;
    const std::uint64_t all_row_ends = lines & ~quotes.within;
    const std::uint64_t after_line_end = (all_row_ends << 1) | line_end;
    std::uint64_t row_ends = all_row_ends & ~after_line_end;
    if ((all_row_ends & after_line_end) != 0) {
      const std::uint64_t feeds = all_row_ends & ~returns;
      const std::uint64_t after_return = ((all_row_ends & returns) << 1) | carriage;
      blank_lines += ones(all_row_ends & after_line_end & ~(feeds & after_return));
    }

    // Two entries are written whether there are rows or not: cheaper than a branch that nobody can foretell.
    const std::uint32_t rows = ones(row_ends);
    std::uint32_t* end = ends.end + count;
    std::uint32_t* before = ends.before + count;
    for (std::uint32_t i = 0; i < 2; ++i) {
      end[i] = static_cast<std::uint32_t>(base) + lowest(row_ends);
      before[i] = delimiters + ones(cell_ends & up_to_lowest(row_ends));
      row_ends &= row_ends - 1;
    }
    for (std::uint32_t i = 2; i < rows; ++i) {
      end[i] = static_cast<std::uint32_t>(base) + lowest(row_ends);
      before[i] = delimiters + ones(cell_ends & up_to_lowest(row_ends));
      row_ends &= row_ends - 1;
    }
    count += rows;
    delimiters += ones(cell_ends);
    inside = ~((quotes.within >> 63) - 1);
    opens = (quotes.opens >> last) & 1;
    line_end = (all_row_ends >> last) & 1;
    carriage = ((all_row_ends & returns) >> last) & 1;
  }
  carry = {inside, opens, line_end, carriage};
  ends.count = count;
  ends.delimiters = delimiters;
  ends.controls = controls;
  ends.blank_lines = blank_lines;
  ends.non_ascii = non_ascii != 0 ? 1 : 0;
}

void index(const char* data, std::size_t bytes, char delimiter, CellIndex& index) {
  std::uint64_t inside = 0;
  std::uint64_t opens = 1;
  std::uint32_t separators = 0;
  std::uint32_t row_count = 0;
  std::size_t word = 0;
  index.at[0] = 0xffff;
  for (std::size_t base = 0; base < bytes; base += 64, ++word) {
    const std::size_t left = bytes - base;
    const std::uint64_t valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    const Block block = Block::load(data + base);
    const std::uint64_t lines = (block.equal('\r') | block.equal('\n')) & valid;
    const std::uint64_t candidates = lines | (block.equal(delimiter) & valid);
    const std::uint64_t marks = block.equal('"') & valid;
    index.special[word] = ((block.controls() | block.equal('\\')) & valid) | marks;

    const Quotes quotes = settle(marks, candidates, inside, opens);
    const std::uint64_t structural = candidates & ~quotes.within;
    const std::uint64_t all_row_ends = lines & ~quotes.within;
    emit(index.at + 1 + separators, static_cast<std::uint16_t>(base), structural);
    // Bit k: the block's k-th separator ends a row.
    std::uint64_t ordinals = _pext_u64(all_row_ends, structural);
    std::uint16_t* row_end = index.row_end + row_count;
    const std::uint32_t rows = ones(ordinals);
    for (std::uint32_t i = 0; i < 2; ++i) {
      row_end[i] = static_cast<std::uint16_t>(separators + 1 + lowest(ordinals));
      ordinals &= ordinals - 1;
    }
    for (std::uint32_t i = 2; i < rows; ++i) {
      row_end[i] = static_cast<std::uint16_t>(separators + 1 + lowest(ordinals));
      ordinals &= ordinals - 1;
    }
    row_count += rows;
    separators += ones(structural);
    inside = ~((quotes.within >> 63) - 1);
    opens = quotes.opens >> 63;
  }
  index.special[word] = 0;
  index.separators = separators;
  index.rows = row_count;
}

}  // namespace
}  // namespace pulter::csv
