#pragma once

// What all rows of an import have in common, prepared once: internal to the batch writer.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/row_id.h"
#include "codec/csv/plan.h"
#include "codec/json/render_kernel.h"

namespace pulter::json {

/// One column as the plain writer sees it.
struct ShapeColumn {
  /// `"name":"` for the first column, `","name":"` for the others: what stands before the cell's text.
  std::string key;
  std::uint32_t source = 0;
};

/// Immutable once made.
class RowShape {
 public:
  RowShape(const csv::Plan& plan, std::string_view import_id);

  char delimiter;
  bool send_extra;
  std::uint32_t file_columns;
  std::uint64_t file_bytes;
  RowIdSeed seed;
  std::vector<ShapeColumn> columns;
  /// The same for the wide kernels; not used where `render` is null.
  RenderShape wide;
  /// Null where the scalar kernel was chosen, or where rows have no columns: then the plain writer does it
  /// all.
  RenderRows render = nullptr;

 private:
  void prepare_wide();

  /// What the slots of `wide` point into.
  std::vector<char> slot_bytes_;
  std::vector<KeySlot> slots_;
};

}  // namespace pulter::json
