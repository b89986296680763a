#include "codec/csv/header.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "codec/csv/cell_reader.h"
#include "codec/csv/file_error.h"

namespace pulter::csv {
namespace {

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool reserved(std::string_view name) {
  return name == "__index" || name == "__extra";
}

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

/// Keeps the first notes of each kind and counts the rest: a header may have thousands of blank cells.
class HeaderNotes {
 public:
  void add(std::string_view code, std::string detail) {
    std::uint64_t& count = counts_.try_emplace(code, 0).first->second;
    if (++count <= note_rows_max) notes_.push_back({std::string(code), std::move(detail), {}});
  }

  std::vector<Note> take() {
    for (const std::string_view code :
         {"blank_header", "unknown_column", "reserved_header", "duplicate_header"}) {
      const auto found = counts_.find(code);
      if (found == counts_.end() || found->second <= note_rows_max) continue;
      notes_.push_back(
          {std::string(code),
           "The same is true of " + std::to_string(found->second - note_rows_max) + " more columns.",
           {}});
    }
    return std::move(notes_);
  }

 private:
  std::vector<Note> notes_;
  std::unordered_map<std::string_view, std::uint64_t> counts_;
};

/// Gives each wanted name out once.
class Names {
 public:
  explicit Names(const std::vector<Column>& wanted) {
    for (const Column& column : wanted) wanted_.insert(column.name);
  }

  /// `name` itself where it is free, else the first `name_N` that nobody has and nobody wants.
  std::string claim(const std::string& name) {
    if (!reserved(name) && taken_.insert(name).second) return name;
    std::uint32_t& suffix = next_suffix_.try_emplace(name, 2).first->second;
    for (;; ++suffix) {
      std::string candidate = name + "_" + std::to_string(suffix);
      if (wanted_.contains(candidate) || !taken_.insert(candidate).second) continue;
      ++suffix;
      return candidate;
    }
  }

 private:
  std::unordered_set<std::string> wanted_;
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, std::uint32_t> next_suffix_;
};

/// Applies the settings' renames and leaves out what is not wanted; fills blanks.
std::vector<Column> wanted_columns(std::vector<std::string> cells, const PlanSettings& settings,
                                   HeaderNotes& notes) {
  std::unordered_map<std::string_view, std::size_t> renames;
  for (std::size_t i = 0; i < settings.rename.size(); ++i) renames.try_emplace(settings.rename[i].first, i);
  std::vector<bool> used(settings.rename.size());
  std::vector<Column> columns;
  for (std::uint32_t source = 0; source < cells.size(); ++source) {
    std::string& cell = cells[source];
    const bool is_blank = blank(cell);
    std::string name = is_blank ? "column_" + std::to_string(source + 1) : cell;
    // A blank header cell can be renamed by the name that it is given.
    const auto rename = renames.find(name);
    const bool renamed = rename != renames.end();
    if (renamed) {
      used[rename->second] = true;
      name = settings.rename[rename->second].second;
    } else if (settings.drop_unmapped) {
      continue;
    } else if (is_blank) {
      notes.add("blank_header", "Column " + std::to_string(source + 1) + " has no header; it is sent as " +
                                    quoted(name) + ".");
    }
    columns.push_back({std::move(name), source, std::move(cell)});
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] || renames.find(settings.rename[i].first)->second != i) continue;
    notes.add("unknown_column", "The column mapping names " + quoted(settings.rename[i].first) +
                                    ", which is no column of the file; it has no effect.");
  }
  return columns;
}

void make_unique(std::vector<Column>& columns, HeaderNotes& notes) {
  Names names(columns);
  for (Column& column : columns) {
    std::string name = names.claim(column.name);
    if (name == column.name) continue;
    const std::string which = "Column " + std::to_string(column.source + 1);
    if (reserved(column.name)) {
      notes.add("reserved_header", which + " is called " + quoted(column.name) +
                                       ", a key that rows carry themselves; it is sent as " + quoted(name) +
                                       ".");
    } else {
      notes.add("duplicate_header",
                which + " repeats the name " + quoted(column.name) + "; it is sent as " + quoted(name) + ".");
    }
    column.name = std::move(name);
  }
}

}  // namespace

Result<Header> read_header(std::string_view file, std::uint64_t offset, char delimiter,
                           const PlanSettings& settings) {
  Header header;
  std::uint64_t at = skip_line_ends(file, offset);
  header.end = at;
  if (at == file.size()) return header;
  const std::uint64_t begin = at;
  // Cells beyond the longest row allowed are not even collected.
  const std::string_view readable = file.substr(0, begin + row_bytes_max + 2);
  std::vector<std::string> cells;
  CellRead read;
  do {
    if (cells.size() == columns_max) {
      return fail(ErrorCode::too_many_columns, static_cast<std::int64_t>(at),
                  "The header has more than " + std::to_string(columns_max) +
                      " columns; check the delimiter, or split the file.");
    }
    std::string cell;
    read = read_cell(readable, at, delimiter, [&cell](char c) { cell.push_back(c); });
    cells.push_back(std::move(cell));
    at = read.next;
  } while (read.end == CellEnd::delimiter);
  const bool whole = readable.size() == file.size();
  if (read.unclosed && whole) return unclosed_quote(file, 0, read.quote_offset);
  const std::uint64_t row_end = read.end == CellEnd::line ? at - 1 : at;
  if (row_end - begin > row_bytes_max) return row_too_long(file, 0, begin);
  if (read.end == CellEnd::line && file[at - 1] == '\r' && at < file.size() && file[at] == '\n') ++at;
  header.end = at;
  header.file_columns = static_cast<std::uint32_t>(cells.size());
  HeaderNotes notes;
  header.columns = wanted_columns(std::move(cells), settings, notes);
  make_unique(header.columns, notes);
  header.notes = notes.take();
  return header;
}

}  // namespace pulter::csv
