#pragma once

#include <optional>
#include <string>

#include "engine/config/config.h"
#include "engine/control/request.h"
#include "engine/control/response.h"

// Uploads from somebody else's web page with a publishable key (`upload:<templateId>`): which pages may, and
// how the browser learns it (Fetch standard, section 3.3). The key travels in Authorization, never in a
// cookie, so no answer here allows credentials.

namespace pulter::control {

/// The page's origin, when the setting allowed_origins has it; otherwise empty.
[[nodiscard]] std::string origin_let_in(const Request& request, const config::Config& config);

/// The answer to a preflight, which a browser sends before such an upload, without its key. Nothing for any
/// other request.
[[nodiscard]] std::optional<Response> preflight_response(const Request& request,
                                                         const config::Config& config);

/// Lets the page of that origin read the answer.
void let_read(Response& response, std::string origin);

}  // namespace pulter::control
