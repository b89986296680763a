#include "engine/control/import_lookup.h"

#include "codec/base/ids.h"
#include "engine/control/services.h"

namespace pulter::control {

io::Task<Result<model::Import>> find_import(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("imp_", id)) co_return fail(ErrorCode::not_found, "there is no import " + id);
  store::GetImport request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (reply.done() && reply.value) co_return std::move(*reply.value);
  if (reply.status == store::Status::not_found)
    co_return fail(ErrorCode::not_found, "there is no import " + id);
  co_return fail(ErrorCode::store_unavailable, "the store could not be asked: " + reply.detail);
}

Error no_content_error(const model::Import& import) {
  if (import.content_removed) {
    return Error{ErrorCode::gone, -1,
                 "the file of import " + import.id +
                     (import.settings.data_sync ? " was removed when its retention ended"
                                                : " was removed after its last batch (dataSync is false)")};
  }
  return Error{ErrorCode::conflict, -1, "import " + import.id + " has no content yet"};
}

io::Task<Result<PlannedContent>> open_planned(Context& context, const model::Import& import) {
  if (!import.planned || import.content_removed) co_return std::unexpected(no_content_error(import));
  store::GetPlan get{import.id};
  auto stored = co_await context.services.store.call(std::move(get));
  if (!stored.done() || !stored.value) {
    co_return fail(ErrorCode::store_unavailable,
                   "the plan of import " + import.id + " could not be read: " + stored.detail);
  }
  auto plan = csv::decode(*stored.value);
  if (!plan) co_return std::unexpected(std::move(plan.error()));
  auto file = co_await context.services.spool.open(context.scope, import.text);
  if (!file) co_return std::unexpected(std::move(file.error()));
  co_return PlannedContent{std::move(*plan), std::move(*file)};
}

}  // namespace pulter::control
