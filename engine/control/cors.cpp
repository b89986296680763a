#include "engine/control/cors.h"

#include <algorithm>

#include "engine/control/router.h"

namespace pulter::control {

std::string origin_let_in(const Request& request, const config::Config& config) {
  const std::string_view origin = request.header("origin").value_or("");
  // "null" is any sandboxed page and any file: never a name to be trusted.
  if (origin.empty() || origin == "null") return {};
  const auto fits = [&](const std::string& each) { return each == "*" || each == origin; };
  return std::ranges::any_of(config.allowed_origins, fits) ? std::string(origin) : std::string();
}

std::optional<Response> preflight_response(const Request& request, const config::Config& config) {
  const auto method = request.header("access-control-request-method");
  if (request.method != "OPTIONS" || !method || !request.header("origin")) return std::nullopt;
  const Match match = find_route(*method, request.path);
  const bool for_uploads = match.route != nullptr && match.route->need == Need::upload;
  std::string origin = for_uploads ? origin_let_in(request, config) : std::string();
  if (origin.empty()) {
    return problem(403, "forbidden",
                   for_uploads
                       ? "pages of this origin may not upload; it has to be set as allowed_origins "
                         "(--allowed-origin)"
                       : "pages of other origins may only upload: POST /v1/imports and PUT its content",
                   "Origin");
  }
  Response response = no_content();
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(*method));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Idempotency-Key");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  let_read(response, std::move(origin));
  return response;
}

void let_read(Response& response, std::string origin) {
  response.headers.emplace_back("Access-Control-Allow-Origin", std::move(origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", "Location, Idempotent-Replayed");
  response.headers.emplace_back("Vary", "Origin");
}

}  // namespace pulter::control
