#include "engine/intake/intake.h"

#include <algorithm>
#include <utility>

#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "codec/text/encoding.h"
#include "engine/intake/new_webhook.h"
#include "engine/intake/planner.h"
#include "engine/shard/new_id.h"

namespace pulter::intake {
namespace {

/// Errors that say something about the rows inside a file which is a CSV: the import fails, and stays to be
/// looked at. The others refuse the upload.
bool fails_the_import(ErrorCode code) {
  switch (code) {
    case ErrorCode::unclosed_quote:
    case ErrorCode::row_too_long:
    case ErrorCode::too_many_columns:
    case ErrorCode::ragged_row:
    case ErrorCode::bad_encoding:
    case ErrorCode::body_too_large:
    case ErrorCode::file_read_failed:
      return true;
    default:
      return false;
  }
}

Error store_error(store::Status status, std::string detail) {
  const ErrorCode code = status == store::Status::not_found   ? ErrorCode::not_found
                         : status == store::Status::conflict  ? ErrorCode::conflict
                         : status == store::Status::disk_full ? ErrorCode::disk_full
                                                              : ErrorCode::store_unavailable;
  return Error{code, -1, std::move(detail)};
}

/// The lower of two limits, of which 0 is none.
std::uint64_t lower_limit(std::uint64_t a, std::uint64_t b) {
  return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b);
}

csv::PlanSettings plan_settings(const model::Import& import, const IntakeSettings& limits) {
  const model::ImportSettings& asked = import.settings;
  csv::PlanSettings settings;
  if (!asked.delimiter.empty()) settings.delimiter = asked.delimiter.front();
  settings.batch_size = asked.batch_size;
  settings.max_rows = asked.max_rows != 0 ? asked.max_rows : limits.max_rows;
  settings.max_batch_bytes = limits.max_batch_bytes;
  const json::Envelope envelope{.import_id = import.id,
                                .template_id = import.template_id,
                                .user_json = asked.user_json,
                                .metadata_json = asked.metadata_json};
  settings.envelope_bytes = json::envelope_bytes_max(envelope);
  settings.reject_ragged = asked.reject_ragged;
  settings.rename = asked.columns;
  settings.drop_unmapped = asked.drop_unmapped;
  return settings;
}

void take_plan(model::Import& import, Planned planned, std::string& plan_bytes) {
  import.planned = true;
  import.text = std::move(planned.text);
  import.encoding = std::move(planned.encoding);
  import.delimiter = std::string(1, planned.plan.dialect.delimiter);
  import.total_rows = planned.plan.total_rows;
  import.count = planned.plan.batch_count;
  import.columns.clear();
  for (const csv::Column& column : planned.plan.columns)
    import.columns.emplace_back(column.header, column.name);
  import.notes = planned.plan.notes;
  plan_bytes = csv::encode(planned.plan);
}

/// Whether a file of this encoding, declared or not, may be planned without being converted.
bool may_be_utf8(const std::string& declared) {
  if (declared.empty()) return true;
  const auto encoding = text::find_encoding(declared);
  return encoding && encoding->encoding == text::Encoding::utf8;
}

/// Plans the file into the import; a bad file becomes the import's error. An error of this is a refusal.
/// `ahead` may be null.
io::Task<Result<std::string>> plan_import(io::Scope& scope, store::Spool& spool, model::Import& import,
                                          model::SpoolFile file, PlanAhead* ahead,
                                          const IntakeSettings& limits) {
  import.file = import.text = std::move(file);
  PlanRequest request{.encoding = import.settings.encoding,
                      .settings = plan_settings(import, limits),
                      .unpacked_bytes_max = lower_limit(import.settings.max_bytes, limits.max_file_bytes)};
  if (ahead != nullptr && ahead->settings() == request.settings) request.ahead = ahead->take();
  auto planned = co_await plan_file(scope, spool, import.file, std::move(request));
  std::string plan_bytes;
  if (planned) {
    take_plan(import, std::move(*planned), plan_bytes);
    co_return plan_bytes;
  }
  if (!fails_the_import(planned.error().code)) co_return fail(std::move(planned.error()));
  import.planned = true;
  import.error = {.code = std::string(name(planned.error().code)),
                  .detail = std::move(planned.error().detail)};
  co_return plan_bytes;
}

}  // namespace

Intake::Intake(store::StoreClient& store, store::Spool& spool, IntakeSettings settings)
    : store_(store), spool_(spool), settings_(settings) {}

io::Task<Result<std::optional<model::Import>>> Intake::find_repeat(const std::string& idempotency_key) {
  std::optional<model::Import> none;
  if (idempotency_key.empty()) co_return none;
  store::FindImportByKey find{idempotency_key};
  auto reply = co_await store_.call(std::move(find));
  if (reply.status == store::Status::not_found) co_return none;
  if (!reply.done()) co_return fail(store_error(reply.status, std::move(reply.detail)));
  co_return std::move(reply.value);
}

io::Task<Result<model::Importer>> Intake::find_importer(const std::string& template_id) {
  store::GetImporter get{template_id};
  auto reply = co_await store_.call(std::move(get));
  if (reply.done()) co_return std::move(*reply.value);
  if (reply.status == store::Status::not_found && template_id == model::default_importer_id) {
    model::Importer built_in;
    built_in.id = model::default_importer_id;
    co_return built_in;
  }
  if (reply.status == store::Status::not_found) {
    co_return fail(ErrorCode::not_found,
                   "There is no importer \"" + template_id +
                       "\". Make it first (POST /v1/importers, or pulter importers create), or leave "
                       "templateId out to use the built-in importer \"default\".");
  }
  co_return fail(store_error(reply.status, std::move(reply.detail)));
}

/// The import as asked for, with the webhook that it needs to be there. Nothing is stored yet.
io::Task<Result<Intake::Draft>> Intake::draft(io::Scope& scope, const ImportRequest& request) {
  auto importer = co_await find_importer(request.template_id);
  if (!importer) co_return fail(std::move(importer.error()));
  Draft draft;
  draft.idempotency_key = request.idempotency_key;
  // The importer's default webhook is one of its webhooks; it is made when it is first needed.
  draft.only_ensured = !request.webhook_url.empty();
  const std::string& url = draft.only_ensured ? request.webhook_url : importer->webhook_url;
  if (!url.empty()) draft.ensured = new_webhook(scope.io(), importer->id, url);
  model::Import& import = draft.import;
  import.id = shard::new_id(scope.io(), "imp_");
  import.template_id = importer->id;
  import.file_name = request.file_name;
  model::ImportSettings& settings = import.settings;
  settings.batch_size = request.batch_size.value_or(importer->batch_size);
  settings.data_sync = request.data_sync.value_or(importer->data_sync);
  settings.delimiter = request.delimiter;
  settings.encoding = request.encoding;
  settings.max_rows = request.max_rows;
  settings.max_bytes = request.max_bytes;
  settings.reject_ragged = request.reject_ragged;
  settings.columns = request.columns.value_or(importer->columns);
  settings.drop_unmapped = request.drop_unmapped.value_or(importer->drop_unmapped);
  settings.user_json = request.user_json;
  if (settings.user_json.empty())
    settings.user_json = "{\"id\":\"" + shard::new_id(scope.io(), "usr_") + "\"}";
  settings.metadata_json = request.metadata_json.empty() ? std::string("{}") : request.metadata_json;
  co_return draft;
}

/// What lanes are about to render from, where it is a small file that an import names by now. Before, it may
/// still be refused, and nobody would ever ask for it.
void Intake::remember(const model::SpoolFile& text) {
  if (text.content) store_.store().recent_files().put(text.key, text.content);
}

io::Task<> Intake::remove_files(io::Scope& scope, const model::Import& import) {
  Result<> removed = co_await spool_.remove(scope, import.file.key);
  if (import.text.key != import.file.key) removed = co_await spool_.remove(scope, import.text.key);
  static_cast<void>(removed);  // what stays is swept up as left over at the next start
}

/// By a draft that is thrown away: a copy may take minutes, and the importer may be another one afterwards.
io::Task<std::unique_ptr<PlanAhead>> Intake::plan_ahead(io::Scope& scope, const ImportRequest& request) {
  std::unique_ptr<PlanAhead> ahead;
  if (!may_be_utf8(request.encoding)) co_return ahead;
  auto drafted = co_await draft(scope, request);
  if (drafted) ahead = std::make_unique<PlanAhead>(plan_settings(drafted->import, settings_));
  co_return ahead;
}

io::Task<Result<Accepted>> Intake::accept(io::Scope& scope, ImportRequest request, model::SpoolFile file,
                                          PlanAhead* ahead) {
  model::Import leftover;
  leftover.file = leftover.text = file;
  auto drafted = co_await draft(scope, request);
  if (!drafted) {
    co_await remove_files(scope, leftover);
    co_return fail(std::move(drafted.error()));
  }
  auto plan = co_await plan_import(scope, spool_, drafted->import, std::move(file), ahead, settings_);
  if (!plan) {
    co_await remove_files(scope, leftover);
    co_return fail(std::move(plan.error()));
  }
  leftover.text = drafted->import.text;
  bool may_be_stored = false;
  auto stored = co_await store_draft(std::move(*drafted), std::move(*plan), &may_be_stored);
  if (stored && !stored->repeated) remember(leftover.text);
  if (stored ? stored->repeated : !may_be_stored) co_await remove_files(scope, leftover);
  co_return stored;
}

io::Task<Result<Accepted>> Intake::announce(io::Scope& scope, ImportRequest request) {
  auto drafted = co_await draft(scope, request);
  if (!drafted) co_return fail(std::move(drafted.error()));
  std::string no_plan;
  bool may_be_stored = false;
  auto stored = co_await store_draft(std::move(*drafted), std::move(no_plan), &may_be_stored);
  co_return stored;
}

/// `may_be_stored`: the answer got lost. The import may name the file, so the file stays; where it does not,
/// the next start sweeps it up.
io::Task<Result<Accepted>> Intake::store_draft(Draft draft, std::string plan, bool* may_be_stored) {
  store::CreateImport create{.import = std::move(draft.import),
                             .plan = std::move(plan),
                             .webhook_id = {},
                             .idempotency_key = std::move(draft.idempotency_key),
                             .ensured = std::move(draft.ensured),
                             .only_ensured = draft.only_ensured};
  auto reply = co_await store_.call(std::move(create));
  *may_be_stored = reply.status == store::Status::unknown;
  const bool repeated = reply.status == store::Status::conflict && reply.value;
  if (!reply.done() && !repeated) co_return fail(store_error(reply.status, std::move(reply.detail)));
  Accepted accepted{.import = std::move(*reply.value), .repeated = repeated};
  co_return accepted;
}

io::Task<Result<model::Import>> Intake::fill(io::Scope& scope, const std::string& import_id,
                                             model::SpoolFile file) {
  model::Import leftover;
  leftover.file = leftover.text = file;
  store::GetImport get{import_id};
  auto found = co_await store_.call(std::move(get));
  Error problem{ErrorCode::conflict, -1,
                "Import " + import_id + " has its content already: make a new import for another file."};
  if (!found.done()) {
    problem = store_error(found.status, found.status == store::Status::not_found
                                            ? "There is no import " + import_id + "."
                                            : std::move(found.detail));
  } else if (!found.value->planned && !found.value->cancelled) {
    model::Import import = std::move(*found.value);
    auto plan = co_await plan_import(scope, spool_, import, std::move(file), nullptr, settings_);
    if (plan) {
      leftover.text = import.text;
      store::FillImport request{.import = std::move(import), .plan = std::move(*plan)};
      auto reply = co_await store_.call(std::move(request));
      if (reply.done()) {
        remember(leftover.text);
        co_return std::move(*reply.value);
      }
      if (reply.status == store::Status::unknown)
        co_return fail(store_error(reply.status, std::move(reply.detail)));
      if (reply.status != store::Status::conflict)
        problem = store_error(reply.status, std::move(reply.detail));
    } else {
      problem = std::move(plan.error());
    }
  }
  co_await remove_files(scope, leftover);
  co_return fail(std::move(problem));
}

}  // namespace pulter::intake
