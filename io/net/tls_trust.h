#pragma once

#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "io/net/tls_types.h"
#include "io/time.h"

namespace pulter::io {

/// Where trust comes from.
struct TlsSettings {
  std::string system_ca_file = "/etc/ssl/certs/ca-certificates.crt";
  std::string extra_ca_file;  ///< trusted beside the system's; empty: none
  /// How often a new connection looks whether the files were changed.
  Duration look_interval = std::chrono::seconds(10);
};

/// Reads every certificate of both files. Blocks for some milliseconds. Errors: bad_config naming the file:
/// unreadable, no certificate in it, or one that cannot be read.
[[nodiscard]] Result<TlsStore> load_trust(const TlsSettings& settings);

/// Tells whether the files are still those that were read: it differs when one of them was written, replaced
/// or removed. Two system calls.
[[nodiscard]] std::string trust_stamp(const TlsSettings& settings);

/// A store that holds what `base` holds and the certificates of `pem`. Errors: bad_value.
[[nodiscard]] Result<TlsStore> extend_trust(const TlsStore& base, std::string_view pem);

}  // namespace pulter::io
