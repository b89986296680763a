#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "codec/net/endpoint.h"
#include "io/net/tls_identity.h"
#include "io/net/tls_stream.h"
#include "io/net/tls_trust.h"

namespace pulter::io {

/// Who is to be at the other end.
struct TlsPeer {
  std::string_view host{};                  ///< checked against the certificate's names, and sent as SNI
  std::optional<net::IpAddress> literal{};  ///< checked instead where the URL has an address; no SNI then
  std::uint16_t port = 443;
  std::string_view owner{};  ///< whose connection it is: sessions are never shared between owners
  const TlsIdentity* identity = nullptr;  ///< may be null
};

/// Makes TLS connections: TLS 1.2 and 1.3, chain and name verified, no renegotiation, no early data, ALPN
/// http/1.1, sessions resumed. One per shard; outlives its streams. Times of certificates are checked against
/// the Io's clock.
class TlsClient {
 public:
  TlsClient(Io& io, TlsSettings settings);
  ~TlsClient();

  /// Loads the trusted certificates, once; `connect` does it otherwise, with the first connection, and again
  /// when their files were changed: a file that cannot be read then leaves everything as it was. Blocks for
  /// some milliseconds. Errors: bad_config naming the file.
  Result<> load();

  /// Does the handshake over `below`, which is connected to `peer`. Errors: those of TlsStream::handshake,
  /// bad_config, bad_value for an identity that cannot be used.
  Task<Result<std::unique_ptr<TlsStream>>> connect(Scope& scope, std::unique_ptr<Stream> below, TlsPeer peer,
                                                   Instant deadline);
  [[nodiscard]] const TlsSessions& sessions() const noexcept { return shared_.sessions; }

 private:
  Result<TlsHandle> make_handle(const TlsPeer& peer);
  void look_for_changes();

  Io& io_;
  TlsSettings settings_;
  TlsShared shared_;
  TlsContext context_;
  TlsStore trust_;
  std::string trust_stamp_;
  Instant looked_at_{};
};

}  // namespace pulter::io
