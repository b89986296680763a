#pragma once

#include <string_view>

#include "codec/base/result.h"
#include "io/net/tls_types.h"

namespace pulter::io {

/// What a webhook brings along for TLS, in PEM form; empty where it brings nothing. Views: whoever uses it
/// keeps the texts.
struct TlsIdentity {
  std::string_view ca{};           ///< trusted beside the others
  std::string_view certificate{};  ///< its own first, then the chain
  std::string_view private_key{};
};

/// Whether `identity` can be used, told before anything is stored. Errors: bad_value, whose field is `ca`,
/// `certificate` or `private_key`, and whose sentence goes on after the field's name. Neither the key nor
/// anything of it is in the error. Some 100 µs.
[[nodiscard]] Result<> check_identity(const TlsIdentity& identity);

/// Lets a connection that is being set up trust `identity.ca` beside `trust`, and show its certificate.
/// Errors: those of check_identity.
[[nodiscard]] Result<> use_identity(ssl_st* ssl, const TlsStore& trust, const TlsIdentity& identity);

}  // namespace pulter::io
