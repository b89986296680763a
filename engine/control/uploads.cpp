#include "engine/control/uploads.h"

#include <algorithm>

#include "engine/control/fields.h"
#include "engine/control/import_source.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

// POST /v1/uploads: a file ahead of its import.

namespace pulter::control {

bool Uploads::has_room() const noexcept {
  return uploads_.size() < limits::uploads_max;
}

const Uploads::Upload* Uploads::find_repeat(std::string_view idempotency_key) const {
  if (idempotency_key.empty()) return nullptr;
  const auto found = std::ranges::find(uploads_, idempotency_key, &Upload::idempotency_key);
  return found == uploads_.end() ? nullptr : &*found;
}

std::optional<model::SpoolFile> Uploads::take(std::string_view id) {
  const auto found = std::ranges::find(uploads_, id, &Upload::id);
  if (found == uploads_.end()) return std::nullopt;
  model::SpoolFile file = std::move(found->file);
  uploads_.erase(found);
  return file;
}

std::optional<model::SpoolFile> Uploads::take_ended(io::Instant now) {
  if (uploads_.empty() || uploads_.front().ends > now) return std::nullopt;
  return take(std::string(uploads_.front().id));
}

namespace {

Response upload_response(int status, const Uploads::Upload& upload) {
  std::string body;
  json::Writer w(body);
  w.begin_object().field("id", upload.id).field("bytes", upload.file.length).end_object();
  return json_response(status, std::move(body));
}

io::Task<> remove_ended(Context& context) {
  Services& services = context.services;
  while (auto file = services.uploads.take_ended(services.io.now())) {
    // What cannot be removed now is a leftover for the next start.
    Result<> ignored = co_await services.spool.remove(context.scope, file->key);
    static_cast<void>(ignored);
  }
}

}  // namespace

io::Task<Response> create_upload(Context& context) {
  Services& services = context.services;
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  const std::optional<Coding> coding = body_coding(context.request);
  if (!coding) co_return unknown_coding(context.request);
  const std::string key(context.request.header("idempotency-key").value_or(""));
  if (key.size() > limits::idempotency_key_bytes_max) {
    const auto bad = refuse_field(ErrorCode::bad_value, "Idempotency-Key", "may have at most 255 bytes");
    co_return problem(bad.error());
  }
  co_await remove_ended(context);
  if (const Uploads::Upload* repeat = services.uploads.find_repeat(key))
    co_return upload_response(200, *repeat);
  if (!services.uploads.has_room()) {
    co_return problem(503, "limit_reached",
                      "too many files wait for their import; start some, or wait until they are an hour old");
  }
  Result<model::SpoolFile> file = co_await spool_body(context, *coding, services.config.max_file_bytes);
  if (!file) co_return problem(file.error());
  services.uploads.add({shard::new_id(services.io, "upl_"), key, std::move(*file),
                        services.io.now() + limits::upload_time_max});
  co_return upload_response(201, *services.uploads.newest());
}

}  // namespace pulter::control
