#include "io/net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <iterator>
#include <utility>

#include "codec/base/check.h"
#include "codec/base/digest.h"
#include "io/log.h"

namespace pulter::io {
namespace {

// Certificates above the receiver's own: public chains have one to three.
constexpr int chain_depth_max = 8;
constexpr std::size_t chain_bytes_max = 64 * 1024;
constexpr unsigned char protocols[] = "\x08http/1.1";

TlsStream* stream_of(const SSL* ssl) {
  return static_cast<TlsStream*>(SSL_get_app_data(ssl));
}

int on_verified(int ok, X509_STORE_CTX* chain) {
  if (ok == 1) return 1;
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  note_refusal(stream_of(ssl)->refusal(), chain);
  return 0;
}

/// Takes the session over by returning 1.
int on_session(SSL* ssl, SSL_SESSION* session) {
  stream_of(ssl)->keep_session(TlsSession(session));
  return 1;
}

TlsContext make_context() {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  PULTER_CHECK(context != nullptr);
  SSL_CTX* ctx = context.get();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verified);
  SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, on_session);
  SSL_CTX_set_max_cert_list(ctx, chain_bytes_max);
  SSL_CTX_set_alpn_protos(ctx, protocols, sizeof protocols - 1);
  return context;
}

/// Everything that makes two connections different in the receiver's eyes, and in ours.
std::string session_key(const TlsPeer& peer) {
  std::string key(peer.owner);
  key.append("|").append(peer.host).append("|").append(std::to_string(peer.port));
  if (peer.identity == nullptr) return key;
  Digest digest;
  for (const std::string_view part :
       {peer.identity->ca, peer.identity->certificate, peer.identity->private_key}) {
    digest.update(std::to_string(part.size()) + ":");
    digest.update(part);
  }
  return key + "|" + digest.text();
}

Result<> set_verification(SSL* ssl, const TlsPeer& peer, WallTime now) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_depth(param, chain_depth_max);
  X509_VERIFY_PARAM_set_time(
      param, std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  // Names are those of subjectAltName alone (RFC 9525, 2): the subject's common name is text for people.
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  bool is_set = false;
  if (peer.literal) {
    const std::size_t size = peer.literal->family == net::Family::ipv4 ? 4 : 16;
    is_set = X509_VERIFY_PARAM_set1_ip(param, peer.literal->bytes.data(), size) == 1;
  } else {
    const std::string host(peer.host);
    is_set = X509_VERIFY_PARAM_set1_host(param, host.data(), host.size()) == 1 &&
             SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  }
  ERR_clear_error();
  if (!is_set) {
    return fail(ErrorCode::tls_failed, "TLS cannot be used with the host " + std::string(peer.host) +
                                           ": it is too long for a name in a certificate.");
  }
  return {};
}

}  // namespace

TlsClient::TlsClient(Io& io, TlsSettings settings) : io_(io), settings_(std::move(settings)) {}

TlsClient::~TlsClient() = default;

Result<> TlsClient::load() {
  if (context_ != nullptr) return {};
  trust_stamp_ = trust_stamp(settings_);
  looked_at_ = io_.now();
  auto trust = load_trust(settings_);
  if (!trust) return std::unexpected(std::move(trust.error()));
  trust_ = std::move(*trust);
  context_ = make_context();
  SSL_CTX_set1_verify_cert_store(context_.get(), trust_.get());
  return {};
}

void TlsClient::look_for_changes() {
  const Instant now = io_.now();
  if (now - looked_at_ < settings_.look_interval) return;
  looked_at_ = now;
  std::string stamp = trust_stamp(settings_);
  if (stamp == trust_stamp_) return;
  trust_stamp_ = std::move(stamp);
  auto trust = load_trust(settings_);
  if (!trust) {
    log(LogLevel::warning, "The trusted certificates were changed and cannot be used: the old ones stay",
        {{"reason", trust.error().detail}});
    return;
  }
  trust_ = std::move(*trust);
  SSL_CTX_set1_verify_cert_store(context_.get(), trust_.get());
  // A session that is resumed is not verified again, and its authority may be gone.
  shared_.sessions.clear();
  log(LogLevel::info, "The trusted certificates were changed: the new ones count", {});
}

Result<TlsHandle> TlsClient::make_handle(const TlsPeer& peer) {
  if (Result<> loaded = load(); !loaded) return std::unexpected(std::move(loaded.error()));
  look_for_changes();
  TlsHandle ssl(SSL_new(context_.get()));
  PULTER_CHECK(ssl != nullptr);
  SSL_set_connect_state(ssl.get());
  SSL_set_renegotiate_mode(ssl.get(), ssl_renegotiate_never);
  SSL_set_shed_handshake_config(ssl.get(), 1);
  if (Result<> set = set_verification(ssl.get(), peer, io_.wall_now()); !set)
    return std::unexpected(std::move(set.error()));
  if (peer.identity != nullptr) {
    if (Result<> used = use_identity(ssl.get(), trust_, *peer.identity); !used)
      return std::unexpected(std::move(used.error()));
  }
  return ssl;
}

Task<Result<std::unique_ptr<TlsStream>>> TlsClient::connect(Scope& scope, std::unique_ptr<Stream> below,
                                                            TlsPeer peer, Instant deadline) {
  auto handle = make_handle(peer);
  if (!handle) co_return std::unexpected(std::move(handle.error()));
  std::string key = session_key(peer);
  const TlsSession session = shared_.sessions.take(key, io_.now());
  if (session != nullptr) SSL_set_session(handle->get(), session.get());
  auto stream = std::make_unique<TlsStream>(std::move(below), std::move(*handle), shared_, io_,
                                            std::string(peer.host), std::move(key));
  Result<> shaken = co_await stream->handshake(scope, deadline);
  if (!shaken) co_return std::unexpected(std::move(shaken.error()));
  co_return stream;
}

}  // namespace pulter::io
