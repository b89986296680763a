#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

// What the commands for importers, webhooks, imports and events have in common: ask, then print a table, a
// list of fields, or the daemon's own JSON.

namespace pulter::tool {

/// A table column: its heading and the field it shows.
struct TableColumn {
  std::string heading;
  std::string field;
};

/// GET of a list. On a terminal or in a pipe a table; with --json the daemon's answer. When more follow, the
/// last line says how to get them.
ExitCode list_resources(Context& context, const std::string& path,
                        const std::vector<std::pair<std::string, std::string>>& query,
                        const std::vector<TableColumn>& columns, const std::string& empty_text);

/// GET of one resource, printed field by field.
ExitCode show_resource(Context& context, const std::string& path);

/// POST, PATCH or DELETE. Prints the answer's fields, or `done_text` where the answer is empty.
ExitCode change_resource(Context& context, const std::string& method, const std::string& path,
                         const std::string& body, const std::string& done_text);

/// GET of bytes (a body, a file, a CSV), written to standard output as they are.
ExitCode write_bytes(Context& context, const std::string& path);

/// Collects the fields of a request body; fields that were not given are left out.
class FieldWriter {
 public:
  void text(const std::string& key, const std::string& value);
  void number(const std::string& key, const std::optional<std::uint64_t>& value);
  void boolean(const std::string& key, const std::optional<bool>& value);
  void texts(const std::string& key, const std::vector<std::string>& values);
  /// A JSON object given by the user; a Failure naming `option` when it is none.
  void object(const std::string& key, const std::string& json_text, const std::string& option);
  void raw(const std::string& key, const std::string& json_text);
  /// "{}" when nothing was given.
  [[nodiscard]] std::string body() const { return "{" + fields_ + "}"; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }

 private:
  std::string fields_;
};

}  // namespace pulter::tool
