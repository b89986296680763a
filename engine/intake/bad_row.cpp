#include "engine/intake/bad_row.h"

#include <utility>

namespace pulter::intake {
namespace {

struct RowJob {
  std::string_view text;
  std::optional<char> delimiter;
  std::optional<std::uint64_t> row;

  static void run(void* self) noexcept {
    auto& job = *static_cast<RowJob*>(self);
    job.row = row_behind(job.text, job.delimiter);
  }
};

/// The sentence once more with its row.
io::Task<Error> with_row(io::Scope& scope, const store::OpenFile& file, std::string_view text, Error error,
                         std::optional<char> delimiter) {
  RowJob job{text, delimiter, {}};
  co_await io::offload(scope, &RowJob::run, &job);
  if (!job.row || file.failed()) co_return error;
  error.detail += *job.row == 0 ? std::string(" The byte is in the header row.")
                                : " The byte is in row " + std::to_string(*job.row) + ".";
  co_return error;
}

}  // namespace

std::optional<std::uint64_t> row_behind(std::string_view text, std::optional<char> delimiter) {
  csv::PlanSettings settings;
  settings.delimiter = delimiter;
  settings.max_batch_bytes = UINT64_MAX;  // how long rows are matters to nobody here
  Result<csv::Plan> plan = csv::make_plan(text, settings);
  if (!plan && plan.error().code == ErrorCode::unclosed_quote && plan.error().at >= 0) {
    // Inside a quoted cell: its row is the one that its quote stands in.
    text = text.substr(0, static_cast<std::size_t>(plan.error().at));
    plan = csv::make_plan(text, settings);
  }
  if (!plan) return std::nullopt;
  const bool row_begins = text.ends_with('\n') || text.ends_with('\r');
  if (plan->columns.empty()) return 0;
  return plan->total_rows + (row_begins ? 1 : 0);
}

io::Task<Error> name_row_behind(io::Scope& scope, store::Spool& spool, store::Upload& upload,
                                std::string_view rest, Error error, std::optional<char> delimiter) {
  const Result<> appended = co_await upload.append(scope, rest);
  if (!appended) co_return error;
  auto file = co_await upload.finish(scope);
  if (!file) co_return error;
  auto open = co_await spool.open(scope, *file);
  if (open) error = co_await with_row(scope, **open, (*open)->bytes(), std::move(error), delimiter);
  const Result<> removed = co_await spool.remove(scope, file->key);
  static_cast<void>(removed);  // what stays is swept up as left over at the next start
  co_return error;
}

io::Task<Error> name_row_in(io::Scope& scope, const store::OpenFile& file, Error error,
                            std::optional<char> delimiter) {
  if (error.at < 0) co_return error;
  const std::string_view text = file.bytes().substr(0, static_cast<std::size_t>(error.at));
  error = co_await with_row(scope, file, text, std::move(error), delimiter);
  co_return error;
}

}  // namespace pulter::intake
