#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "io/net/blocking.h"

namespace pulter::io::blocking {

/// The server side of TLS for the bench's receiver: a certificate for 127.0.0.1 that it made itself and
/// signed itself, valid for a day. TLS 1.2 and 1.3. It may be used by any number of threads once it is made.
class TlsServer {
 public:
  TlsServer();
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// What a client has to trust, PEM.
  [[nodiscard]] const std::string& certificate_pem() const { return pem_; }

 private:
  friend class TlsConnection;
  struct Context;
  std::unique_ptr<Context> context_;
  std::string pem_;
};

/// One connection to it, over a socket that does not block. One thread.
class TlsConnection {
 public:
  TlsConnection(const TlsServer& server, Descriptor socket);
  ~TlsConnection();
  TlsConnection(TlsConnection&&) noexcept;
  TlsConnection& operator=(TlsConnection&&) noexcept;

  /// Reads what is there, shaking hands first; 0 at the end of the stream, no value where the socket has
  /// nothing yet. Errors: tls_failed.
  [[nodiscard]] Result<std::optional<std::size_t>> receive(std::span<char> into);
  /// Sends a few bytes, which must fit into the socket. Errors: tls_failed.
  [[nodiscard]] Result<> send(std::string_view bytes);
  [[nodiscard]] const Descriptor& socket() const { return socket_; }

 private:
  struct State;
  Descriptor socket_;
  std::unique_ptr<State> state_;
};

}  // namespace pulter::io::blocking
