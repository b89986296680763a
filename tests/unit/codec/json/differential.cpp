#include "tests/unit/codec/json/differential.h"

#include <algorithm>
#include <array>

#include "codec/base/row_id.h"
#include "codec/json/batch_writer.h"
#include "tests/reference/csv_reader.h"
#include "tests/reference/row_writer.h"
#include "tests/unit/codec/csv/padded_text.h"

namespace pulter::json {
namespace {

constexpr std::string_view import_id = "imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K";

std::string printable(std::string_view text) {
  return reference::json_string(text.size() > 300 ? text.substr(0, 300) : text);
}

std::string first_difference(std::string_view what, std::string_view have, std::string_view want) {
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(have, want).in1 - have.begin());
  const std::size_t from = at < 60 ? 0 : at - 60;
  return std::string(what) + " differs at byte " + std::to_string(at) + " of " + std::to_string(have.size()) +
         " (" + std::to_string(want.size()) + " wanted)\n  have " +
         printable(have.substr(std::min(from, have.size()))) + "\n  want " +
         printable(want.substr(std::min(from, want.size())));
}

std::string write_all(const BatchWriter& writer, std::string_view file, Position position,
                      const std::vector<std::size_t>& buffers) {
  std::string out;
  std::string buffer;
  for (std::size_t turn = 0; !BatchWriter::finished(position); ++turn) {
    const std::size_t size = buffers[std::min(turn, buffers.size() - 1)];
    buffer.assign(size + 64, '\x7f');
    const std::size_t written = writer.fill(file, position, {buffer.data(), size});
    if (buffer.find_first_not_of('\x7f', size) != std::string::npos) return "wrote past the buffer";
    if (written != size && !BatchWriter::finished(position)) return "stopped early";
    out.append(buffer, 0, written);
  }
  return out;
}

/// The reference's view of a file.
struct Expected {
  std::vector<std::string> rows;        ///< objects with `__index`
  std::vector<std::string> plain_rows;  ///< without
  std::uint64_t short_rows = 0;
  std::uint64_t long_rows = 0;
};

Expected expect(const reference::CsvText& text, const csv::Plan& plan) {
  Expected expected;
  std::vector<reference::Key> keys;
  keys.reserve(plan.columns.size());
  for (const csv::Column& column : plan.columns) keys.push_back({column.name, column.source});
  const RowIdSeed seed = row_id_seed(import_id);
  const std::size_t header_cells = text.rows.empty() ? 0 : text.rows[0].size();
  for (std::size_t i = 1; i < text.rows.size(); ++i) {
    const auto& row = text.rows[i];
    if (row.size() < header_cells) ++expected.short_rows;
    if (row.size() > header_cells) ++expected.long_rows;
    const std::string id = reference::row_id(seed.a, seed.b, i);
    expected.rows.push_back(reference::json_row(row, keys, header_cells, plan.send_extra, id));
    expected.plain_rows.push_back(reference::json_row(row, keys, header_cells, plan.send_extra, ""));
  }
  return expected;
}

std::string join(const std::vector<std::string>& rows, std::size_t first, std::size_t count,
                 std::string_view between, std::string_view after) {
  std::string out;
  for (std::size_t i = first; i < first + count && i < rows.size(); ++i) {
    if (i > first) out += between;
    out += rows[i];
    out += after;
  }
  return out;
}

std::string check_bodies(const csv::Plan& plan, std::string_view file, const Expected& expected,
                         const BatchWriter& writer, const Check& check) {
  std::uint64_t next_row = 1;
  for (std::uint64_t index = 1; index <= plan.batch_count; ++index) {
    const Result<csv::BatchRange> range = csv::locate(plan, file, index);
    if (!range) return "locate: " + range.error().detail;
    if (range->first_row != next_row || range->rows == 0 || range->rows > plan.batch_size)
      return "wrong batch range";
    next_row += range->rows;
    const std::string want = R"({"id":")" + std::string(import_id) + R"(","templateId":"tpl_\"x","index":)" +
                             std::to_string(index) + R"(,"count":)" + std::to_string(plan.batch_count) +
                             R"(,"totalRows":)" + std::to_string(plan.total_rows) +
                             R"(,"event_name":"all","data":[)" +
                             join(expected.rows, range->first_row - 1, range->rows, ",", "") +
                             R"(],"user":{"id":"u1"},"metadata":{"a":[1]}})";
    if (want.size() > plan.max_batch_bytes) return "a body is too large";
    if (range->rows < plan.batch_size && index < plan.batch_count) {
      const std::string one_more = join(expected.rows, range->first_row - 1, range->rows + 1, "", ",");
      if (one_more.size() <= plan.max_batch_bytes - plan.envelope_bytes)
        return "a batch could hold another row";
    }
    const std::string have = write_all(writer, file, writer.begin(*range), check.buffers);
    if (have != want) return first_difference("body " + std::to_string(index), have, want);
  }
  return next_row == plan.total_rows + 1 ? "" : "batches miss rows";
}

std::string check_rows(const csv::Plan& plan, std::string_view file, const Expected& expected,
                       const BatchWriter& writer, const Check& check) {
  const Position all = writer.begin_rows({1, plan.data_begin}, plan.total_rows, RowLayout::lines, false);
  const std::string lines = write_all(writer, file, all, check.buffers);
  const std::string want = join(expected.plain_rows, 0, expected.plain_rows.size(), "", "\n");
  if (lines != want) return first_difference("lines", lines, want);
  if (plan.total_rows == 0) return "";
  const std::uint64_t middle = (plan.total_rows + 1) / 2;
  const Result<csv::RowPosition> from = csv::locate_row(plan, file, middle);
  if (!from) return "locate_row: " + from.error().detail;
  const std::string some =
      write_all(writer, file, writer.begin_rows(*from, 3, RowLayout::commas, true), check.buffers);
  const std::string wanted = join(expected.rows, middle - 1, 3, ",", "");
  return some == wanted ? "" : first_difference("rows", some, wanted);
}

}  // namespace

std::string differs(std::string_view text, const Check& check) {
  const csv::PaddedText padded(text);
  const std::string_view file = padded.view();
  const reference::CsvText read = reference::read_csv(file, check.settings.delimiter.value_or(','));
  const Result<csv::Plan> plan = csv::make_plan(file, check.settings);
  if (read.open_quote) {
    if (plan) return "an unclosed quote was not noticed";
    if (plan.error().code != ErrorCode::unclosed_quote) return "not unclosed_quote: " + plan.error().detail;
    return plan.error().at == static_cast<std::int64_t>(*read.open_quote)
               ? ""
               : "wrong place of the unclosed quote";
  }
  if (!plan) return "plan: " + plan.error().detail;
  const Expected expected = expect(read, *plan);
  const auto differ = [](std::string_view what, std::uint64_t have, std::uint64_t want) {
    return have == want
               ? std::string()
               : std::string(what) + ": " + std::to_string(have) + ", wanted " + std::to_string(want);
  };
  std::uint64_t blank_lines = read.blank_lines;
  // The plan counts from the header on.
  blank_lines -= reference::read_csv(file.substr(0, plan->data_begin), check.settings.delimiter.value_or(','))
                     .blank_lines;
  for (const std::string& difference : {differ("rows", plan->total_rows, expected.rows.size()),
                                        differ("short rows", plan->short_rows, expected.short_rows),
                                        differ("long rows", plan->long_rows, expected.long_rows),
                                        differ("blank lines", plan->blank_lines, blank_lines)}) {
    if (!difference.empty()) return difference;
  }
  const BatchWriter writer(*plan, {std::string(import_id), "tpl_\"x", "all", plan->batch_count,
                                   plan->total_rows, R"({"id":"u1"})", R"({"a":[1]})"});
  const std::string bodies = check_bodies(*plan, file, expected, writer, check);
  return bodies.empty() ? check_rows(*plan, file, expected, writer, check) : bodies;
}

void each_string(std::size_t size, const std::function<void(std::string_view)>& each) {
  constexpr std::string_view symbols = ",\"\n\ra ";
  std::string text(size, symbols[0]);
  std::vector<std::size_t> digits(size);
  for (;;) {
    each(text);
    std::size_t place = 0;
    for (; place < size; ++place) {
      digits[place] = (digits[place] + 1) % symbols.size();
      text[place] = symbols[digits[place]];
      if (digits[place] != 0) break;
    }
    if (place == size) return;
  }
}

std::string random_csv(std::mt19937_64& random, std::size_t bytes) {
  constexpr std::array<std::string_view, 20> pieces = {
      "a",
      "bc",
      "12.5",
      ",",
      ",",
      ",",
      ",",
      "\n",
      "\r\n",
      "\r",
      "\"",
      "\"\"",
      "\"x, \"\"y\"\"\"",
      ",\"quoted cell\",",
      " ",
      "\\",
      "\t",
      std::string_view("\0", 1),
      "\xc3\xa9",
      "a cell that is longer than thirty-two bytes, or even sixty-four of them"};
  // Each file favours other pieces, so that clean, quoted and broken files all occur.
  std::array<unsigned, pieces.size()> weights;
  for (unsigned& weight : weights)
    weight = static_cast<unsigned>(random() % 4 == 0 ? random() % 50 : random() % 4);
  weights[17] %= 2;  // many NULs make a file that is no CSV
  weights[0] += 5;
  weights[3] += 5;
  std::discrete_distribution<std::size_t> pick(weights.begin(), weights.end());
  std::string text = "id,name,c\n";
  while (text.size() < bytes) text += pieces[pick(random)];
  return text;
}

}  // namespace pulter::json
