#include "codec/http/headers.h"
#include "codec/sign/token.h"
#include "engine/control/fields.h"
#include "engine/control/hub.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"

// /v1/session: a page signs in with a token once, and from then on carries a cookie that no script can read
// and that no other site's page makes the browser send.

namespace pulter::control {
namespace {

Response session_response(std::string_view name, const model::Scope& scope, std::string_view csrf_token) {
  std::string body;
  json::Writer w(body);
  w.begin_object().field("name", name).field("scope", to_string(scope)).field("csrfToken", csrf_token);
  w.end_object();
  return json_response(200, std::move(body));
}

void set_cookie(Response& response, const Request& request, std::string_view value, std::int64_t seconds) {
  std::string cookie(session_cookie);
  cookie.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  cookie.append(std::to_string(seconds));
  // TLS ends at a proxy before us, if anywhere; what a client claims here can only narrow its own cookie.
  if (request.header("x-forwarded-proto").value_or("") == "https") cookie += "; Secure";
  response.headers.emplace_back("Set-Cookie", std::move(cookie));
}

/// Another site's form can send anything but this type (Fetch standard: simple requests), so it cannot sign a
/// visitor in as somebody else.
bool is_json(const Request& request) {
  const std::string_view type = request.header("content-type").value_or("");
  return http::same_ignoring_case(type.substr(0, type.find(';')), "application/json");
}

/// Its open streams end with it.
void close_session(Context& context) {
  context.services.sessions.close(context.request.caller.session_key);
  context.services.hub.nudge();
}

}  // namespace

io::Task<Response> create_session(Context& context) {
  if (!is_json(context.request))
    co_return problem(415, "bad_request", "send the token as JSON, with Content-Type: application/json");
  Result<json::Value> value = co_await read_object(context);
  if (!value) co_return problem(value.error());
  json::ObjectReader fields(*value);
  const std::string text = fields.string("token").value_or("");
  if (auto ok = fields.finish(); !ok) co_return problem(ok.error());
  store::FindToken find{sign::token_digest(text.substr(0, sign::token_chars_max))};
  auto reply = co_await context.services.store.call(std::move(find));
  if (reply.status == store::Status::not_found)
    co_return problem(401, "unauthorized",
                      "the daemon does not know this token; make one with: pulter tokens create");
  if (!reply.done() || !reply.value) co_return store_problem(reply.status, reply.detail, "the token");
  const auto scope = model::parse_scope(reply.value->scope);
  if (!scope) co_return problem(401, "unauthorized", "the token's scope is not known to this version");
  if (context.request.caller.kind == Caller::Kind::page) close_session(context);
  const Sessions::Opened opened = context.services.sessions.open(context.services.io, *reply.value, *scope);
  Response response = session_response(reply.value->name, *scope, opened.csrf_token);
  constexpr auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limits::session_time_max).count();
  set_cookie(response, context.request, opened.cookie, seconds);
  co_return response;
}

io::Task<Response> show_session(Context& context) {
  const Caller& caller = context.request.caller;
  co_return session_response(caller.name, caller.scope, caller.csrf_token);
}

io::Task<Response> delete_session(Context& context) {
  const Caller& caller = context.request.caller;
  if (caller.kind == Caller::Kind::page) close_session(context);
  Response response = no_content();
  set_cookie(response, context.request, "", 0);
  co_return response;
}

}  // namespace pulter::control
