#include "codec/base/ids.h"
#include "engine/control/announce.h"
#include "engine/control/ensure_webhook.h"
#include "engine/control/fields.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/control/url_check.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

namespace pulter::control {
namespace {

[[nodiscard]] bool is_importer_id(std::string_view id) {
  return id == model::default_importer_id || is_id("tpl_", id);
}

Response no_importer(const std::string& id) {
  return problem(404, "not_found", "there is no importer " + id);
}

Result<> check_host(const std::string& host) {
  const auto verdict = net::parse_url("https://" + host + "/");
  if (verdict && verdict->host == host && verdict->authority == host) return {};
  return refuse_field(ErrorCode::bad_value, "allowedWebhookHosts",
                      "\"" + host + "\" is not a host name such as hooks.example.com (lower case, no port)");
}

void read_lists(json::ObjectReader& fields, model::Importer& importer) {
  if (auto columns = fields.string_map("columns")) importer.columns = std::move(*columns);
  auto hosts = fields.strings("allowedWebhookHosts");
  if (!hosts) return;
  if (hosts->size() > limits::allowed_hosts_max)
    fields.refuse("allowedWebhookHosts", "may name at most 64 hosts");
  for (const std::string& host : *hosts) {
    if (!check_host(host))
      fields.refuse("allowedWebhookHosts", "holds \"" + host + "\", which is not a host name");
  }
  importer.allowed_webhook_hosts = std::move(*hosts);
}

/// Reads what a POST or PATCH says over what there is.
Result<> read_importer(const json::Value& value, const config::Config& config, model::Importer& importer) {
  json::ObjectReader fields(value);
  if (auto name = fields.string("name")) importer.name = std::move(*name);
  std::optional<std::string> url;
  if (fields.is_null("webhookUrl")) {
    importer.webhook_url.clear();
  } else {
    url = fields.string("webhookUrl");
  }
  if (auto size = fields.unsigned_integer("batchSize", 1, limits::batch_rows_max)) {
    importer.batch_size = static_cast<std::uint32_t>(*size);
  }
  if (auto keep = fields.boolean("dataSync")) importer.data_sync = *keep;
  if (auto drop = fields.boolean("dropUnmapped")) importer.drop_unmapped = *drop;
  read_lists(fields, importer);
  if (auto ok = fields.finish(); !ok) return ok;
  if (auto ok = check_text("name", importer.name, limits::name_bytes_max); !ok) return ok;
  if (!url) return {};
  auto checked = check_url(*url, config, "webhookUrl");
  if (!checked) return std::unexpected(std::move(checked.error()));
  importer.webhook_url = std::move(*checked);
  return {};
}

/// An importer's own webhook exists from the moment the importer names its URL.
io::Task<Result<>> ensure_own_webhook(Context& context, const model::Importer& importer) {
  if (importer.webhook_url.empty()) co_return Result<>();
  auto made = co_await ensure_webhook(context.services, importer.id, importer.webhook_url);
  if (!made) co_return std::unexpected(std::move(made.error()));
  co_return Result<>();
}

io::Task<Response> put_importer(Context& context, model::Importer importer, bool create) {
  const std::string id = importer.id;
  store::PutImporter put{std::move(importer), create};
  auto reply = co_await context.services.store.call(std::move(put));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "importer " + id);
  Result<> webhook = co_await ensure_own_webhook(context, *reply.value);
  if (!webhook) co_return problem(webhook.error());
  announce(context.services, "importer", *reply.value);
  Response response = resource_response(create ? 201 : 200, *reply.value);
  if (create) response.headers.emplace_back("Location", "/v1/importers/" + id);
  co_return response;
}

}  // namespace

io::Task<Response> create_importer(Context& context) {
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  model::Importer importer;
  importer.id = shard::new_id(context.services.io, "tpl_");
  if (auto ok = read_importer(*value, context.services.config, importer); !ok) co_return problem(ok.error());
  co_return co_await put_importer(context, std::move(importer), true);
}

io::Task<Response> list_importers(Context& context) {
  if (auto ok = only_parameters(context.request, {"limit", "cursor"}); !ok) co_return problem(ok.error());
  auto page = read_page(context.request);
  if (!page) co_return problem(page.error());
  store::ListImporters request{std::move(*page)};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of importers");
  co_return list_response(*reply.value, [](json::Writer& w, const model::Importer& each) { write(w, each); });
}

io::Task<Response> show_importer(Context& context) {
  const std::string& id = context.request.id;
  if (!is_importer_id(id)) co_return no_importer(id);
  store::GetImporter request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "importer " + id);
  co_return resource_response(200, *reply.value);
}

io::Task<Response> update_importer(Context& context) {
  const std::string& id = context.request.id;
  if (!is_importer_id(id)) co_return no_importer(id);
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  store::GetImporter request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "importer " + id);
  model::Importer importer = std::move(*reply.value);
  if (auto ok = read_importer(*value, context.services.config, importer); !ok) co_return problem(ok.error());
  co_return co_await put_importer(context, std::move(importer), false);
}

io::Task<Response> delete_importer(Context& context) {
  const std::string& id = context.request.id;
  if (!is_importer_id(id)) co_return no_importer(id);
  if (id == model::default_importer_id) {
    co_return problem(409, "conflict",
                      "the importer named default is built in: imports without a templateId use it");
  }
  store::DeleteImporter request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done()) co_return store_problem(reply.status, reply.detail, "importer " + id);
  announce_deleted(context.services, id);
  co_return no_content();
}

}  // namespace pulter::control
