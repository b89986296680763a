// Writes whole rows, once over a copy width and compiled once per instruction set. Included by a render
// kernel only, after it has defined, in an unnamed namespace:
//
//   constexpr std::size_t copy_bytes                            bytes of one copy, a power of two up to 64
//   void copy_block(char* to, const char* from)                 copies that many
//   void write_id(RowIdBits bits, char* out)                    36 characters; may write render_slack_bytes
//
// Copies run past the end of what they copy, into what is written next: `from` has slack behind it, and a row
// is only begun where the output has room for it and the slack. Everything here has internal linkage.

#include <cstddef>
#include <cstdint>

#include "codec/csv/kernel_table.h"
#include "codec/json/escape_table.h"
#include "codec/json/render_kernel.h"

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
  explicit Marks(const csv::CellIndex& index) : bytes_(reinterpret_cast<const char*>(index.special)) {}

  /// The marks from `at` on, of which the lowest 57 are sure.
  std::uint64_t from(std::uint32_t at) const {
    std::uint64_t word;
    __builtin_memcpy(&word, bytes_ + at / 8, sizeof word);
    return word >> (at % 8);
  }

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
  const char* bytes_;
};

/// Writes a cell that holds special bytes, whatever they are; returns the end of what was written.
__attribute__((noinline)) char* write_any_cell(const char* data, std::uint32_t at, std::uint32_t end,
                                               Marks marks, char* out) {
  bool quoted = data[at] == '"';
  if (quoted) ++at;
  while (at < end) {
    const std::uint32_t stop = marks.next(at, end);
    copy_text(out, data + at, stop - at);
    out += stop - at;
    if (stop == end) break;
    const auto c = static_cast<unsigned char>(data[stop]);
    at = stop + 1;
    if (c == '"' && quoted) {
      if (at == end || data[at] != '"') {
        quoted = false;
        continue;
      }
      ++at;
    }
    const Escape& escape = escapes[c];
    __builtin_memcpy(out, &escape, sizeof escape);
    out += escape.size;
  }
  return out;
}

inline char* write_cell(const char* data, std::uint32_t at, std::uint32_t end, Marks marks, char* out) {
  const std::uint32_t first = marks.next(at, end);
  if (first == end) {
    copy_text(out, data + at, end - at);
    return out + (end - at);
  }
  // The commonest special cell: its own two quotes and nothing else.
  if (first == at && data[at] == '"' && end - at >= 2 && data[end - 1] == '"' &&
      marks.next(at + 1, end) == end - 1) {
    copy_text(out, data + at + 1, end - at - 2);
    return out + (end - at - 2);
  }
  return write_any_cell(data, at, end, marks, out);
}

/// One row as the loops see it: cell f lies in (separators[f], separators[f + 1]).
struct RowCells {
  const char* data;
  const std::uint16_t* separators;
  std::uint32_t count;

  std::uint32_t begin(std::uint32_t field) const { return static_cast<std::uint16_t>(separators[field] + 1); }
  std::uint32_t end(std::uint32_t field) const { return separators[field + 1]; }
};

template <bool short_keys>
inline char* write_key(const KeySlot& key, char* out) {
  if (short_keys) {
    __builtin_memcpy(out, key.text, 32);
  } else {
    copy_text(out, key.text, key.size);
  }
  return out + key.size;
}

/// A row without any special byte, all of whose cells are there and sent.
template <bool short_keys>
inline char* write_clean_row(const RenderShape& shape, const KeySlot& open, RowCells row, char* out) {
  std::uint32_t at = row.begin(0);
  KeySlot key = open;
  for (std::uint32_t column = 0;;) {
    const std::uint32_t end = row.end(column);
    out = write_key<short_keys>(key, out);
    copy_text(out, row.data + at, end - at);
    out += end - at;
    at = end + 1;
    if (++column == shape.columns) return out;
    key = shape.keys[column];
  }
}

template <bool short_keys>
inline char* write_marked_row(const RenderShape& shape, const KeySlot& open, RowCells row, Marks marks,
                              char* out) {
  std::uint32_t at = row.begin(0);
  KeySlot key = open;
  for (std::uint32_t column = 0;;) {
    const std::uint32_t end = row.end(column);
    out = write_key<short_keys>(key, out);
    out = write_cell(row.data, at, end, marks, out);
    at = end + 1;
    if (++column == shape.columns) return out;
    key = shape.keys[column];
  }
}

/// A row of which cells are missing or left out.
__attribute__((noinline)) char* write_loose_row(const RenderShape& shape, const KeySlot& open, RowCells row,
                                                Marks marks, char* out) {
  KeySlot key = open;
  for (std::uint32_t column = 0;;) {
    copy_text(out, key.text, key.size);
    out += key.size;
    if (key.source < row.count)
      out = write_cell(row.data, row.begin(key.source), row.end(key.source), marks, out);
    if (++column == shape.columns) return out;
    key = shape.keys[column];
  }
}

inline char* write_row_end(const RenderShape& shape, const RenderCursor& cursor, char* out) {
  if (cursor.with_index) {
    __builtin_memcpy(out, "\",\"__index\":\"   ", 16);
    write_id(row_id_bits(shape.seed, cursor.row), out + 13);
    out += 13 + row_id_size;
  }
  __builtin_memcpy(out, "\"}\n", 4);
  return out + (cursor.lines ? 3 : 2);
}

/// Whether the row surely fits. Its text grows six times at most, but only where marks are.
inline bool fits(const RenderShape& shape, const RenderCursor& cursor, std::uint32_t begin, std::uint32_t end,
                 Marks marks) {
  const auto room = static_cast<std::uint64_t>(cursor.out_end - cursor.out);
  const std::uint64_t keys = shape.key_bytes + 2 * render_slack_bytes;
  if (room >= keys + 6 * std::uint64_t{end - begin}) return true;
  return room >= keys + (end - begin) + 5 * std::uint64_t{marks.count(begin, end)};
}

template <bool short_keys>
RenderStop render(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                  RenderCursor& given) {
  RenderCursor cursor = given;
  const Marks marks(index);
  RenderStop stop = RenderStop::chunk_done;
  for (; cursor.next_row < index.rows; ++cursor.next_row) {
    const std::uint32_t last = index.row_end[cursor.next_row];
    const RowCells row{data, index.at + cursor.separator, last - cursor.separator};
    const std::uint32_t begin = row.begin(0);
    const std::uint32_t end = index.at[last];
    if (begin != end) {
      const bool longer = row.count > shape.file_columns && shape.send_extra;
      if (cursor.rows_left == 0 || longer) {
        stop = cursor.rows_left == 0 ? RenderStop::rows_done : RenderStop::long_row;
        break;
      }
      if (!fits(shape, cursor, begin, end, marks)) {
        stop = RenderStop::no_room;
        break;
      }
      const KeySlot& open = cursor.first || cursor.lines ? shape.open : shape.open_next;
      char* out = cursor.out;
      if (!shape.identity || row.count < shape.columns) {
        out = write_loose_row(shape, open, row, marks, out);
      } else if (marks.none(begin, end)) {
        out = write_clean_row<short_keys>(shape, open, row, out);
      } else {
        out = write_marked_row<short_keys>(shape, open, row, marks, out);
      }
      cursor.out = write_row_end(shape, cursor, out);
      ++cursor.row;
      --cursor.rows_left;
      cursor.first = false;
    }
    cursor.separator = last;
  }
  given = cursor;
  return stop;
}

inline RenderStop render_any(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                             RenderCursor& cursor) {
  return shape.short_keys ? render<true>(shape, index, data, cursor)
                          : render<false>(shape, index, data, cursor);
}

}  // namespace
}  // namespace pulter::json
