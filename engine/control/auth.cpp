#include "engine/control/auth.h"

#include <algorithm>

#include "codec/http/headers.h"
#include "codec/net/ip_text.h"
#include "codec/net/url.h"
#include "codec/sign/token.h"
#include "engine/control/fields.h"
#include "engine/control/services.h"

namespace pulter::control {
namespace {

/// Without its port, and without the brackets of an IPv6 address.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

std::string_view bearer_of(const Request& request) {
  std::string_view value = request.header("authorization").value_or("");
  constexpr std::size_t scheme_chars = 7;
  if (value.size() < scheme_chars || !http::same_ignoring_case(value.substr(0, scheme_chars), "Bearer "))
    return {};
  value.remove_prefix(scheme_chars);
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

/// The value of our cookie (RFC 6265, 4.2.1: pairs separated by "; ").
std::string_view cookie_of(const Request& request) {
  std::string_view rest = request.header("cookie").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == session_cookie)
      return pair.substr(equals + 1);
  }
  return {};
}

io::Task<Result<>> identify_bearer(Context& context, std::string_view token) {
  if (token.size() > sign::token_chars_max) co_return Result<>();
  store::FindToken find{sign::token_digest(token)};
  auto reply = co_await context.services.store.call(std::move(find));
  if (reply.status == store::Status::not_found) co_return Result<>();
  if (!reply.done() || !reply.value) {
    co_return fail(ErrorCode::store_unavailable, "the store could not be asked: " + reply.detail);
  }
  auto scope = model::parse_scope(reply.value->scope);
  if (!scope) co_return Result<>();
  context.request.caller =
      Caller{Caller::Kind::token, std::move(*scope), reply.value->name, reply.value->id, {}, {}};
  co_return Result<>();
}

void identify_page(Context& context) {
  std::string key;
  const Sessions::Session* session =
      context.services.sessions.find(context.services.io.now(), cookie_of(context.request), &key);
  if (session == nullptr) return;
  context.request.caller = Caller{Caller::Kind::page, session->scope, session->name,
                                  session->token_id,  std::move(key), session->csrf_token};
}

bool scope_allows(const model::Scope& scope, std::string_view method, Need need) {
  using enum model::Scope::Kind;
  if (scope.kind == admin || need == Need::any_token) return true;
  if (need == Need::upload) return scope.kind == upload;
  return scope.kind == read && need == Need::by_method && (method == "GET" || method == "HEAD");
}

}  // namespace

bool is_known_host(std::string_view host, const config::Config& config) {
  const std::string_view name = host_name(host);
  if (name.empty()) return false;
  if (net::parse_ip(name)) return true;
  if (http::same_ignoring_case(name, "localhost")) return true;
  return std::ranges::any_of(config.allowed_hosts, [&](const std::string& each) {
    return http::same_ignoring_case(each, name) || http::same_ignoring_case(each, host);
  });
}

io::Task<Result<>> identify(Context& context) {
  Request& request = context.request;
  if (request.door == Door::unix_socket) {
    request.caller =
        Caller{Caller::Kind::socket, model::Scope{model::Scope::Kind::admin}, "socket", {}, {}, {}};
    co_return Result<>();
  }
  const std::string_view token = bearer_of(request);
  if (token.empty()) {
    identify_page(context);
    co_return Result<>();
  }
  co_return co_await identify_bearer(context, token);
}

std::optional<Response> refuse_caller(const Request& request, Need need) {
  const Caller& caller = request.caller;
  if (caller.kind == Caller::Kind::socket || need == Need::nothing) return std::nullopt;
  if (need == Need::local_socket && caller.kind != Caller::Kind::nobody) {
    return problem(403, "forbidden",
                   "tokens are made on the machine itself, over the Unix socket: pulter tokens create");
  }
  if (caller.kind == Caller::Kind::nobody) {
    Response refusal =
        problem(401, "unauthorized",
                "a token is needed (Authorization: Bearer plt_…), and none that is known came; "
                "make one on the machine itself: pulter tokens create");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"pulter\"");
    return refusal;
  }
  if (!scope_allows(caller.scope, request.method, need)) {
    return problem(403, "forbidden",
                   "the token's scope is " + to_string(caller.scope) + ", which does not allow " +
                       std::string(request.method) + " " + std::string(request.path));
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (caller.kind == Caller::Kind::page && !reads &&
      !sign::same_secret(request.header("x-csrf-token").value_or(""), caller.csrf_token)) {
    return problem(403, "csrf",
                   "a call with the session's cookie needs the session's X-CSRF-Token; get it from "
                   "GET /v1/session");
  }
  return std::nullopt;
}

Result<> may_upload(const Caller& caller, std::string_view template_id) {
  if (caller.scope.kind != model::Scope::Kind::upload || caller.scope.template_id == template_id) return {};
  return refuse_field(ErrorCode::forbidden, "templateId",
                      "must be " + caller.scope.template_id + ", the one importer that this token is for.");
}

Result<> may_name_webhook(const Caller& caller, const model::Importer& importer,
                          std::string_view webhook_url) {
  if (caller.scope.kind != model::Scope::Kind::upload || webhook_url.empty()) return {};
  const auto url = net::parse_url(webhook_url);
  if (url &&
      std::ranges::find(importer.allowed_webhook_hosts, url->host) != importer.allowed_webhook_hosts.end())
    return {};
  return refuse_field(ErrorCode::forbidden, "webhookUrl",
                      "names a host that is not among the importer's allowedWebhookHosts.");
}

}  // namespace pulter::control
