#include "engine/control/auth.h"

namespace pulter::control {

Result<> check_access(const Request& request) {
  if (request.door == Door::unix_socket) return {};
  return fail(ErrorCode::unauthorized,
              "requests over TCP need a token, and this version has none; use the Unix socket");
}

Result<> check_listeners(const config::Config& config) {
  if (!config.listen) return {};
  return std::unexpected(
      Error{ErrorCode::not_supported, -1,
            "the TCP listener " + net::to_string(*config.listen) +
                " was asked for, but this version has no tokens to guard it; remove `listen` "
                "(--listen, PULTER_LISTEN) and use the Unix socket " +
                config.socket,
            "listen"});
}

}  // namespace pulter::control
