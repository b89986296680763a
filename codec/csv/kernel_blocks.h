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

#pragma once

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

/// What the first loop of `skip` leaves for the second; short loops keep what they need in registers.
constexpr std::size_t group_blocks = 64;
struct GroupMasks {
  std::uint64_t separators[group_blocks];  ///< delimiters that end a cell, and row ends
  std::uint64_t row_ends[group_blocks];
};

struct SkipState {
  ScanCarry carry;
  std::uint32_t blank_lines;
  HighBits high_bits;
};

/// Finds the separators of `blocks` blocks.
inline void mark_group(const char* data, std::size_t blocks, char delimiter, SkipState& state,
                       GroupMasks& masks) {
  std::uint64_t inside = state.carry.inside;
  std::uint64_t opens = state.carry.opens;
  std::uint64_t line_end = state.carry.line_end;
  HighBits high_bits = state.high_bits;
  for (std::size_t word = 0; word < blocks; ++word) {
    const Block block = Block::load(data + 64 * word);
    const std::uint64_t lines = block.line_ends();
    const std::uint64_t commas = block.equal(delimiter);
    const Quotes quotes = settle(block.equal('"'), commas | lines, inside, opens);
    const std::uint64_t line_ends = lines & ~quotes.within;
    const std::uint64_t after_line_end = (line_ends << 1) | line_end;
    const std::uint64_t row_ends = line_ends & ~after_line_end;
    masks.row_ends[word] = row_ends;
    masks.separators[word] = (commas & ~quotes.within) | row_ends;
    if (__builtin_expect((line_ends & after_line_end) != 0, 0)) {
      const std::uint64_t carriage =
          word == 0 ? state.carry.carriage : line_end & is_return(data + 64 * word - 1);
      state.blank_lines += count_blank_lines(line_ends, after_line_end, block.equal('\r'), carriage);
    }
    high_bits.take(block);
    inside = ~((quotes.within >> 63) - 1);
    opens = quotes.opens >> 63;
    line_end = line_ends >> 63;
  }
  if (blocks > 0) state.carry = {inside, opens, line_end, line_end & is_return(data + 64 * blocks - 1)};
  state.high_bits = high_bits;
}

/// Follows regular rows through the separators of blocks.
struct RowWalk {
  std::uint64_t columns;
  /// Bit k: after k separators of a block that begins with a whole row, a row ends.
  std::uint64_t row_pattern;
  std::uint64_t rows_max;
  std::uint64_t left;
  std::uint64_t rows;
  std::uint64_t last_rows;  ///< the row ends of the last block that had any
  std::size_t last_base;

  /// Not 0 where the block has a row that is not regular, or one too many. Moves on all the same.
  std::uint64_t step(std::uint64_t separators, std::uint64_t row_ends, std::size_t base) {
    const std::uint64_t count = ones(separators);
    const std::uint64_t block_rows = ones(row_ends);
    // The separators in order, row ends marked: a regular block has the marks where the pattern has them.
    const std::uint64_t marks = _pext_u64(row_ends, separators);
    const std::uint64_t wanted =
        _bzhi_u64(left < 64 ? row_pattern << left : 0, static_cast<std::uint32_t>(count));
    left += block_rows * columns - count;
    rows += block_rows;
    last_base = row_ends != 0 ? base : last_base;
    last_rows = row_ends != 0 ? row_ends : last_rows;
    return (marks ^ wanted) | (rows >= rows_max ? 1 : 0);
  }
};

/// The blocks of a group that `walk` can pass.
inline std::size_t regular_blocks(const GroupMasks& masks, std::size_t blocks, RowWalk walk) {
  std::size_t word = 0;
  while (word < blocks && walk.step(masks.separators[word], masks.row_ends[word], 0) == 0) ++word;
  return word;
}

std::size_t skip(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry,
                 RegularRows& regular) {
  SkipState state{carry, 0, HighBits()};
  GroupMasks masks;
  RowWalk walk{regular.columns, 0, regular.rows_max, regular.delimiters_left, 0, 0, 0};
  for (std::uint64_t bit = 0; bit < 64; bit += walk.columns) walk.row_pattern |= std::uint64_t{1} << bit;
  std::size_t base = 0;
  while (base < bytes) {
    const std::size_t left = (bytes - base) / 64;
    std::size_t blocks = left < group_blocks ? left : group_blocks;
    const SkipState state_before = state;
    const RowWalk walk_before = walk;
    mark_group(data + base, blocks, delimiter, state, masks);
    std::uint64_t stops = 0;
    for (std::size_t word = 0; word < blocks; ++word) {
      stops |= walk.step(masks.separators[word], masks.row_ends[word], base + 64 * word);
    }
    if (__builtin_expect(stops != 0, 0)) {
      // Once more, as far as it goes.
      state = state_before;
      walk = walk_before;
      blocks = regular_blocks(masks, blocks, walk);
      mark_group(data + base, blocks, delimiter, state, masks);
      for (std::size_t word = 0; word < blocks; ++word) {
        walk.step(masks.separators[word], masks.row_ends[word], base + 64 * word);
      }
    }
    base += 64 * blocks;
    if (stops != 0) break;
  }
  carry = state.carry;
  regular.delimiters_left = static_cast<std::uint32_t>(walk.left);
  regular.rows = walk.rows;
  regular.last_row_end = walk.last_base + 63 - static_cast<std::uint64_t>(_lzcnt_u64(walk.last_rows));
  regular.blank_lines = state.blank_lines;
  regular.non_ascii = state.high_bits.any() ? 1 : 0;
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

/// A little more than a chunk as the writer asks for; what lies beyond the file is not touched by fetching
/// it.
constexpr std::size_t fetch_ahead_bytes = 16'384;

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
    // The chunk after this one is fetched while this one is made use of.
    __builtin_prefetch(data + 64 * word + fetch_ahead_bytes, 0, 2);
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

/// Bit i: byte i of the block is no part of valid UTF-8, given the three bytes before it (RFC 3629, section
/// 4).
inline std::uint64_t utf8_errors(const char* data) {
  const Block block = Block::load(data);
  const auto back = [data](int i) { return static_cast<unsigned char>(data[-i]); };
  const std::uint64_t one_more = block.at_least(0xc0);
  const std::uint64_t two_more = block.at_least(0xe0);
  const std::uint64_t three_more = block.at_least(0xf0);
  const std::uint64_t continuing = block.high_bits() & ~one_more;
  const std::uint64_t from_before = static_cast<std::uint64_t>(
      (back(1) >= 0xc0 ? 1 : 0) | (back(2) >= 0xe0 ? 1 : 0) | (back(3) >= 0xf0 ? 1 : 0) |
      (back(1) >= 0xe0 ? 2 : 0) | (back(2) >= 0xf0 ? 2 : 0) | (back(1) >= 0xf0 ? 4 : 0));
  std::uint64_t errors = continuing ^ ((one_more << 1) | (two_more << 2) | (three_more << 3) | from_before);
  errors |= block.equal('\xc0') | block.equal('\xc1') | block.at_least(0xf5);
  if ((two_more | (back(1) >= 0xe0 ? 1 : 0)) != 0) {
    // Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte.
    const auto after = [&block, &back](unsigned char lead) {
      return (block.equal(static_cast<char>(lead)) << 1) | (back(1) == lead ? 1 : 0);
    };
    const std::uint64_t from_a0 = block.at_least(0xa0);
    const std::uint64_t from_90 = block.at_least(0x90);
    errors |= (after(0xe0) & ~from_a0) | (after(0xed) & from_a0) | (after(0xf0) & ~from_90) |
              (after(0xf4) & from_90);
  }
  return errors;
}

bool utf8(const char* data, std::size_t bytes) {
  std::uint64_t high[group_blocks];
  std::uint8_t todo[group_blocks];
  std::uint64_t errors = 0;
  std::uint64_t cut = static_cast<std::uint64_t>((data[-1] | data[-2] | data[-3]) & 0x80);
  for (std::size_t base = 0; base < bytes; base += 64 * group_blocks) {
    const std::size_t left = bytes - base;
    const std::size_t blocks = left < 64 * group_blocks ? (left + 63) / 64 : group_blocks;
    for (std::size_t word = 0; word < blocks; ++word)
      high[word] = Block::load(data + base + 64 * word).high_bits();
    if (left < 64 * blocks) high[blocks - 1] &= first_bits(left % 64);
    // Collected without a branch: nobody can foretell which blocks are ASCII. One is looked at where it is
    // not, and where a character of the one before may go on in it.
    std::size_t count = 0;
    for (std::size_t word = 0; word < blocks; ++word) {
      todo[count] = static_cast<std::uint8_t>(word);
      count += (high[word] | cut) != 0 ? 1 : 0;
      cut = high[word] >> 61;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = base + 64 * todo[i];
      errors |= utf8_errors(data + at) & first_bits(bytes - at);
    }
  }
  return errors == 0;
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
