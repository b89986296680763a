#include "tests/unit/io/net/tls_peer.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <chrono>

#include "codec/base/check.h"

namespace pulter::io::test {
namespace {

bssl::UniquePtr<BIO> reader(const std::string& text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int choose_protocol(SSL*, const std::uint8_t** out, std::uint8_t* out_size, const std::uint8_t* offered,
                    unsigned size, void*) {
  static const std::string only("\x08http/1.1");
  std::uint8_t* chosen = nullptr;
  const int result =
      SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const std::uint8_t*>(only.data()),
                            static_cast<unsigned>(only.size()), offered, size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsServer::TlsServer(Io& io, TlsServerWish wish) : io_(io), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* ctx = context_.get();
  SSL_CTX_set_min_proto_version(ctx, static_cast<std::uint16_t>(wish.version_min));
  SSL_CTX_set_max_proto_version(ctx, static_cast<std::uint16_t>(wish.version_max));
  const bssl::UniquePtr<X509> own(
      PEM_read_bio_X509(reader(wish.certificate.pem).get(), nullptr, nullptr, nullptr));
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader(wish.certificate.key).get(), nullptr, nullptr, nullptr));
  PULTER_CHECK(SSL_CTX_use_certificate(ctx, own.get()) == 1);
  PULTER_CHECK(SSL_CTX_use_PrivateKey(ctx, key.get()) == 1);
  const bssl::UniquePtr<BIO> chain = reader(wish.chain);
  while (true) {
    const bssl::UniquePtr<X509> next(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    SSL_CTX_add1_chain_cert(ctx, next.get());
  }
  SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  static constexpr std::uint8_t id[] = "tests";
  SSL_CTX_set_session_id_context(ctx, id, sizeof id);
  if (wish.client_ca.empty()) return;
  const bssl::UniquePtr<X509> authority(
      PEM_read_bio_X509(reader(wish.client_ca).get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), authority.get());
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

Task<std::unique_ptr<TlsStream>> TlsServer::accept(Scope& scope, int fd) {
  TlsHandle ssl(SSL_new(context_.get()));
  SSL* raw = ssl.get();
  SSL_set_accept_state(raw);
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(io_.wall_now().time_since_epoch()).count();
  X509_VERIFY_PARAM_set_time(SSL_get0_param(raw), now);
  auto below = std::make_unique<TcpStream>(io_, fd);
  auto stream = std::make_unique<TlsStream>(std::move(below), std::move(ssl), shared_, io_, "the client", "");
  Result<> shaken = co_await stream->handshake(scope, never);
  if (!shaken) co_return std::unique_ptr<TlsStream>();
  if (const char* name = SSL_get_servername(raw, TLSEXT_NAMETYPE_host_name)) server_name_ = name;
  const std::uint8_t* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(raw, &protocol, &size);
  protocol_.assign(protocol, protocol + size);
  co_return stream;
}

}  // namespace pulter::io::test
