#include "tools/pulter/resources.h"

#include <fmt/format.h>

#include "codec/json/writer.h"
#include "io/terminal.h"
#include "tools/pulter/json_fields.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

/// One "name: value" line per field; nested values keep their JSON form, long texts their own lines.
std::string fields_text(const json::Value& object) {
  std::size_t widest = 0;
  for (const json::Member& member : object.members) widest = std::max(widest, width(member.key));
  std::string out;
  for (const json::Member& member : object.members) {
    std::string value = text_of(object, member.key);
    if (member.value.type == json::Type::array && !member.value.items.empty() &&
        member.value.items.front().type == json::Type::object) {
      value.clear();
      for (const json::Value& item : member.value.items) {
        value += (value.empty() ? "" : "\n" + std::string(widest + 2, ' ')) + json::to_text(item);
      }
    } else if (value.empty()) {
      value = "-";
    }
    out += fmt::format("{}{}  {}\n", member.key, std::string(widest - width(member.key), ' '), value);
  }
  return out;
}

}  // namespace

ExitCode list_resources(Context& context, const std::string& path,
                        const std::vector<std::pair<std::string, std::string>>& query,
                        const std::vector<TableColumn>& columns, const std::string& empty_text) {
  const json::Value list = context.client.send_json({.target = path + query_text(query)});
  if (context.json) {
    print(json::to_text(list) + "\n");
    return ExitCode::delivered;
  }
  std::vector<std::string> headings;
  for (const TableColumn& column : columns) headings.push_back(column.heading);
  Table table(std::move(headings));
  for (const json::Value& item : items_of(list, "data")) {
    std::vector<std::string> cells;
    for (const TableColumn& column : columns) cells.push_back(text_of(item, column.field));
    table.add(std::move(cells));
  }
  if (table.empty()) {
    print(empty_text + "\n");
    return ExitCode::delivered;
  }
  const bool terminal = io::is_terminal(io::blocking::standard_output);
  print(table.text(terminal ? io::terminal_columns(io::blocking::standard_output) : 0));
  if (const std::string next = text_of(list, "next"); !next.empty()) {
    print_error("More follow: add --cursor " + next + "\n");
  }
  return ExitCode::delivered;
}

ExitCode show_resource(Context& context, const std::string& path) {
  const json::Value value = context.client.send_json({.target = path});
  print(context.json ? json::to_text(value) + "\n" : fields_text(value));
  return ExitCode::delivered;
}

ExitCode change_resource(Context& context, const std::string& method, const std::string& path,
                         const std::string& body, const std::string& done_text) {
  const json::Value value = context.client.send_json({.method = method, .target = path, .body = body});
  if (value.type != json::Type::object) {
    print((context.json ? "{}" : done_text) + std::string("\n"));
  } else {
    print(context.json ? json::to_text(value) + "\n" : fields_text(value));
  }
  return ExitCode::delivered;
}

ExitCode write_bytes(Context& context, const std::string& path) {
  const Answer answer =
      context.client.download({.target = path}, [](std::string_view bytes) { print(bytes); });
  if (!answer.ok()) throw Failure(ExitCode::failed, problem_text(answer));
  std::fflush(stdout);
  return ExitCode::delivered;
}

void FieldWriter::raw(const std::string& key, const std::string& json_text) {
  std::string name;
  json::append_string(name, key);
  fields_ += (fields_.empty() ? "" : ",") + name + ":" + json_text;
}

void FieldWriter::text(const std::string& key, const std::string& value) {
  if (value.empty()) return;
  std::string quoted;
  json::append_string(quoted, value);
  raw(key, quoted);
}

void FieldWriter::number(const std::string& key, const std::optional<std::uint64_t>& value) {
  if (value) raw(key, std::to_string(*value));
}

void FieldWriter::boolean(const std::string& key, const std::optional<bool>& value) {
  if (value) raw(key, *value ? "true" : "false");
}

void FieldWriter::texts(const std::string& key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  std::string list;
  json::Writer writer(list);
  writer.begin_array();
  for (const std::string& value : values) writer.string(value);
  writer.end_array();
  raw(key, list);
}

void FieldWriter::object(const std::string& key, const std::string& json_text, const std::string& option) {
  if (json_text.empty()) return;
  const Result<std::string> compact = json::minify_object(json_text, 1 << 20);
  if (!compact) {
    throw Failure(ExitCode::usage,
                  option + " must be a JSON object such as {\"name\":\"value\"}: " + compact.error().detail);
  }
  raw(key, *compact);
}

}  // namespace pulter::tool
