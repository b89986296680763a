// The reference kernel: one byte at a time, the automaton of kernel_table.h word for word.

#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

enum class State : std::uint8_t { opens, plain, inside };

/// The state after `c`; `structural` tells whether c separates cells.
State after(State state, char c, bool separates, bool& structural) {
  structural = false;
  if (c == '"') {
    if (state == State::inside) return State::opens;
    return state == State::opens ? State::inside : State::plain;
  }
  if (state == State::inside) return State::inside;
  structural = separates;
  return separates ? State::opens : State::plain;
}

void scan(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RowEnds& ends,
          std::uint8_t* high) {
  ends.count = ends.delimiters = ends.blank_lines = 0;
  State state = carry.inside != 0 ? State::inside : carry.opens != 0 ? State::opens : State::plain;
  for (std::size_t i = 0; i < bytes; ++i) {
    const char c = data[i];
    if (i % 64 == 0) high[i / 64] = 0;
    if (static_cast<unsigned char>(c) >= 0x80) {
      high[i / 64] = static_cast<std::uint8_t>(high[i / 64] | 1u << (i % 64 / 8));
    }
    const bool line_end = c == '\n' || c == '\r';
    bool structural = false;
    state = after(state, c, line_end || c == delimiter, structural);
    if (structural && line_end) {
      if (carry.line_end == 0) {
        ends.end[ends.count] = static_cast<std::uint32_t>(i);
        ends.before[ends.count++] = ends.delimiters;
      } else if (c != '\n' || carry.carriage == 0) {
        ++ends.blank_lines;
      }
    } else if (structural) {
      ++ends.delimiters;
    }
    carry.line_end = structural && line_end ? 1 : 0;
    carry.carriage = structural && c == '\r' ? 1 : 0;
  }
  carry.inside = state == State::inside ? ~std::uint64_t{0} : 0;
  carry.opens = state == State::opens ? 1 : 0;
}

/// Scans one block at a time and takes it back where it is not regular.
std::size_t skip(const char* data, std::size_t bytes, char delimiter, ScanCarry& carry, RegularRows& regular,
                 std::uint8_t* high) {
  regular.rows = regular.blank_lines = 0;
  RowEnds ends;
  std::size_t passed = 0;
  for (; passed < bytes; passed += 64) {
    ScanCarry after_block = carry;
    scan(data + passed, 64, delimiter, after_block, ends, high + passed / 64);
    if (regular.rows + ends.count >= regular.rows_max) break;
    std::uint32_t left = regular.delimiters_left;
    std::uint32_t before = 0;
    bool all_regular = true;
    for (std::uint32_t i = 0; i < ends.count; ++i) {
      all_regular = all_regular && ends.before[i] - before == left;
      before = ends.before[i];
      left = regular.columns - 1;
    }
    if (!all_regular || ends.delimiters - before > left) break;
    regular.delimiters_left = left - (ends.delimiters - before);
    if (ends.count > 0) regular.last_row_end = passed + ends.end[ends.count - 1];
    regular.rows += ends.count;
    regular.blank_lines += ends.blank_lines;
    carry = after_block;
  }
  return passed;
}

std::uint64_t controls(const char* data, std::size_t bytes) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < bytes; ++i) count += static_cast<unsigned char>(data[i]) < 0x20 ? 1 : 0;
  return count;
}

void index(const char* data, std::size_t bytes, char delimiter, CellIndex& index) {
  index.separators = index.rows = 0;
  index.at[0] = 0xffff;
  for (std::size_t word = 0; word < bytes / 64 + 2; ++word) index.special[word] = index.quotes[word] = 0;
  State state = State::opens;
  for (std::size_t i = 0; i < bytes; ++i) {
    const char c = data[i];
    const bool line_end = c == '\n' || c == '\r';
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      index.special[i / 64] |= std::uint64_t{1} << (i % 64);
      if (c == '"') index.quotes[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    bool structural = false;
    state = after(state, c, line_end || c == delimiter, structural);
    if (!structural) continue;
    index.at[++index.separators] = static_cast<std::uint16_t>(i);
    if (line_end) index.row_end[index.rows++] = static_cast<std::uint16_t>(index.separators);
  }
}

/// How many bytes follow a lead byte; -1 for what begins no character (RFC 3629, section 4).
int following(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

/// Whether `second` may follow `lead`: no overlong forms, surrogates, nothing beyond U+10FFFF.
bool may_follow(unsigned char lead, unsigned char second) {
  if (second < (lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80)) return false;
  return second < (lead == 0xed ? 0xa0 : lead == 0xf4 ? 0x90 : 0xc0);
}

bool utf8(const char* data, std::size_t bytes, const std::uint8_t* /*high*/) {
  const auto at = [data](std::ptrdiff_t i) { return static_cast<unsigned char>(data[i]); };
  const auto continues = [](unsigned char c) { return (c & 0xc0) == 0x80; };
  // A character that began before: the nearest lead byte says how far it goes.
  std::ptrdiff_t lead = -1;
  while (lead > -3 && continues(at(lead))) --lead;
  std::ptrdiff_t i = continues(at(lead)) ? 0 : lead;
  const auto end = static_cast<std::ptrdiff_t>(bytes);
  while (i < end) {
    const int more = following(at(i));
    if (more < 0) return false;
    for (int k = 1; k <= more && i + k < end; ++k) {
      if (k == 1 ? !may_follow(at(i), at(i + 1)) : !continues(at(i + k))) return false;
    }
    i += 1 + more;
  }
  return true;
}

}  // namespace

const Kernel kernel_scalar{skip, scan, index, controls, utf8};

}  // namespace pulter::csv
