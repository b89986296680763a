#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/control/auth.h"
#include "engine/control/request.h"
#include "engine/control/response.h"
#include "io/task.h"

namespace pulter::control {

/// A call of the API. Lives as long as its request; ends when its scope is cancelled.
using Handler = io::Task<Response> (*)(Context& context);

struct Route {
  std::string_view method;
  std::string_view path;  ///< at most one segment is "{id}"
  Handler handler;
  Need need = Need::by_method;
};

/// What a path and method lead to.
struct Match {
  const Route* route = nullptr;
  std::string id;     ///< what stands for "{id}", decoded
  std::string allow;  ///< for 405: the methods that this path has; empty: there is no such path (404)
};

/// All calls of the API.
[[nodiscard]] std::span<const Route> all_routes();
/// Finds the route. HEAD is served by the route of GET.
[[nodiscard]] Match find_route(std::string_view method, std::string_view path);

/// Answers one request: routes it and calls its handler, or answers why not.
io::Task<Response> dispatch(Context& context);

}  // namespace pulter::control
