#pragma once

#include <cstdint>
#include <string>

#include "engine/model/token.h"

namespace pulter::control {

/// Who makes a request, as far as its door and what it carries tell.
struct Caller {
  enum class Kind : std::uint8_t {
    nobody,  ///< over TCP, without a token that is known
    socket,  ///< over the Unix socket: the file mode has decided
    token,   ///< Authorization: Bearer
    page,    ///< the cookie of a session
  };
  Kind kind = Kind::nobody;
  model::Scope scope{};
  std::string name{};         ///< of the token
  std::string token_id{};     ///< of the token, or of the one that opened the session
  std::string session_key{};  ///< with page: of the session
  std::string csrf_token{};   ///< with page: what X-CSRF-Token has to be
};

}  // namespace pulter::control
