#include "engine/control/router.h"

#include <array>

#include "codec/http/query.h"
#include "engine/control/auth.h"
#include "engine/control/cors.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"

namespace pulter::control {
namespace {

constexpr std::array routes{
    Route{"POST", "/v1/importers", create_importer},
    Route{"GET", "/v1/importers", list_importers},
    Route{"GET", "/v1/importers/{id}", show_importer},
    Route{"PATCH", "/v1/importers/{id}", update_importer},
    Route{"DELETE", "/v1/importers/{id}", delete_importer},
    Route{"POST", "/v1/webhooks", create_webhook},
    Route{"GET", "/v1/webhooks", list_webhooks},
    Route{"GET", "/v1/webhooks/{id}", show_webhook},
    Route{"PATCH", "/v1/webhooks/{id}", update_webhook},
    Route{"DELETE", "/v1/webhooks/{id}", delete_webhook},
    Route{"GET", "/v1/webhooks/{id}/secret", show_secret, Need::admin},
    Route{"POST", "/v1/webhooks/{id}/rotate-secret", rotate_secret},
    Route{"POST", "/v1/webhooks/{id}/test", test_webhook},
    Route{"POST", "/v1/uploads", create_upload},
    Route{"POST", "/v1/imports", create_import, Need::upload},
    Route{"GET", "/v1/imports", list_imports},
    Route{"GET", "/v1/imports/{id}", show_import},
    Route{"PUT", "/v1/imports/{id}/content", put_content, Need::upload},
    Route{"GET", "/v1/imports/{id}/content", show_content},
    Route{"GET", "/v1/imports/{id}/rows", show_rows},
    Route{"GET", "/v1/imports/{id}/row-errors", list_row_errors},
    Route{"GET", "/v1/imports/{id}/errors.csv", show_errors_csv},
    Route{"POST", "/v1/imports/{id}/pause", pause_import},
    Route{"POST", "/v1/imports/{id}/resume", resume_import},
    Route{"POST", "/v1/imports/{id}/cancel", cancel_import},
    Route{"GET", "/v1/events", list_events},
    Route{"POST", "/v1/events/resend", resend_events},
    Route{"GET", "/v1/resends/{id}", show_resend},
    Route{"POST", "/v1/resends/{id}/stop", stop_resend},
    Route{"GET", "/v1/events/{id}", show_event},
    Route{"GET", "/v1/events/{id}/body", show_event_body},
    Route{"GET", "/v1/events/{id}/attempts", list_attempts},
    Route{"POST", "/v1/events/{id}/resend", resend_event},
    Route{"GET", "/v1/stream", live_stream},
    Route{"GET", "/v1/explain", explain_url},
    Route{"POST", "/v1/check", check_file},
    Route{"GET", "/v1/stats", show_stats},
    Route{"GET", "/v1/imports/{id}/batches", show_batches},
    Route{"GET", "/v1/imports/{id}/timeline", show_timeline},
    Route{"POST", "/v1/session", create_session, Need::nothing},
    Route{"GET", "/v1/session", show_session, Need::any_token},
    Route{"DELETE", "/v1/session", delete_session, Need::any_token},
    Route{"POST", "/v1/tokens", create_token, Need::local_socket},
    Route{"GET", "/v1/tokens", list_tokens, Need::local_socket},
    Route{"DELETE", "/v1/tokens/{id}", delete_token, Need::local_socket},
    Route{"GET", "/healthz", show_health, Need::nothing},
    Route{"GET", "/readyz", show_readiness},
    Route{"GET", "/metrics", show_metrics},
};

constexpr std::string_view hole = "{id}";

/// Whether `path` has the route's form; `id` is what stands in its hole. A fixed path wins over a hole
/// because it is asked first where both are possible: "/v1/events/resend" before "/v1/events/{id}".
bool fits(std::string_view pattern, std::string_view path, std::string_view* id) {
  const std::size_t at = pattern.find(hole);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view tail = pattern.substr(at + hole.size());
  if (!path.starts_with(pattern.substr(0, at)) || path.size() <= at + tail.size() || !path.ends_with(tail)) {
    return false;
  }
  *id = path.substr(at, path.size() - at - tail.size());
  return id->find('/') == std::string_view::npos;
}

}  // namespace

std::span<const Route> all_routes() {
  return routes;
}

Match find_route(std::string_view method, std::string_view path) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match match;
  for (const Route& route : routes) {
    std::string_view raw_id;
    if (!fits(route.path, path, &raw_id)) continue;
    if (route.method == wanted) {
      auto id = http::percent_decode(raw_id);
      if (!id) continue;
      match.route = &route;
      match.id = std::move(*id);
      return match;
    }
    match.allow.append(match.allow.empty() ? "" : ", ").append(route.method);
    if (route.method == "GET") match.allow.append(", HEAD");
  }
  return match;
}

namespace {

/// What is decided before the API is asked at all.
std::optional<Response> answer_at_the_door(const Context& context) {
  const Request& request = context.request;
  if (request.door == Door::unix_socket) return std::nullopt;
  const std::string_view host = request.header("host").value_or("");
  if (!is_known_host(host, context.services.config)) {
    return problem(403, "forbidden",
                   "the Host header names \"" + std::string(host) +
                       "\", which is neither an address nor localhost; a name has to be set as allowed_hosts "
                       "(--allowed-host)",
                   "Host");
  }
  return page_response(context.services.pages, request);
}

}  // namespace

namespace {

/// The answer of the route, or the reason why there is none for this caller.
io::Task<Response> answer(Context& context, Match match) {
  Request& request = context.request;
  Result<> identified = co_await identify(context);
  if (!identified) co_return problem(identified.error());
  const Need need = match.route == nullptr ? Need::any_token : match.route->need;
  if (auto refusal = refuse_caller(request, need)) co_return std::move(*refusal);
  if (match.route == nullptr && match.allow.empty()) {
    co_return problem(404, "not_found", "there is no resource at " + std::string(request.path));
  }
  if (match.route == nullptr) {
    Response refusal = problem(
        405, "method_not_allowed",
        std::string(request.path) + " has no " + std::string(request.method) + "; it has " + match.allow);
    refusal.headers.emplace_back("Allow", match.allow);
    co_return refusal;
  }
  auto query = http::parse_query(request.head.query());
  if (!query) co_return problem(query.error());
  request.query = std::move(*query);
  request.id = std::move(match.id);
  io::Task<Response> call = match.route->handler(context);
  co_return co_await std::move(call);
}

}  // namespace

io::Task<Response> dispatch(Context& context) {
  const Request& request = context.request;
  const config::Config& config = context.services.config;
  if (auto refusal = answer_at_the_door(context)) co_return std::move(*refusal);
  if (auto preflight = preflight_response(request, config)) co_return std::move(*preflight);
  Match match = find_route(request.method, request.path);
  const bool for_uploads = match.route != nullptr && match.route->need == Need::upload;
  std::string origin = for_uploads ? origin_let_in(request, config) : std::string();
  io::Task<Response> call = answer(context, std::move(match));
  Response response = co_await std::move(call);
  if (!origin.empty()) let_read(response, std::move(origin));
  co_return response;
}

}  // namespace pulter::control
