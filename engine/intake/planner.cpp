#include "engine/intake/planner.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "codec/csv/file_kind.h"
#include "codec/text/encoding.h"
#include "engine/limits.h"

namespace pulter::intake {
namespace {

struct PlanJob {
  std::string_view bytes;
  const csv::PlanSettings& settings;
  std::optional<Result<csv::Plan>> plan;

  static void run(void* self) noexcept {
    auto& job = *static_cast<PlanJob*>(self);
    job.plan.emplace(csv::make_plan(job.bytes, job.settings));
  }
};

io::Task<Result<csv::Plan>> make_plan(io::Scope& scope, store::OpenFile& file,
                                      const csv::PlanSettings& settings) {
  PlanJob job{file.bytes(), settings, std::nullopt};
  co_await io::offload(scope, &PlanJob::run, &job);
  if (file.failed()) {
    co_return fail(ErrorCode::file_read_failed,
                   "The uploaded file could not be read back: it was cut short, or the disk under the data "
                   "folder fails. "
                   "Nothing was sent. Check the disk and upload the file again.");
  }
  co_return std::move(*job.plan);
}

io::Task<Result<model::SpoolFile>> convert(io::Scope& scope, store::Spool& spool, const store::OpenFile& file,
                                           text::Encoding from) {
  auto upload = co_await spool.begin(scope, 0);
  if (!upload) co_return fail(std::move(upload.error()));
  text::Utf8Converter converter(from);
  std::string piece;
  for (std::string_view rest = file.bytes(); !rest.empty();) {
    const std::string_view part = rest.substr(0, limits::convert_step_bytes);
    rest.remove_prefix(part.size());
    piece.clear();
    auto converted = converter.feed(part, piece);
    if (!converted) co_return fail(std::move(converted.error()));
    Result<> appended = co_await (*upload)->append(scope, piece);
    if (!appended) co_return fail(std::move(appended.error()));
  }
  auto ended = converter.finish();
  if (!ended) co_return fail(std::move(ended.error()));
  auto finished = co_await (*upload)->finish(scope);
  co_return finished;
}

/// The encoding that is sure before the file was read whole: declared, or named by a byte order mark.
Result<std::optional<text::Encoding>> known_encoding(std::string_view bytes, const std::string& declared) {
  if (const auto mark = text::find_byte_order_mark(bytes.substr(0, 4))) return mark->encoding;
  if (declared.empty()) return std::nullopt;
  const auto encoding = text::encoding_by_name(declared);
  if (!encoding) {
    return fail(ErrorCode::unknown_encoding,
                "The encoding \"" + declared +
                    "\" is not known. Known are utf-8, utf-16, utf-16le, utf-16be, utf-32le, "
                    "utf-32be, windows-1252 and iso-8859-1; leave it out to have it detected.");
  }
  return encoding;
}

}  // namespace

io::Task<Result<Planned>> plan_file(io::Scope& scope, store::Spool& spool, const model::SpoolFile& file,
                                    std::string declared_encoding, csv::PlanSettings settings) {
  auto opened = co_await spool.open(scope, file);
  if (!opened) co_return fail(std::move(opened.error()));
  std::shared_ptr<store::OpenFile> original = std::move(*opened);

  auto encoding = known_encoding(original->bytes(), declared_encoding);
  if (!encoding) co_return fail(std::move(encoding.error()));
  const bool may_be_text = encoding->has_value() && **encoding != text::Encoding::utf8;
  if (!may_be_text) {
    if (const auto kind = csv::not_csv_kind(original->bytes().substr(0, limits::sniffed_bytes))) {
      co_return fail(ErrorCode::not_csv,
                     "This is not a CSV: it looks like " + *kind +
                         ". Export the table as CSV (in a spreadsheet: Save as, CSV UTF-8) and upload that.");
    }
  }

  Planned planned{.text = file, .encoding = "utf-8", .plan = {}};
  text::Encoding taken = encoding->value_or(text::Encoding::utf8);
  if (taken == text::Encoding::utf8) {
    auto plan = co_await make_plan(scope, *original, settings);
    if (plan) {
      planned.plan = std::move(*plan);
      co_return planned;
    }
    // Bytes that are no UTF-8, and nobody said that they should be: the other encoding that such files have.
    const bool was_guess = !encoding->has_value();
    if (plan.error().code != ErrorCode::bad_encoding || !was_guess) co_return fail(std::move(plan.error()));
    taken = text::Encoding::windows1252;
  }

  auto converted = co_await convert(scope, spool, *original, taken);
  if (!converted) co_return fail(std::move(converted.error()));
  planned.text = std::move(*converted);
  planned.encoding = text::name(taken);
  auto copy = co_await spool.open(scope, planned.text);
  Error problem;
  if (copy) {
    auto plan = co_await make_plan(scope, **copy, settings);
    if (plan) {
      planned.plan = std::move(*plan);
      co_return planned;
    }
    problem = std::move(plan.error());
  } else {
    problem = std::move(copy.error());
  }
  Result<> removed = co_await spool.remove(scope, planned.text.key);
  static_cast<void>(removed);  // what stays is swept up as left over at the next start
  co_return fail(std::move(problem));
}

}  // namespace pulter::intake
