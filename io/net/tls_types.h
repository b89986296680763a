#pragma once

#include <memory>

// The names of BoringSSL's objects, so that our headers need none of its own.
struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct x509_store_st;

namespace pulter::io {

struct TlsDeleter {
  void operator()(ssl_st* ssl) const noexcept;
  void operator()(ssl_ctx_st* context) const noexcept;
  void operator()(ssl_session_st* session) const noexcept;
  void operator()(x509_store_st* store) const noexcept;
};

using TlsHandle = std::unique_ptr<ssl_st, TlsDeleter>;
using TlsContext = std::unique_ptr<ssl_ctx_st, TlsDeleter>;
using TlsSession = std::unique_ptr<ssl_session_st, TlsDeleter>;
using TlsStore = std::unique_ptr<x509_store_st, TlsDeleter>;

}  // namespace pulter::io
