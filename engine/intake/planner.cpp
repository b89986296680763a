#include "engine/intake/planner.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "codec/csv/file_kind.h"
#include "codec/gzip/unpacker.h"
#include "codec/text/encoding.h"
#include "engine/intake/bad_row.h"
#include "engine/intake/unpack.h"
#include "engine/limits.h"
#include "io/text/iconv_decoder.h"

namespace pulter::intake {
namespace {

/// A file of the spool, open.
struct Source {
  model::SpoolFile file;
  std::shared_ptr<store::OpenFile> open;
};

std::unexpected<Error> unreadable() {
  return fail(ErrorCode::file_read_failed,
              "The uploaded file could not be read back: it was cut short, or the disk under the data "
              "folder fails. "
              "Nothing was sent. Check the disk and upload the file again.");
}

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
  if (job.bytes.size() <= limits::small_file_bytes_max) {
    PlanJob::run(&job);  // sooner done than handed over
  } else {
    co_await io::offload(scope, &PlanJob::run, &job);
  }
  if (!job.plan) co_return fail(ErrorCode::cancelled, "The import was stopped.");
  if (file.failed()) co_return unreadable();
  co_return std::move(*job.plan);
}

/// One step of a conversion on the worker thread; without a decoder it opens one first.
struct ConvertStep {
  const text::DeclaredEncoding& from;
  std::unique_ptr<text::Decoder> decoder;
  std::string_view part;
  bool last = false;
  std::string piece;
  Result<> done;

  static void run(void* self) noexcept {
    auto& step = *static_cast<ConvertStep*>(self);
    step.done = step.convert();
  }

  Result<> convert() {
    if (decoder == nullptr) {
      auto opened = io::open_decoder(from);
      if (!opened) return fail(std::move(opened.error()));
      decoder = std::move(*opened);
    }
    piece.clear();
    Result<> fed = decoder->feed(part, piece);
    return fed && last ? decoder->finish(piece) : fed;
  }
};

io::Task<Result<model::SpoolFile>> convert(io::Scope& scope, store::Spool& spool, const store::OpenFile& file,
                                           const text::DeclaredEncoding& from,
                                           std::optional<char> delimiter) {
  auto upload = co_await spool.begin(scope, 0);
  if (!upload) co_return fail(std::move(upload.error()));
  ConvertStep step{.from = from, .decoder = {}, .part = {}, .piece = {}, .done = {}};
  for (std::string_view rest = file.bytes(); !step.last;) {
    step.part = rest.substr(0, limits::convert_step_bytes);
    rest.remove_prefix(step.part.size());
    step.last = rest.empty();
    co_await io::offload(scope, &ConvertStep::run, &step);
    if (scope.cancelled()) co_return fail(ErrorCode::cancelled, "The import was stopped.");
    if (file.failed()) co_return unreadable();
    if (!step.done) {
      Error error = std::move(step.done.error());
      if (error.code == ErrorCode::bad_encoding)
        error = co_await name_row_behind(scope, spool, **upload, step.piece, std::move(error), delimiter);
      co_return fail(std::move(error));
    }
    Result<> appended = co_await (*upload)->append(scope, step.piece);
    if (!appended) co_return fail(std::move(appended.error()));
  }
  auto finished = co_await (*upload)->finish(scope);
  co_return finished;
}

/// The encoding that is sure before the file was read whole: declared, or named by a byte order mark.
Result<std::optional<text::DeclaredEncoding>> known_encoding(std::string_view bytes,
                                                             const std::string& declared) {
  if (const auto mark = text::find_byte_order_mark(bytes.substr(0, 4)))
    return text::find_encoding(text::name(mark->encoding));
  if (declared.empty()) return std::nullopt;
  const auto encoding = text::find_encoding(declared);
  if (encoding) return encoding;
  return fail(ErrorCode::unknown_encoding, "The encoding \"" + declared + "\" is not known. Known are " +
                                               text::known_encodings() +
                                               "; leave it out to have it detected, or convert the file to "
                                               "UTF-8 first.");
}

/// Forgets a copy that an error has made useless.
io::Task<> remove_copy(io::Scope& scope, store::Spool& spool, const std::string& key) {
  Result<> removed = co_await spool.remove(scope, key);
  static_cast<void>(removed);  // what stays is swept up as left over at the next start
}

/// Plans a copy that was made of the upload; it is removed again where it cannot be planned.
io::Task<Result<Planned>> plan_copy(io::Scope& scope, store::Spool& spool, model::SpoolFile copy,
                                    const text::DeclaredEncoding& from, const csv::PlanSettings& settings) {
  Error problem;
  auto open = co_await spool.open(scope, copy);
  if (open) {
    auto plan = co_await make_plan(scope, **open, settings);
    if (plan) {
      Planned planned{.text = std::move(copy), .encoding = std::string(from.name), .plan = std::move(*plan)};
      co_return planned;
    }
    problem = std::move(plan.error());
  } else {
    problem = std::move(open.error());
  }
  co_await remove_copy(scope, spool, copy.key);
  co_return fail(std::move(problem));
}

/// The plan of the file as it is: the one that was made while it came, else made now.
io::Task<Result<csv::Plan>> plan_as_is(io::Scope& scope, store::OpenFile& file, PlanRequest& request) {
  if (request.ahead && file.failed()) co_return unreadable();
  if (request.ahead) co_return *std::exchange(request.ahead, std::nullopt);
  co_return co_await make_plan(scope, file, request.settings);
}

/// Plans a file that is not packed.
io::Task<Result<Planned>> plan_text(io::Scope& scope, store::Spool& spool, const Source& source,
                                    PlanRequest& request) {
  const std::string_view bytes = source.open->bytes();
  auto known = known_encoding(bytes, request.encoding);
  if (!known) co_return fail(std::move(known.error()));
  const bool may_be_text = known->has_value() && (*known)->encoding != text::Encoding::utf8;
  if (!may_be_text) {
    if (const auto kind = csv::not_csv_kind(bytes.substr(0, limits::sniffed_bytes))) {
      co_return fail(ErrorCode::not_csv,
                     "This is not a CSV: it looks like " + *kind +
                         ". Export the table as CSV (in a spreadsheet: Save as, CSV UTF-8) and upload that.");
    }
    auto plan = co_await plan_as_is(scope, *source.open, request);
    if (plan) {
      Planned planned{.text = source.file, .encoding = "utf-8", .plan = std::move(*plan)};
      co_return planned;
    }
    // Bytes that are no UTF-8, and nobody said that they should be: the other encoding that such files have.
    const bool was_guess = !known->has_value();
    if (plan.error().code != ErrorCode::bad_encoding) co_return fail(std::move(plan.error()));
    if (!was_guess) {
      Error error =
          co_await name_row_in(scope, *source.open, std::move(plan.error()), request.settings.delimiter);
      co_return fail(std::move(error));
    }
    *known = text::find_encoding(text::name(text::Encoding::windows1252));
  }
  auto converted = co_await convert(scope, spool, *source.open, **known, request.settings.delimiter);
  if (!converted) co_return fail(std::move(converted.error()));
  auto planned = co_await plan_copy(scope, spool, std::move(*converted), **known, request.settings);
  co_return planned;
}

csv::Note unpacked_note(const model::SpoolFile& packed, const model::SpoolFile& unpacked) {
  return {"unpacked",
          "The file is gzip-compressed; its " + std::to_string(packed.length) + " bytes were unpacked to " +
              std::to_string(unpacked.length) + ".",
          {}};
}

}  // namespace

void PlanAhead::read(std::string_view copied, bool whole) noexcept {
  if (!planner_) planner_ = std::make_unique<csv::Planner>(settings_);
  if (!whole) return planner_->read(copied);
  plan_ = planner_->finish(copied);
  planner_.reset();
}

io::Task<Result<Planned>> plan_file(io::Scope& scope, store::Spool& spool, const model::SpoolFile& file,
                                    PlanRequest request) {
  auto opened = co_await spool.open(scope, file);
  if (!opened) co_return fail(std::move(opened.error()));
  Source source{file, std::move(*opened)};
  if (!gzip::is_gzip(source.open->bytes().substr(0, limits::sniffed_bytes))) {
    auto planned = co_await plan_text(scope, spool, source, request);
    co_return planned;
  }
  request.ahead.reset();  // of the packed bytes
  auto unpacked = co_await unpack_file(scope, spool, *source.open, request.unpacked_bytes_max);
  if (!unpacked) co_return fail(std::move(unpacked.error()));
  auto copy = co_await spool.open(scope, *unpacked);
  Result<Planned> planned = fail(ErrorCode::cancelled, "");
  if (copy) {
    source = {*unpacked, std::move(*copy)};
    planned = co_await plan_text(scope, spool, source, request);
  } else {
    planned = fail(std::move(copy.error()));
  }
  if (planned) planned->plan.notes.insert(planned->plan.notes.begin(), unpacked_note(file, *unpacked));
  // Where a conversion followed, the copy between is of no more use.
  if (!planned || planned->text.key != unpacked->key) co_await remove_copy(scope, spool, unpacked->key);
  co_return planned;
}

}  // namespace pulter::intake
