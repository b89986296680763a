#include "codec/base/ids.h"
#include "engine/control/announce.h"
#include "engine/control/fields.h"
#include "engine/control/import_rates.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"

namespace pulter::control {
namespace {

io::Task<Response> command(Context& context, store::ImportCommand what) {
  const std::string& id = context.request.id;
  if (!is_id("imp_", id)) co_return problem(404, "not_found", "there is no import " + id);
  store::CommandImport request{id, what};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "import " + id);
  for (const model::Delivery& lane : reply.value->deliveries) context.services.lanes.poke(lane.webhook_id);
  announce(context.services, "import", *reply.value);
  co_return resource_response(200, *reply.value);
}

void write_with(json::Writer& w, const model::Import& import, const std::map<std::string, double>& rates) {
  const auto rate = rates.find(import.id);
  write(w, import, rate == rates.end() ? std::nullopt : std::optional(rate->second));
}

}  // namespace

io::Task<Response> list_imports(Context& context) {
  const Request& request = context.request;
  if (auto ok = only_parameters(request,
                                {"limit", "cursor", "templateId", "state", "q", "since", "until", "order"});
      !ok) {
    co_return problem(ok.error());
  }
  auto page = read_page(request);
  if (!page) co_return problem(page.error());
  store::ListImports list;
  list.page = std::move(*page);
  if (const std::string* id = request.parameter("templateId")) list.template_id = *id;
  if (const std::string* text = request.parameter("state")) {
    list.state = model::parse_import_state(*text);
    if (!list.state) {
      const auto bad =
          refuse_field(ErrorCode::bad_value, "state",
                       "must be one of receiving, queued, delivering, completed, paused, halted, failed "
                       "and cancelled");
      co_return problem(bad.error());
    }
  }
  if (const std::string* part = request.parameter("q")) list.file_name_part = *part;
  if (auto ok = read_span(request, list); !ok) co_return problem(ok.error());
  store::CountImports count{list};
  auto totals = co_await context.services.store.call(std::move(count));
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of imports");
  const auto rates =
      co_await rates_of(context.services.store, reply.value->items, shard::unix_ms(context.services.io));
  co_return list_response(
      *reply.value, [&rates](json::Writer& w, const model::Import& each) { write_with(w, each, rates); },
      totals.value ? &*totals.value : nullptr);
}

io::Task<Response> show_import(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("imp_", id)) co_return problem(404, "not_found", "there is no import " + id);
  store::GetImport request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "import " + id);
  const std::vector<model::Import> one{std::move(*reply.value)};
  const auto rates = co_await rates_of(context.services.store, one, shard::unix_ms(context.services.io));
  std::string body;
  json::Writer w(body);
  write_with(w, one.front(), rates);
  co_return json_response(200, std::move(body));
}

io::Task<Response> pause_import(Context& context) {
  co_return co_await command(context, store::ImportCommand::pause);
}

io::Task<Response> resume_import(Context& context) {
  co_return co_await command(context, store::ImportCommand::resume);
}

io::Task<Response> cancel_import(Context& context) {
  co_return co_await command(context, store::ImportCommand::cancel);
}

}  // namespace pulter::control
