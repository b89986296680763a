#include "codec/csv/plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "codec/csv/cell_reader.h"
#include "codec/csv/file_error.h"
#include "codec/csv/file_kind.h"
#include "codec/csv/header.h"
#include "codec/csv/planner.h"
#include "codec/csv/utf8.h"

namespace pulter::csv {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

Result<> check_settings(const PlanSettings& settings) {
  if (settings.batch_size == 0) return fail(ErrorCode::bad_value, "batchSize must be at least 1.");
  if (settings.max_batch_bytes <= settings.envelope_bytes) {
    return fail(ErrorCode::bad_value, "maxBatchBytes is " + number(settings.max_batch_bytes) +
                                          ", which leaves no room for rows; raise it.");
  }
  if (!can_delimit(settings.delimiter.value_or(','))) {
    return fail(
        ErrorCode::bad_value,
        "The delimiter must be one ASCII character and no quote or line end; most files use , ; | or a tab.");
  }
  return {};
}

/// "rows 2 (line 3), 4 (line 6)"
std::string row_numbers(std::string_view file, const RowList& rows) {
  constexpr std::size_t shown_max = 10;
  const std::size_t shown = std::min<std::size_t>(rows.count, shown_max);
  LineCounter lines(file);
  std::string text = shown == 1 ? "row " : "rows ";
  for (std::size_t i = 0; i < shown; ++i) {
    const std::uint64_t begin = skip_line_ends(file, rows.offset[i]);
    text += (i == 0 ? "" : ", ") + number(rows.row[i]) + " (line " + number(lines.line_of(begin)) + ")";
  }
  if (rows.count > shown) text += " and others";
  return text;
}

void add_row_note(std::vector<Note>& notes, std::string_view code, const RowList& rows,
                  std::string_view what) {
  if (rows.count == 0) return;
  const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(rows.count, note_rows_max));
  notes.push_back({std::string(code),
                   number(rows.count) + (rows.count == 1 ? " row has " : " rows have ") + std::string(what),
                   {rows.row.begin(), rows.row.begin() + kept}});
}

/// The verdicts that need the whole file.
Result<> judge(std::string_view file, const BatchPass& pass, const Plan& plan, const PlanSettings& settings) {
  if (settings.max_rows > 0 && pass.rows() > settings.max_rows) {
    return fail(ErrorCode::too_many_rows, "The file has " + number(pass.rows()) + " rows and the limit is " +
                                              number(settings.max_rows) +
                                              "; split the file, or raise maxRecords.");
  }
  const std::uint64_t ragged = pass.short_rows().count + pass.long_rows().count;
  if (!settings.reject_ragged || ragged == 0) return {};
  std::string detail = "The header has " + number(plan.file_columns) + " cells, and " + number(ragged) +
                       (ragged == 1 ? " row has" : " rows have") + " another number:";
  if (pass.short_rows().count > 0) detail += " fewer in " + row_numbers(file, pass.short_rows()) + ";";
  if (pass.long_rows().count > 0) detail += " more in " + row_numbers(file, pass.long_rows()) + ";";
  return fail(ErrorCode::ragged_row, detail + " mend the rows, or accept them (ragged).");
}

void take_counts(Plan& plan, const BatchPass& pass) {
  plan.total_rows = pass.rows();
  plan.short_rows = pass.short_rows().count;
  plan.long_rows = pass.long_rows().count;
  plan.blank_lines = pass.blank_lines();
  add_row_note(plan.notes, "short_rows", pass.short_rows(),
               "fewer cells than the header; the missing ones are sent empty.");
  add_row_note(plan.notes, "long_rows", pass.long_rows(),
               plan.send_extra ? "more cells than the header; the further ones are sent as __extra."
                               : "more cells than the header; the further ones are not sent.");
  if (plan.blank_lines > 0) {
    plan.notes.push_back({"blank_lines",
                          number(plan.blank_lines) + (plan.blank_lines == 1 ? " blank line was skipped."
                                                                            : " blank lines were skipped."),
                          {}});
  }
}

Result<> take_header(Plan& plan, std::string_view file, const PlanSettings& settings) {
  const std::uint64_t begin = file.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  Result<Header> header = read_header(file, begin, plan.dialect.delimiter, settings);
  if (!header) return fail(std::move(header.error()));
  Utf8Check utf8(file, begin);
  if (!utf8.check_to(header->end, nullptr)) return bad_encoding(file, utf8.first_invalid());
  plan.data_begin = header->end;
  plan.file_columns = header->file_columns;
  plan.columns = std::move(header->columns);
  plan.notes = std::move(header->notes);
  return {};
}

}  // namespace

bool Planner::Checkpoints::batch(const BatchRange& range) {
  ++plan_.batch_count;
  if ((range.index - 1) % plan_.checkpoint_stride != 0) return true;
  if (plan_.checkpoints.size() == checkpoints_max) {
    for (std::size_t i = 0; i < checkpoints_max / 2; ++i) plan_.checkpoints[i] = plan_.checkpoints[2 * i];
    plan_.checkpoints.resize(checkpoints_max / 2);
    plan_.checkpoint_stride *= 2;
    if ((range.index - 1) % plan_.checkpoint_stride != 0) return true;
  }
  plan_.checkpoints.push_back({range.index, range.first_row, range.begin});
  return true;
}

Planner::Planner(PlanSettings settings) : settings_(std::move(settings)) {}

void Planner::read(std::string_view so_far) {
  // A sample that is shorter because the file is not here yet could look like another dialect.
  constexpr std::size_t head_bytes = byte_order_mark.size() + sniffed_bytes_max + padding_bytes;
  if (needs_all_ || problem_ || so_far.size() < head_bytes) return;
  if (pass_) {
    pass_->grow(so_far);
  } else {
    begin_early(so_far);
  }
  if (!pass_) return;
  Result<> run = pass_->run_ahead();
  if (!run) problem_ = std::move(run.error());
}

/// Begins where the header is whole. Where it is not, or bad, only the whole file tells which; a header of
/// 16 MiB is not read anew with each piece that comes.
void Planner::begin_early(std::string_view so_far) {
  const bool begun = begin(so_far).has_value();
  if (begun && plan_.data_begin + padding_bytes <= so_far.size()) return;
  pass_.reset();
  plan_ = {};
  needs_all_ = true;
}

Result<Plan> Planner::finish(std::string_view file) {
  if (problem_) return fail(std::move(*problem_));
  if (pass_) {
    pass_->grow(file);
  } else {
    Result<> begun = begin(file);
    if (!begun) return fail(std::move(begun.error()));
  }
  plan_.file_bytes = file.size();
  Result<> run = pass_->run(true);
  if (!run) return fail(std::move(run.error()));
  Result<> judged = judge(file, *pass_, plan_, settings_);
  if (!judged) return fail(std::move(judged.error()));
  take_counts(plan_, *pass_);
  return std::move(plan_);
}

/// All up to the first row.
Result<> Planner::begin(std::string_view file) {
  Result<> checked = check_settings(settings_);
  if (!checked) return checked;
  plan_.batch_size = settings_.batch_size;
  plan_.max_batch_bytes = settings_.max_batch_bytes;
  plan_.envelope_bytes = settings_.envelope_bytes;
  plan_.send_extra = !settings_.drop_unmapped;
  Result<> dialect = take_dialect(file);
  if (!dialect) return dialect;
  Result<> header = take_header(plan_, file, settings_);
  if (!header) return header;
  const char delimiter = plan_.dialect.delimiter;
  measure_.emplace(plan_.columns, plan_.file_columns, delimiter, plan_.send_extra);
  const CutRule rule{plan_.batch_size, plan_.max_batch_bytes - plan_.envelope_bytes};
  pass_.emplace(file, delimiter, plan_.file_columns, *measure_, rule, Checkpoint{1, 1, plan_.data_begin},
                sink_);
  return {};
}

Result<> Planner::take_dialect(std::string_view file) {
  if (!settings_.delimiter) {
    Result<Dialect> sniffed = sniff(file);
    if (!sniffed) return fail(std::move(sniffed.error()));
    plan_.dialect = *sniffed;
    return {};
  }
  plan_.dialect.delimiter = *settings_.delimiter;
  if (const auto kind = not_csv_kind(file)) {
    return fail(ErrorCode::not_csv, 0,
                "The file is " + *kind + ", not a CSV; export it as CSV and upload that.");
  }
  return {};
}

Result<Plan> make_plan(std::string_view file, const PlanSettings& settings) {
  return Planner(settings).finish(file);
}

}  // namespace pulter::csv
