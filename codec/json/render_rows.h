// Writes whole rows, once over a copy width and compiled once per instruction set. Included by a render
// kernel only, after it has defined, in an unnamed namespace:
//
//   constexpr std::size_t copy_bytes                            bytes of one copy, a power of two up to 64
//   void copy_block(char* to, const char* from)                 copies that many
//   void write_id(RowIdBits bits, char* out)                    36 characters; may write render_slack_bytes
// and, after including render_marks.h:
//   char* write_escaped<bool quoted>(const char* data, std::uint32_t at, std::uint32_t end, Marks marks,
//   char* out)
//                                                               the text of a cell, its own quotes left out;
//                                                               null where a `"` of a quoted one is not
//                                                               doubled, or where the kernel cannot
//
// Copies run past the end of what they copy, into what is written next: `from` has slack behind it, and a row
// is only begun where the output has room for it and the slack. Everything here has internal linkage.

#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/csv/kernel_table.h"
#include "codec/json/escape_table.h"
#include "codec/json/render_kernel.h"
#include "codec/json/render_marks.h"

namespace pulter::json {
namespace {

/// Writes any cell, such as one that is not as cells should be: a quote that is not doubled, text after the
/// closing one.
__attribute__((noinline)) char* write_odd_cell(const char* data, std::uint32_t at, std::uint32_t end,
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

/// Writes a cell that holds special bytes; returns the end of what was written.
__attribute__((noinline)) char* write_marked_cell(const char* data, std::uint32_t at, std::uint32_t end,
                                                  Marks marks, char* out) {
  char* written = nullptr;
  if (data[at] != '"') {
    written = write_escaped<false>(data, at, end, marks, out);
  } else if (end - at >= 2 && data[end - 1] == '"') {
    written = write_escaped<true>(data, at + 1, end - 1, marks, out);
  }
  return written != nullptr ? written : write_odd_cell(data, at, end, marks, out);
}

inline char* write_cell(const char* data, std::uint32_t at, std::uint32_t end, Marks marks, char* out) {
  if (marks.next(at, end) != end) return write_marked_cell(data, at, end, marks, out);
  copy_text(out, data + at, end - at);
  return out + (end - at);
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
__attribute__((noinline)) char* write_clean_row(const RenderShape& shape, const KeySlot& open, RowCells row,
                                                char* out) {
  const char* const data = row.data;
  const std::uint16_t* separator = row.separators + 1;
  const std::uint16_t* const last = separator + shape.columns;
  const KeySlot* next_key = shape.keys;
  std::uint32_t at = row.begin(0);
  KeySlot key = open;
  for (;;) {
    const std::uint32_t end = *separator;
    out = write_key<short_keys>(key, out);
    copy_text(out, data + at, end - at);
    out += end - at;
    at = end + 1;
    if (++separator == last) return out;
    key = *++next_key;
  }
}

/// A row whose only special bytes may be the quotes around cells, `marked` bytes in all: written without a
/// branch on which cells these are. Null where there is anything else; what was written is then void.
template <bool short_keys>
__attribute__((noinline)) char* write_quoted_row(const RenderShape& shape, const KeySlot& open, RowCells row,
                                                 std::uint32_t marked, char* out) {
  const char* const data = row.data;
  const std::uint16_t* separator = row.separators + 1;
  const std::uint16_t* const last = separator + shape.columns;
  const KeySlot* next_key = shape.keys;
  std::uint32_t quoted_cells = 0;
  bool odd = false;
  const char* at = data + row.begin(0);
  KeySlot key = open;
  for (;;) {
    const char* const end = data + *separator;
    const std::ptrdiff_t quoted = *at == '"' ? 1 : 0;
    const std::ptrdiff_t size = end - at - 2 * quoted;
    // A lone quote, or one that does not end the cell.
    odd |= (quoted != 0) & ((end[-1] != '"') | (size < 0));
    quoted_cells += static_cast<std::uint32_t>(quoted);
    out = write_key<short_keys>(key, out);
    copy_text(out, at + quoted, static_cast<std::size_t>(size < 0 ? 0 : size));
    out += size;
    at = end + 1;
    if (++separator == last) return !odd && 2 * quoted_cells == marked ? out : nullptr;
    key = *++next_key;
  }
}

template <bool short_keys>
__attribute__((noinline)) char* write_marked_row(const RenderShape& shape, const KeySlot& open, RowCells row,
                                                 Marks marks, char* out) {
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

template <bool short_keys>
inline char* write_row_with_marks(const RenderShape& shape, const KeySlot& open, RowCells row,
                                  std::uint32_t begin, std::uint32_t end, Marks marks, char* out) {
  // In long rows something else than quotes is likely, and looking for it costs as much as writing.
  if (end - begin < 16 * shape.columns + 64) {
    const std::uint32_t marked = marks.count(begin, end);
    if (marked <= 2 * shape.columns) {
      if (char* written = write_quoted_row<short_keys>(shape, open, row, marked, out)) return written;
    }
  }
  return write_marked_row<short_keys>(shape, open, row, marks, out);
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
        out = write_row_with_marks<short_keys>(shape, open, row, begin, end, marks, out);
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
