#pragma once

#include <optional>
#include <string_view>

#include "engine/config/config.h"
#include "engine/control/request.h"
#include "engine/control/response.h"
#include "engine/model/importer.h"

namespace pulter::control {

/// What a call asks of who makes it.
enum class Need : std::uint8_t {
  by_method,  ///< GET: `read`; anything else: `admin`
  nothing,    ///< open to everybody
  admin,
  upload,        ///< `admin`, or `upload` of the importer that it is for: the handler asks may_upload
  any_token,     ///< any scope
  local_socket,  ///< the Unix socket only
};

/// Whether the Host header names this machine in a way that no name server decides: an address, localhost, or
/// a name of the setting allowed_hosts. Otherwise a page of somebody else could reach the listener through
/// its visitor's browser (DNS rebinding).
[[nodiscard]] bool is_known_host(std::string_view host, const config::Config& config);

/// Finds out who asks, from the door, the Authorization header and the cookie, and puts it into
/// `context.request.caller`. Errors: store_unavailable. A token that is not known is nobody.
io::Task<Result<>> identify(Context& context);

/// The answer to somebody who may not make this call; nothing when he may. `method` of the route.
[[nodiscard]] std::optional<Response> refuse_caller(const Request& request, Need need);

/// Whether an import for this importer, with this webhook URL (empty: none given), may be made by the caller:
/// an upload token is for one importer, and a URL from a browser must name a host of its allow-list.
/// Errors: forbidden with the field.
[[nodiscard]] Result<> may_upload(const Caller& caller, std::string_view template_id);
[[nodiscard]] Result<> may_name_webhook(const Caller& caller, const model::Importer& importer,
                                        std::string_view webhook_url);

}  // namespace pulter::control
