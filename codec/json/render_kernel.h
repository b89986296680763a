#pragma once

// What a render kernel is: whole rows written at once, given where their cells are. One file per instruction
// set; the scalar reference is RowStream, which needs no kernel. Internal to json.
//
// Plain structs only: no inline function may be shared with a file compiled for wider instructions.

#include <cstddef>
#include <cstdint>

#include "codec/base/row_id.h"
#include "codec/csv/kernel_table.h"

namespace pulter::json {

/// Bytes that are copied from a file or a slot, or stored to the output, past the end of a text at most.
inline constexpr std::size_t render_slack_bytes = 64;

/// Text that stands before a cell. `text` is 64-byte aligned and has render_slack_bytes readable after its
/// end.
struct KeySlot {
  const char* text = nullptr;
  std::uint32_t size = 0;
  std::uint32_t source = 0;  ///< the column's place in the file
};

struct RenderShape {
  const KeySlot* keys = nullptr;  ///< `","name":"`; the first one is `"name":"` and is not used
  KeySlot open;                   ///< `{"name":"`: the first row, and every row of the layout `lines`
  KeySlot open_next;              ///< `,{"name":"`
  std::uint32_t columns = 0;      ///< at least 1
  std::uint32_t file_columns = 0;
  std::uint64_t key_bytes = 0;  ///< what a row takes beside the text of its cells, at most
  bool identity = false;        ///< column c is the file's column c, for all of them
  bool short_keys = false;      ///< no key is longer than 32 bytes
  bool send_extra = false;
  RowIdSeed seed;
};

/// Where rendering stands within one indexed chunk.
struct RenderCursor {
  std::uint32_t next_row = 0;   ///< entry of CellIndex::row_end
  std::uint32_t separator = 0;  ///< the separator before that row
  char* out = nullptr;
  char* out_end = nullptr;
  std::uint64_t row = 0;
  std::uint64_t rows_left = 0;
  bool first = false;
  bool lines = false;
  bool with_index = false;
};

enum class RenderStop : std::uint8_t {
  chunk_done,  ///< no whole row is left in the chunk
  rows_done,   ///< as many rows as were asked for
  long_row,    ///< the next row has more cells than the header
  no_room,     ///< the next row may not fit
};

/// Writes whole rows until something stops it; `data` is the indexed chunk.
using RenderRows = RenderStop (*)(const RenderShape& shape, const csv::CellIndex& index, const char* data,
                                  RenderCursor& cursor);

#if defined(__x86_64__)
RenderStop render_rows_avx2(const RenderShape&, const csv::CellIndex&, const char*, RenderCursor&);
RenderStop render_rows_avx512(const RenderShape&, const csv::CellIndex&, const char*, RenderCursor&);
#endif

}  // namespace pulter::json
