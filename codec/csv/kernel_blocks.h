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

/// Blocks that `skip` passes before it looks whether all of them were regular.
constexpr std::size_t group_blocks = 64;

/// Follows regular rows from block to block.
struct RowWalk {
  ScanCarry carry;
  std::uint64_t left;  ///< delimiters still to come in the open row
  std::uint64_t rows;
  std::uint32_t blank_lines;
  HighBits high_bits;
};

/// What does not change on the way.
struct RowPattern {
  std::uint64_t columns;
  /// Bit k: after k separators of a block that begins with a whole row, a row ends.
  std::uint64_t row_ends;
  std::uint64_t rows_max;
};

/// Walks over `blocks` blocks, whose row ends are kept in `row_ends`. The careful one stops before the first
/// block that has a row which is not regular, or one too many; the other one goes on and then says 0. Returns
/// the blocks that were passed.
template <bool careful>
inline std::size_t walk_group(const char* data, std::size_t blocks, char delimiter, RowPattern pattern,
                              RowWalk& given, std::uint64_t* row_ends_of) {
  // In locals: what is stored through pointers could be any of the members.
  std::uint64_t inside = given.carry.inside;
  std::uint64_t opens = given.carry.opens;
  std::uint64_t line_end = given.carry.line_end;
  std::uint64_t left = given.left;
  std::uint64_t rows = given.rows;
  std::uint64_t stops = 0;
  HighBits high_bits = given.high_bits;
  std::uint32_t blank_lines = given.blank_lines;
  std::size_t word = 0;
  for (; word < blocks; ++word) {
    const Block block = Block::load(data + 64 * word);
    const std::uint64_t quote_marks = block.equal('"');
    const std::uint64_t lines = block.line_ends();
    const std::uint64_t commas = block.equal(delimiter);
    const Quotes quotes = settle(quote_marks, commas | lines, inside, opens);
    const std::uint64_t line_ends = lines & ~quotes.within;
    const std::uint64_t after_line_end = (line_ends << 1) | line_end;
    const std::uint64_t row_ends = line_ends & ~after_line_end;
    const std::uint64_t separators = (commas & ~quotes.within) | row_ends;
    const std::uint64_t count = ones(separators);
    const std::uint64_t block_rows = ones(row_ends);
    // The separators in order, row ends marked: a regular block has the marks where the pattern has them.
    const std::uint64_t marks = _pext_u64(row_ends, separators);
    const std::uint64_t wanted =
        _bzhi_u64(left < 64 ? pattern.row_ends << left : 0, static_cast<std::uint32_t>(count));
    stops |= marks ^ wanted;
    if (careful && (stops != 0 || rows + block_rows >= pattern.rows_max)) break;
    if (__builtin_expect((line_ends & after_line_end) != 0, 0)) {
      const std::uint64_t carriage =
          word == 0 ? given.carry.carriage : line_end & is_return(data + 64 * word - 1);
      blank_lines += count_blank_lines(line_ends, after_line_end, block.equal('\r'), carriage);
    }
    high_bits.take(block);
    left += block_rows * pattern.columns - count;
    rows += block_rows;
    row_ends_of[word] = row_ends;
    inside = ~((quotes.within >> 63) - 1);
    opens = quotes.opens >> 63;
    line_end = line_ends >> 63;
  }
  if (!careful && (stops != 0 || rows >= pattern.rows_max)) return 0;
  if (word > 0) given.carry = {inside, opens, line_end, line_end & is_return(data + 64 * word - 1)};
  given.left = left;
  given.rows = rows;
  given.blank_lines = blank_lines;
  given.high_bits = high_bits;
  return word;
}

std::size_t skip(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry,
                 RegularRows& regular) {
  RowWalk walk{carry, regular.delimiters_left, 0, 0, HighBits()};
  RowPattern pattern{regular.columns, 0, regular.rows_max};
  for (std::uint64_t bit = 0; bit < 64; bit += pattern.columns) pattern.row_ends |= std::uint64_t{1} << bit;
  std::uint64_t row_ends[group_blocks];
  std::size_t base = 0;
  while (base < bytes) {
    const std::size_t left = (bytes - base) / 64;
    const std::size_t blocks = left < group_blocks ? left : group_blocks;
    const std::uint64_t rows_before = walk.rows;
    std::size_t passed = walk_group<false>(data + base, blocks, delimiter, pattern, walk, row_ends);
    const bool stopped = __builtin_expect(passed == 0, 0);
    // Once more, as far as it goes.
    if (stopped) passed = walk_group<true>(data + base, blocks, delimiter, pattern, walk, row_ends);
    if (walk.rows > rows_before) {
      std::size_t word = passed - 1;
      while (row_ends[word] == 0) --word;
      regular.last_row_end = base + 64 * word + 63 - static_cast<std::uint64_t>(_lzcnt_u64(row_ends[word]));
    }
    base += 64 * passed;
    if (stopped) break;
  }
  carry = walk.carry;
  regular.delimiters_left = static_cast<std::uint32_t>(walk.left);
  regular.rows = walk.rows;
  regular.blank_lines = walk.blank_lines;
  regular.non_ascii = walk.high_bits.any() ? 1 : 0;
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
    // In long texts nearly every block, in short cells none.
    if (mask == 0) continue;
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

#ifndef PULTER_UTF8_BY_VECTOR
/// Collects what is no UTF-8, block by block.
struct Utf8Errors {
  std::uint64_t seen = 0;
  void take(const char* data) { seen |= utf8_errors(data); }
  bool any() const { return seen != 0; }
};
#endif

bool utf8(const char* data, std::size_t bytes) {
  std::uint64_t high[group_blocks];
  std::uint8_t todo[group_blocks];
  Utf8Errors errors;
  std::uint64_t last_errors = 0;
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
    // The last block is looked at bit by bit: what lies behind the end is nothing.
    const bool cut_block = count > 0 && base + 64 * todo[count - 1] + 64u > bytes;
    if (cut_block) --count;
    for (std::size_t i = 0; i < count; ++i) errors.take(data + base + 64 * todo[i]);
    if (cut_block) {
      const std::size_t at = base + 64 * todo[count];
      last_errors = utf8_errors(data + at) & first_bits(bytes - at);
    }
  }
  return last_errors == 0 && !errors.any();
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
