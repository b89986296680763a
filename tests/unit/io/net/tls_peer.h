#pragma once

#include <memory>
#include <string>

#include "io/net/tls_stream.h"
#include "tests/unit/io/net/certificates.h"

namespace pulter::io::test {

struct TlsServerWish {
  Certificate certificate{};
  std::string chain{};      ///< sent beside it, PEM
  std::string client_ca{};  ///< client certificates are asked for, and must come from here
  int version_min = 0x0303;
  int version_max = 0x0304;
};

/// The server side of TLS: what is a receiver in the tests. Its streams are TlsStreams too; real servers of
/// another make are met in tests/end_to_end/tls.
class TlsServer {
 public:
  TlsServer(Io& io, TlsServerWish wish);
  /// Takes the accepted socket over and does the handshake. Null when that fails.
  Task<std::unique_ptr<TlsStream>> accept(Scope& scope, int fd);
  /// The server name that the last client asked for (SNI).
  [[nodiscard]] const std::string& server_name() const { return server_name_; }
  /// The protocol that was agreed on (ALPN).
  [[nodiscard]] const std::string& protocol() const { return protocol_; }

 private:
  Io& io_;
  TlsShared shared_;
  TlsContext context_;
  std::string server_name_;
  std::string protocol_;
};

}  // namespace pulter::io::test
