#include <array>

#include "codec/base/ids.h"
#include "codec/sign/token.h"
#include "engine/control/fields.h"
#include "engine/control/hub.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"
#include "engine/shard/new_id.h"

// /v1/tokens, over the Unix socket only: who may make tokens is whoever may open the socket.

namespace pulter::control {
namespace {

void write_token(json::Writer& w, const model::Token& token, std::string_view text) {
  w.begin_object().field("id", token.id);
  write_time(w, "createdAt", token.created_at_ms);
  w.field("name", token.name).field("scope", token.scope);
  if (!text.empty()) w.field("token", text);
  w.end_object();
}

/// An upload token is for an importer that exists.
io::Task<Result<>> check_scope(Context& context, const std::string& text) {
  const auto scope = model::parse_scope(text);
  if (!scope)
    co_return refuse_field(ErrorCode::bad_value, "scope", "must be admin, read or upload:<templateId>.");
  if (scope->kind != model::Scope::Kind::upload) co_return Result<>();
  store::GetImporter get{scope->template_id};
  auto reply = co_await context.services.store.call(std::move(get));
  if (reply.done()) co_return Result<>();
  co_return refuse_field(ErrorCode::bad_value, "scope",
                         "names the importer " + scope->template_id + ", which there is not.");
}

}  // namespace

io::Task<Response> create_token(Context& context) {
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  json::ObjectReader fields(*value);
  model::Token token;
  token.name = fields.string("name").value_or("");
  token.scope = fields.string("scope").value_or("admin");
  if (auto ok = fields.finish(); !ok) co_return problem(ok.error());
  if (auto ok = check_text("name", token.name, limits::name_bytes_max); !ok) co_return problem(ok.error());
  Result<> good = co_await check_scope(context, token.scope);
  if (!good) co_return problem(good.error());
  std::array<std::uint8_t, 32> random{};
  context.services.io.random(random);
  const std::string text = sign::generate_token(random);
  token.id = shard::new_id(context.services.io, "tok_");
  if (token.name.empty()) token.name = token.scope;
  token.digest = sign::token_digest(text);
  store::CreateToken create{std::move(token)};
  auto reply = co_await context.services.store.call(std::move(create));
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "the token");
  std::string body;
  json::Writer w(body);
  write_token(w, *reply.value, text);
  co_return json_response(201, std::move(body));
}

io::Task<Response> list_tokens(Context& context) {
  if (auto ok = only_parameters(context.request, {"limit", "cursor"}); !ok) co_return problem(ok.error());
  auto page = read_page(context.request);
  if (!page) co_return problem(page.error());
  store::ListTokens list{std::move(*page)};
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of tokens");
  co_return list_response(*reply.value,
                          [](json::Writer& w, const model::Token& each) { write_token(w, each, {}); });
}

io::Task<Response> delete_token(Context& context) {
  const std::string& id = context.request.id;
  store::DeleteToken request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (!reply.done()) co_return store_problem(reply.status, reply.detail, "token " + id);
  context.services.sessions.close_all_of(id);
  context.services.hub.nudge();
  co_return no_content();
}

}  // namespace pulter::control
