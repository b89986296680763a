#pragma once

#include "codec/base/result.h"
#include "engine/config/config.h"
#include "engine/control/request.h"

namespace pulter::control {

/// Whether this request may be served at all. On the Unix socket the file mode has decided already; on the
/// TCP listener every request needs a token (contract, section 7). Errors: unauthorized.
[[nodiscard]] Result<> check_access(const Request& request);

/// Whether the listeners that `config` asks for can be guarded. Asked at start, before anything listens.
/// Errors: not_supported: a TCP listener, as long as there is no store of tokens. Refusing to start is the
/// safe answer; an open port would not be.
[[nodiscard]] Result<> check_listeners(const config::Config& config);

}  // namespace pulter::control
