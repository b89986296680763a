// The loops of the wide kernels, written once over a `Block` of 64 bytes and compiled once per instruction
// set. Included by a kernel file only, after it has defined, in an unnamed namespace:
//
//   struct Block                                          64 bytes
//     load(const char*)                                   may be anywhere
//     equal(char), line_ends(), controls(), specials(), high_bits(), at_least(unsigned char)
//                                                         masks with one bit per byte
//     high_eights()                                       one bit per eight bytes: whether one is not ASCII
//   std::uint64_t prefix_xor(std::uint64_t)               bit i: parity of bits 0 to i
//   std::uint64_t not_zero(const std::uint64_t* words)    bit i: word i of 64 is not 0
//   void emit(std::uint16_t* out, std::uint16_t base, std::uint64_t mask)
//                                                         base + position of each bit; may write 64 entries
//                                                         whatever the mask
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
inline Quotes settle(std::uint64_t quotes, std::uint64_t parity, std::uint64_t separators,
                     std::uint64_t inside, std::uint64_t opens) {
  for (;;) {
    const std::uint64_t within = parity ^ inside;
    const std::uint64_t before = (separators | quotes) & ~within;
    const std::uint64_t bad = quotes & within & ~((before << 1) | opens);
    if (__builtin_expect(bad == 0, 1)) return {within, before};
    quotes ^= lowest_bit(bad);
    parity = prefix_xor(quotes);
  }
}

inline Quotes settle(std::uint64_t quotes, std::uint64_t separators, std::uint64_t inside,
                     std::uint64_t opens) {
  return settle(quotes, prefix_xor(quotes), separators, inside, opens);
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
  std::uint64_t last_row_end;
  std::uint32_t blank_lines;
};

/// What does not change on the way.
struct RowPattern {
  std::uint64_t columns;
  /// Bit k: after k separators of a block that begins with a whole row, a row ends.
  std::uint64_t row_ends;
  std::uint64_t rows_max;
};

/// A mask that is moved to where numbers are once: such moves are what there is least of, and compilers make
/// two of them where a mask is wanted twice.
inline std::uint64_t as_number(std::uint64_t mask) {
  asm("" : "+r"(mask));
  return mask;
}

/// What the wide registers say of a block. It is made some blocks ahead of its use: the numbers take long to
/// come over from there, and whatever waits for them would fill the queues.
struct BlockMasks {
  std::uint64_t quotes;
  std::uint64_t parity;  ///< prefix_xor of the quotes
  std::uint64_t lines;
  std::uint64_t delimiters;
};
/// Where the row ends of a block are left once it was taken in.
constexpr auto row_ends_in = &BlockMasks::quotes;
constexpr std::size_t blocks_ahead = 8;

inline BlockMasks make_masks(const char* data, char delimiter, std::uint8_t* high) {
  const Block block = Block::load(data);
  const std::uint64_t quotes = as_number(block.equal('"'));
  *high = block.high_eights();
  return {quotes, prefix_xor(quotes), block.line_ends(), block.equal(delimiter)};
}

/// Follows the rows of a group, block by block; all of it in registers.
template <bool narrow>
struct GroupWalk {
  static constexpr std::uint64_t row = std::uint64_t{1} << 32;

  std::uint64_t inside;
  std::uint64_t opens;
  std::uint64_t line_end;
  /// Above 32 bits the rows that ended, below them the delimiters still to come in the open row. Where rows
  /// are not regular that may fall below 0; then all of it is void.
  std::uint64_t rows_and_left;
  std::uint64_t for_each_row;  ///< what a row adds
  std::uint64_t regular_row_ends;
  std::uint64_t stops = 0;  ///< not 0 where a row was not regular

  GroupWalk(const RowWalk& walk, const RowPattern& pattern)
      : inside(walk.carry.inside),
        opens(walk.carry.opens),
        line_end(walk.carry.line_end),
        rows_and_left(walk.left),
        for_each_row(row + pattern.columns),
        regular_row_ends(pattern.row_ends) {}

  /// Takes a block in and leaves its row ends in its masks. `data` is needed where line ends follow each
  /// other.
  [[gnu::always_inline]] void take(BlockMasks& masks, const char* data, bool first, const RowWalk& walk,
                                   std::uint32_t& blank_lines) {
    const std::uint64_t candidates = masks.delimiters | masks.lines;
    const Quotes quotes = settle(masks.quotes, masks.parity, candidates, inside, opens);
    const std::uint64_t line_ends = masks.lines & ~quotes.within;
    std::uint64_t separators = candidates & ~quotes.within;
    std::uint64_t row_ends = line_ends;
    const std::uint64_t again = line_ends & ((line_ends << 1) | line_end);
    if (__builtin_expect(again != 0, 0)) {
      const std::uint64_t carriage = first ? walk.carry.carriage : line_end & is_return(data - 1);
      blank_lines += count_blank_lines(line_ends, again, Block::load(data).equal('\r'), carriage);
      row_ends ^= again;
      separators ^= again;
    }
    // A regular block has row ends where the pattern, laid over its separators, has them.
    const std::uint64_t wanted =
        narrow || rows_and_left % row < 64 ? regular_row_ends << (rows_and_left & 63) : 0;
    stops |= _pdep_u64(wanted, separators) ^ row_ends;
    rows_and_left += ones(row_ends) * for_each_row - ones(separators);
    inside = ~((quotes.within >> 63) - 1);
    opens = quotes.opens >> 63;
    line_end = line_ends >> 63;
    masks.*row_ends_in = row_ends;
  }
  [[nodiscard]] bool goes_on(const RowWalk& walk, const RowPattern& pattern) const {
    return stops == 0 && walk.rows + rows_and_left / row < pattern.rows_max;
  }
  /// `data` is the end of what was taken in, `words` its blocks.
  void hand_over(RowWalk& walk, const char* data, const BlockMasks* masks, std::size_t words) const {
    walk.carry = {inside, opens, line_end, line_end & is_return(data - 1)};
    walk.left = rows_and_left % row;
    if (rows_and_left < row) return;
    walk.rows += rows_and_left / row;
    std::size_t last = words - 1;
    while (masks[last].*row_ends_in == 0) --last;
    walk.last_row_end = 64 * last + 63 - static_cast<std::uint64_t>(_lzcnt_u64(masks[last].*row_ends_in));
  }
};

/// How far ahead of the present block each of the two loops fetches; what lies beyond the file is not touched
/// by that. Measured (bench/README.md); the hardware alone fetches no further than the end of a page.
constexpr std::size_t walk_ahead_bytes = 6144;
constexpr std::size_t index_ahead_bytes = 16'384;

/// Walks over a whole group and marks in `high` which bytes are not ASCII; false, and nothing done, where it
/// is not regular throughout or has too many rows. Not inlined: what its caller keeps would take registers.
template <bool narrow>
__attribute__((noinline)) bool walk_group(const char* data, char delimiter, const RowPattern& pattern,
                                          RowWalk& walk, std::uint8_t* high) {
  BlockMasks masks[group_blocks];
  GroupWalk<narrow> group(walk, pattern);
  std::uint32_t blank_lines = 0;
  for (std::size_t word = 0; word < blocks_ahead; ++word) {
    masks[word] = make_masks(data + 64 * word, delimiter, high + word);
  }
  std::size_t word = 0;
  for (; word < group_blocks - blocks_ahead; ++word) {
    const std::size_t next = word + blocks_ahead;
    __builtin_prefetch(data + 64 * word + walk_ahead_bytes, 0, 2);
    masks[next] = make_masks(data + 64 * next, delimiter, high + next);
    group.take(masks[word], data + 64 * word, word == 0, walk, blank_lines);
  }
  for (; word < group_blocks; ++word) {
    __builtin_prefetch(data + 64 * word + walk_ahead_bytes, 0, 2);
    group.take(masks[word], data + 64 * word, false, walk, blank_lines);
  }
  if (!group.goes_on(walk, pattern)) return false;
  group.hand_over(walk, data + 64 * group_blocks, masks, group_blocks);
  walk.blank_lines += blank_lines;
  return true;
}

/// Walks over up to `blocks` blocks, as far as they are regular; returns those that were passed.
template <bool narrow>
__attribute__((noinline)) std::size_t walk_blocks(const char* data, std::size_t blocks, char delimiter,
                                                  const RowPattern& pattern, RowWalk& walk,
                                                  std::uint8_t* high) {
  BlockMasks masks[group_blocks];
  GroupWalk<narrow> group(walk, pattern);
  std::uint32_t blank_lines = 0;
  std::size_t word = 0;
  for (; word < blocks; ++word) {
    const char* const block = data + 64 * word;
    GroupWalk<narrow> tried = group;
    std::uint32_t blank_lines_here = 0;
    masks[word] = make_masks(block, delimiter, high + word);
    tried.take(masks[word], block, word == 0, walk, blank_lines_here);
    if (!tried.goes_on(walk, pattern)) break;
    group = tried;
    blank_lines += blank_lines_here;
  }
  if (word == 0) return 0;
  group.hand_over(walk, data + 64 * word, masks, word);
  walk.blank_lines += blank_lines;
  return word;
}

template <bool narrow>
inline std::size_t walk_groups(const char* data, std::size_t bytes, char delimiter, const RowPattern& pattern,
                               RowWalk& walk, std::uint8_t* high) {
  std::size_t base = 0;
  while (base < bytes) {
    const std::size_t left = (bytes - base) / 64;
    const std::uint64_t rows_before = walk.rows;
    std::size_t passed = group_blocks;
    const bool whole =
        left >= group_blocks && walk_group<narrow>(data + base, delimiter, pattern, walk, high + base / 64);
    if (!whole) {
      const std::size_t blocks = left < group_blocks ? left : group_blocks;
      passed = walk_blocks<narrow>(data + base, blocks, delimiter, pattern, walk, high + base / 64);
    }
    if (walk.rows > rows_before) walk.last_row_end += base;
    base += 64 * passed;
    if (!whole) break;
  }
  return base;
}

std::size_t skip(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RegularRows& regular,
                 std::uint8_t* high) {
  RowWalk walk{carry, regular.delimiters_left, 0, 0, 0};
  RowPattern pattern{regular.columns, 0, regular.rows_max};
  for (std::uint64_t bit = 0; bit < 64; bit += pattern.columns) pattern.row_ends |= std::uint64_t{1} << bit;
  const std::size_t passed = pattern.columns <= 64
                                 ? walk_groups<true>(data, bytes, delimiter, pattern, walk, high)
                                 : walk_groups<false>(data, bytes, delimiter, pattern, walk, high);
  carry = walk.carry;
  regular.delimiters_left = static_cast<std::uint32_t>(walk.left);
  regular.rows = walk.rows;
  regular.last_row_end = walk.last_row_end;
  regular.blank_lines = walk.blank_lines;
  return passed;
}

/// The marks of `high_eights` of a block that is cut by the end.
inline std::uint8_t cut_high_eights(const char* data, std::size_t bytes) {
  std::uint32_t marks = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (static_cast<unsigned char>(data[i]) >= 0x80) marks |= 1u << (i / 8);
  }
  return static_cast<std::uint8_t>(marks);
}

void scan(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RowEnds& ends,
          std::uint8_t* high) {
  std::uint32_t count = 0;
  std::uint32_t delimiters = 0;
  std::uint32_t blank_lines = 0;
  for (std::size_t base = 0; base < bytes; base += 64) {
    const std::size_t left = bytes - base;
    const std::uint64_t valid = first_bits(left);
    const std::uint32_t last = left >= 64 ? 63 : static_cast<std::uint32_t>(left - 1);
    const Block block = Block::load(data + base);
    const std::uint64_t lines = block.line_ends() & valid;
    const std::uint64_t commas = block.equal(delimiter) & valid;
    high[base / 64] = left >= 64 ? block.high_eights() : cut_high_eights(data + base, left);

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
  ends.count = count;
  ends.delimiters = delimiters;
  ends.blank_lines = blank_lines;
}

/// What the first loop over a chunk leaves for the second: short loops keep what they need in registers.
struct ChunkMasks {
  std::uint64_t separators[index_chunk_bytes_max / 64 + 64];  // whole groups are read
  std::uint64_t line_ends[index_chunk_bytes_max / 64 + 1];
};

inline BlockMasks make_index_masks(const char* data, char delimiter, CellIndex& index, std::size_t word) {
  const Block block = Block::load(data);
  index.special[word] = block.specials();
  const std::uint64_t quotes = as_number(block.equal('"'));
  index.quotes[word] = quotes;
  return {quotes, prefix_xor(quotes), block.line_ends(), block.equal(delimiter)};
}

/// What a block needs to know of those before it.
struct QuoteCarry {
  std::uint64_t inside = 0;
  std::uint64_t opens = 1;
};

inline void find_separators(const BlockMasks& found, QuoteCarry& carry, std::size_t word, ChunkMasks& masks) {
  const std::uint64_t candidates = found.lines | found.delimiters;
  const Quotes quotes = settle(found.quotes, found.parity, candidates, carry.inside, carry.opens);
  masks.separators[word] = candidates & ~quotes.within;
  masks.line_ends[word] = found.lines & ~quotes.within;
  carry = {~((quotes.within >> 63) - 1), quotes.opens >> 63};
}

/// Finds the structural bytes of a chunk, block by block; returns the blocks.
inline std::size_t mark_chunk(const char* data, std::size_t bytes, char delimiter, CellIndex& index,
                              ChunkMasks& masks) {
  QuoteCarry carry;
  // A ring: what goes on in the first-level cache needs all of it.
  BlockMasks ring[blocks_ahead];
  const std::size_t whole = bytes / 64;
  for (std::size_t word = 0; word < blocks_ahead && word < whole; ++word) {
    ring[word] = make_index_masks(data + 64 * word, delimiter, index, word);
  }
  std::size_t word = 0;
  for (; word + blocks_ahead < whole; ++word) {
    const std::size_t next = word + blocks_ahead;
    __builtin_prefetch(data + 64 * word + index_ahead_bytes, 0, 2);
    const BlockMasks found = ring[word % blocks_ahead];
    ring[word % blocks_ahead] = make_index_masks(data + 64 * next, delimiter, index, next);
    find_separators(found, carry, word, masks);
  }
  for (; word < whole; ++word) find_separators(ring[word % blocks_ahead], carry, word, masks);
  if (bytes % 64 == 0) return whole;
  const std::uint64_t valid = first_bits(bytes % 64);
  BlockMasks last = make_index_masks(data + 64 * whole, delimiter, index, whole);
  index.special[whole] &= valid;
  index.quotes[whole] &= valid;
  last = {last.quotes & valid, prefix_xor(last.quotes & valid), last.lines & valid, last.delimiters & valid};
  find_separators(last, carry, whole, masks);
  return whole + 1;
}

void index(const char* data, std::size_t bytes, char delimiter, CellIndex& index) {
  ChunkMasks masks;
  const std::size_t words = mark_chunk(data, bytes, delimiter, index, masks);
  index.special[words] = 0;
  index.quotes[words] = 0;

  index.at[0] = 0xffff;
  std::uint32_t separators = 0;
  std::uint32_t rows = 0;
  for (std::size_t group = 0; group < words; group += 64) {
    // In long texts nearly every block is without separators, in short cells none.
    std::uint64_t todo = not_zero(masks.separators + group) & first_bits(words - group);
    for (; todo != 0; todo &= todo - 1) {
      const std::size_t word = group + lowest(todo);
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

/// The blocks, of up to 64, that have to be looked at: those that are not ASCII, and those in which a
/// character of the one before may go on, as `carry` says of the first one.
inline std::uint64_t blocks_to_check(const std::uint8_t* high, std::uint64_t& carry) {
  const Block marks = Block::load(reinterpret_cast<const char*>(high));
  const std::uint64_t cut = marks.high_bits();  // their last eight bytes have marks
  const std::uint64_t wanted = ~marks.equal(0) | (cut << 1) | carry;
  carry = cut >> 63;
  return wanted;
}

bool utf8(const char* data, std::size_t bytes, const std::uint8_t* high) {
  Utf8Errors errors;
  std::uint64_t last_errors = 0;
  std::uint64_t carry = ((data[-1] | data[-2] | data[-3]) & 0x80) != 0 ? 1 : 0;
  const std::size_t whole = bytes / 64;
  for (std::size_t word = 0; word < whole; word += 64) {
    std::uint64_t todo = blocks_to_check(high + word, carry) & first_bits(whole - word);
    for (; todo != 0; todo &= todo - 1) errors.take(data + 64 * (word + lowest(todo)));
  }
  // A block that is cut is looked at bit by bit: what lies behind the end is nothing.
  if (bytes % 64 != 0) last_errors = utf8_errors(data + 64 * whole) & first_bits(bytes % 64);
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
