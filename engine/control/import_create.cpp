#include <algorithm>
#include <memory>
#include <optional>

#include "codec/base/ids.h"
#include "codec/http/headers.h"
#include "engine/control/announce.h"
#include "engine/control/auth.h"
#include "engine/control/body_coding.h"
#include "engine/control/fields.h"
#include "engine/control/import_request.h"
#include "engine/control/import_source.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/intake/unpack.h"
#include "engine/limits.h"

// The three ways in (contract, section 6): the CSV as the body; JSON that names a path or comes with a
// descriptor; JSON without a source, and the content afterwards by PUT.

namespace pulter::control {
namespace {

enum class BodyKind : std::uint8_t { csv, json, other };

BodyKind body_kind(const Request& request) {
  std::string_view type = request.header("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  for (const std::string_view csv :
       {"text/csv", "application/csv", "text/tab-separated-values", "application/octet-stream"}) {
    if (http::same_ignoring_case(type, csv)) return BodyKind::csv;
  }
  return http::same_ignoring_case(type, "application/json") ? BodyKind::json : BodyKind::other;
}

Response unknown_body() {
  return problem(415, "bad_request",
                 "send the CSV with Content-Type: text/csv, or the import's settings with Content-Type: "
                 "application/json");
}

Result<std::string> idempotency_key(const Request& request) {
  const std::string_view key = request.header("idempotency-key").value_or("");
  if (key.size() <= limits::idempotency_key_bytes_max) return std::string(key);
  return refuse_field(ErrorCode::bad_value, "Idempotency-Key", "may have at most 255 bytes");
}

Response import_response(int status, const model::Import& import) {
  Response response = resource_response(status, import);
  if (status == 201) response.headers.emplace_back("Location", "/v1/imports/" + import.id);
  return response;
}

/// A repeat is answered as the first one was found, and says so.
Response repeat_response(const model::Import& import) {
  Response response = import_response(200, import);
  response.headers.emplace_back("Idempotent-Replayed", "true");
  return response;
}

Response accepted_response(Services& services, const Result<intake::Accepted>& accepted) {
  if (!accepted) return problem(accepted.error());
  if (accepted->repeated) return repeat_response(accepted->import);
  for (const model::Delivery& lane : accepted->import.deliveries) services.lanes.poke(lane.webhook_id);
  announce(services, "import", accepted->import);
  return import_response(201, accepted->import);
}

std::uint64_t file_limit(const Services& services, std::uint64_t asked) {
  const std::uint64_t configured = services.config.max_file_bytes;
  if (asked == 0 || configured == 0) return std::max(asked, configured);
  return std::min(asked, configured);
}

}  // namespace

io::Task<Result<model::SpoolFile>> spool_body(Context& context, Coding coding, std::uint64_t max_bytes) {
  const std::uint64_t declared = context.request.head.content_length().value_or(0);
  if (max_bytes != 0 && declared > max_bytes) {
    co_return fail(ErrorCode::file_too_large, "the file has " + std::to_string(declared) +
                                                  " bytes; at most " + std::to_string(max_bytes) +
                                                  " are taken");
  }
  auto upload = co_await context.services.spool.begin(context.scope, max_bytes);
  if (!upload) co_return std::unexpected(std::move(upload.error()));
  if (coding == Coding::gzip) *upload = intake::unpack_into(std::move(*upload), max_bytes);
  while (true) {
    Result<std::string_view> piece = co_await context.request.body.read();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) break;
    Result<> appended = co_await (*upload)->append(context.scope, *piece);
    if (!appended) co_return std::unexpected(std::move(appended.error()));
  }
  co_return co_await (*upload)->finish(context.scope);
}

namespace {

/// Who comes with an upload token may only make imports for its importer.
io::Task<Result<>> check_caller(Context& context, const intake::ImportRequest& asked) {
  const Caller& caller = context.request.caller;
  if (auto ok = may_upload(caller, asked.template_id); !ok) co_return ok;
  if (caller.scope.kind != model::Scope::Kind::upload || asked.webhook_url.empty()) co_return Result<>();
  store::GetImporter get{asked.template_id};
  auto importer = co_await context.services.store.call(std::move(get));
  if (importer.status == store::Status::not_found)
    co_return fail(ErrorCode::not_found, "there is no importer " + asked.template_id);
  if (!importer.value)
    co_return fail(ErrorCode::store_unavailable, "the store could not be asked: " + importer.detail);
  co_return may_name_webhook(caller, *importer.value, asked.webhook_url);
}

io::Task<Response> create_from_csv(Context& context, std::string key) {
  Request& request = context.request;
  const std::optional<Coding> coding = body_coding(request);
  if (!coding) co_return unknown_coding(request);
  const json::Value settings = object_of_query(request.query);
  auto asked = read_import_request(settings, context.services.config, nullptr);
  if (!asked) co_return problem(asked.error());
  Result<> may = co_await check_caller(context, *asked);
  if (!may) co_return problem(may.error());
  asked->idempotency_key = std::move(key);
  Result<model::SpoolFile> file =
      co_await spool_body(context, *coding, file_limit(context.services, asked->max_bytes));
  if (!file) co_return problem(file.error());
  auto accepted = co_await context.services.intake.accept(context.scope, std::move(*asked), std::move(*file));
  co_return accepted_response(context.services, accepted);
}

io::Task<Response> create_from_json(Context& context, std::string key) {
  Services& services = context.services;
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  Result<json::Value> settings = co_await read_object(context);
  if (!settings) co_return problem(settings.error());
  ImportSource source;
  auto asked = read_import_request(*settings, services.config, &source);
  if (!asked) co_return problem(asked.error());
  Result<> may = co_await check_caller(context, *asked);
  if (!may) co_return problem(may.error());
  asked->idempotency_key = std::move(key);
  if (source.kind == ImportSource::Kind::none) {
    auto announced = co_await services.intake.announce(context.scope, std::move(*asked));
    co_return accepted_response(services, announced);
  }
  if (asked->file_name.empty() && source.kind == ImportSource::Kind::path) {
    asked->file_name = source.path.substr(source.path.rfind('/') + 1);
  }
  std::unique_ptr<intake::PlanAhead> ahead;
  if (source.kind != ImportSource::Kind::upload) {
    ahead = co_await services.intake.plan_ahead(context.scope, *asked);
  }
  const std::uint64_t limit = file_limit(services, asked->max_bytes);
  auto file = co_await spool_source(context, source, limit, ahead.get());
  if (!file) co_return problem(file.error());
  auto accepted =
      co_await services.intake.accept(context.scope, std::move(*asked), std::move(*file), ahead.get());
  co_return accepted_response(services, accepted);
}

}  // namespace

io::Task<Response> create_import(Context& context) {
  const BodyKind kind = body_kind(context.request);
  if (kind == BodyKind::other) co_return unknown_body();
  auto key = idempotency_key(context.request);
  if (!key) co_return problem(key.error());
  if (!key->empty()) {
    auto repeat = co_await context.services.intake.find_repeat(*key);
    if (!repeat) co_return problem(repeat.error());
    if (*repeat) {
      const auto may = may_upload(context.request.caller, (*repeat)->template_id);
      co_return may ? repeat_response(**repeat) : problem(may.error());
    }
  }
  io::Task<Response> create = kind == BodyKind::csv ? create_from_csv(context, std::move(*key))
                                                    : create_from_json(context, std::move(*key));
  co_return co_await std::move(create);
}

io::Task<Response> put_content(Context& context) {
  Services& services = context.services;
  const std::string& id = context.request.id;
  if (!is_id("imp_", id)) co_return problem(404, "not_found", "there is no import " + id);
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  const std::optional<Coding> coding = body_coding(context.request);
  if (!coding) co_return unknown_coding(context.request);
  store::GetImport get{id};
  auto reply = co_await services.store.call(std::move(get));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "import " + id);
  if (auto may = may_upload(context.request.caller, reply.value->template_id); !may)
    co_return problem(may.error());
  if (state_of(*reply.value) != model::ImportState::receiving) {
    co_return problem(409, "conflict",
                      "import " + id + " has its content already: it is " +
                          std::string(model::name(state_of(*reply.value))));
  }
  Result<model::SpoolFile> file =
      co_await spool_body(context, *coding, file_limit(services, reply.value->settings.max_bytes));
  if (!file) co_return problem(file.error());
  auto filled = co_await services.intake.fill(context.scope, id, std::move(*file));
  if (!filled) co_return problem(filled.error());
  for (const model::Delivery& lane : filled->deliveries) services.lanes.poke(lane.webhook_id);
  announce(services, "import", *filled);
  co_return import_response(200, *filled);
}

}  // namespace pulter::control
