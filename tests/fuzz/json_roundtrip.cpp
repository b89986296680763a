// Any cells, through the writer, through simdjson, back: every value is the cell, every body is valid UTF-8.
#include <string>

#include "codec/base/utf8.h"
#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "codec/json/reader.h"
#include "tests/fuzz/target.h"
#include "tests/reference/csv_reader.h"
#include "tests/unit/codec/csv/padded_text.h"

namespace pulter::fuzz {
namespace {

void check_row(const json::Value& row, const std::vector<std::string>& cells, const csv::Plan& plan) {
  require(row.type == json::Type::object, "a row is an object");
  std::size_t at = 0;
  for (const csv::Column& column : plan.columns) {
    require(at < row.members.size(), "a row has all its columns");
    const json::Member& member = row.members[at++];
    require(member.key == column.name, "keys come in the order of the file");
    require(member.value.type == json::Type::string, "every value is a string");
    const std::string want = column.source < cells.size() ? cells[column.source] : std::string();
    require(member.value.text == want, "the value is the cell");
  }
  if (cells.size() > plan.file_columns) {
    require(at < row.members.size() && row.members[at].key == "__extra", "a long row has __extra");
    const json::Value& extra = row.members[at++].value;
    require(extra.items.size() == cells.size() - plan.file_columns, "__extra has the cells that are over");
    for (std::size_t i = 0; i < extra.items.size(); ++i) {
      require(extra.items[i].text == cells[plan.file_columns + i], "a value of __extra is the cell");
    }
  }
  require(at + 1 == row.members.size() && row.members[at].key == "__index", "__index is last");
  require(row.members[at].value.text.size() == 36, "__index is a UUID");
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  fuzz::Input input(data, size);
  const std::size_t user = input.byte() % 32U;
  csv::PlanSettings settings;
  settings.delimiter = ',';
  settings.batch_size = 1U + input.byte() % 50U;
  const auto metadata = json::minify_object(input.take(user), 1024);
  const csv::PaddedText padded(input.rest());
  const auto plan = csv::make_plan(padded.view(), settings);
  if (!plan) return 0;
  const reference::CsvText text = reference::read_csv(fuzz::without_mark(padded.view()), ',');
  json::Envelope envelope{
      .import_id = "imp_1", .template_id = "t", .count = plan->batch_count, .total_rows = plan->total_rows};
  if (metadata) envelope.metadata_json = *metadata;
  const json::BatchWriter writer(*plan, envelope);
  std::size_t row = 1;
  for (std::uint64_t index = 1; index <= plan->batch_count; ++index) {
    const auto range = csv::locate(*plan, padded.view(), index);
    fuzz::require(range.has_value(), "a planned batch is found");
    json::Position position = writer.begin(*range);
    std::string body;
    std::string piece(64 * 1024, '\0');
    while (!json::BatchWriter::finished(position)) {
      const std::size_t written = writer.fill(padded.view(), position, piece);
      fuzz::require(written > 0, "a body goes on until it ends");
      body.append(piece, 0, written);
    }
    fuzz::require(is_utf8(body), "a body is valid UTF-8");
    const auto value = json::parse(body, body.size());
    fuzz::require(value.has_value(), "a body is JSON");
    fuzz::require(value->members.size() == 9, "a body has nine keys");
    const json::Value* rows = value->find("data");
    fuzz::require(rows != nullptr && rows->items.size() == range->rows, "a body has the rows of its batch");
    for (const json::Value& each : rows->items) {
      fuzz::require(row < text.rows.size(), "no row is made up");
      fuzz::check_row(each, text.rows[row++], *plan);
    }
  }
  fuzz::require(row == (text.rows.empty() ? 1 : text.rows.size()), "no row is lost");
  return 0;
}
