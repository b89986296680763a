#include "codec/json/row_shape.h"

#include <cstring>

#include "codec/csv/kernel.h"
#include "codec/json/escape.h"

namespace pulter::json {
namespace {

constexpr std::size_t slot_alignment = 64;
// {"__index":"<id>"}, and the line end of the layout `lines`.
constexpr std::size_t frame_bytes_max = std::string_view(R"(,{","__index":""})").size() + row_id_size + 2;

RenderRows kernel_for(csv::Isa isa) {
#if defined(__x86_64__)
  if (isa == csv::Isa::avx512) return render_rows_avx512;
  if (isa == csv::Isa::avx2) return render_rows_avx2;
#endif
  static_cast<void>(isa);
  return nullptr;
}

std::size_t slot_size(std::size_t text_size) {
  return (text_size + render_slack_bytes + slot_alignment - 1) / slot_alignment * slot_alignment;
}

/// Lays texts out one after the other, each aligned and with slack behind it.
class SlotBuilder {
 public:
  SlotBuilder(std::vector<char>& bytes, std::size_t capacity) : bytes_(bytes) {
    bytes_.assign(capacity + slot_alignment, '\0');
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data());
    at_ = (slot_alignment - address % slot_alignment) % slot_alignment;
  }

  KeySlot add(std::string_view text, std::uint32_t source) {
    char* slot = bytes_.data() + at_;
    std::memcpy(slot, text.data(), text.size());
    at_ += slot_size(text.size());
    return {slot, static_cast<std::uint32_t>(text.size()), source};
  }

 private:
  std::vector<char>& bytes_;
  std::size_t at_;
};

}  // namespace

RowShape::RowShape(const csv::Plan& plan, std::string_view import_id)
    : delimiter(plan.dialect.delimiter),
      send_extra(plan.send_extra),
      file_columns(plan.file_columns),
      file_bytes(plan.file_bytes),
      seed(row_id_seed(import_id)) {
  for (const csv::Column& column : plan.columns) {
    std::string key = columns.empty() ? "\"" : "\",\"";
    append_escaped(key, column.name);
    key += "\":\"";
    columns.push_back({std::move(key), column.source});
  }
  if (!columns.empty()) render = kernel_for(csv::active_isa());
  if (render != nullptr) prepare_wide();
}

void RowShape::prepare_wide() {
  const std::string open = "{" + columns.front().key;
  const std::string open_next = "," + open;
  std::size_t capacity = slot_size(open.size()) + slot_size(open_next.size());
  for (const ShapeColumn& column : columns) capacity += slot_size(column.key.size());
  SlotBuilder builder(slot_bytes_, capacity);
  wide.open = builder.add(open, columns.front().source);
  wide.open_next = builder.add(open_next, columns.front().source);
  wide.key_bytes = frame_bytes_max;
  wide.short_keys = open_next.size() <= 32;
  wide.identity = columns.size() == file_columns;
  for (const ShapeColumn& column : columns) {
    slots_.push_back(builder.add(column.key, column.source));
    wide.key_bytes += column.key.size();
    wide.short_keys = wide.short_keys && column.key.size() <= 32;
  }
  wide.keys = slots_.data();
  wide.columns = static_cast<std::uint32_t>(columns.size());
  wide.file_columns = file_columns;
  wide.send_extra = send_extra;
  wide.seed = seed;
}

}  // namespace pulter::json
