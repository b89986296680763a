#include <fmt/format.h>

#include "codec/json/writer.h"
#include "tools/pulter/command_offline.h"
#include "tools/pulter/source_file.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

/// The sentence, and the first rows that it is about.
std::string note_text(const csv::Note& note) {
  constexpr std::size_t detail_columns_max = 400;
  std::string out = "note       " + clipped(note.detail, detail_columns_max) + "\n";
  if (!note.rows.empty()) out += "           " + row_numbers(note.rows) + "\n";
  return out;
}

std::string as_text(const SourceFile& source, const std::string& name) {
  const csv::Plan& plan = source.plan;
  std::string out =
      fmt::format("{}: {} in {} columns, {} of up to {}\n", name, counted(plan.total_rows, "row"),
                  plan.columns.size(), batches_text(plan.batch_count), counted(plan.batch_size, "row"));
  if (source.packed_bytes > 0)
    out += fmt::format("unpacked   {} bytes of gzip to {}\n", source.packed_bytes, plan.file_bytes);
  out += fmt::format("encoding   {}\ndelimiter  {}\ncolumns   ", source.encoding,
                     delimiter_name(plan.dialect.delimiter));
  for (const csv::Column& column : plan.columns) out += " " + clipped(column.name, 60);
  out += "\n";
  for (const csv::Note& note : plan.notes) out += note_text(note);
  return out;
}

std::string as_json(const SourceFile& source) {
  const csv::Plan& plan = source.plan;
  std::string out;
  json::Writer writer(out);
  writer.begin_object().field("bytes", source.packed_bytes > 0 ? source.packed_bytes : plan.file_bytes);
  writer.field("textBytes", plan.file_bytes).field("encoding", source.encoding);
  writer.field("delimiter", std::string(1, plan.dialect.delimiter)).key("columns").begin_array();
  for (const csv::Column& column : plan.columns) writer.string(column.name);
  writer.end_array().field("totalRows", plan.total_rows).field("count", plan.batch_count);
  writer.field("shortRows", plan.short_rows).field("longRows", plan.long_rows);
  writer.field("blankLines", plan.blank_lines).key("notes").begin_array();
  for (const csv::Note& note : plan.notes) {
    writer.begin_object().field("code", note.code).field("detail", note.detail).key("rows").begin_array();
    for (const std::uint64_t row : note.rows) writer.unsigned_integer(row);
    writer.end_array().end_object();
  }
  writer.end_array().end_object();
  return out + "\n";
}

}  // namespace

ExitCode run_check(Context& context, const ReadOptions& options) {
  const SourceFile source = read_source(options);
  print(context.json ? as_json(source) : as_text(source, options.file));
  return ExitCode::delivered;
}

}  // namespace pulter::tool
