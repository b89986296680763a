#include "io/net/blocking_tls.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "codec/base/check.h"

namespace pulter::io::blocking {
namespace {

constexpr long day_s = 86'400;

bssl::UniquePtr<EVP_PKEY> make_key() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  PULTER_CHECK(EC_KEY_generate_key(ec.get()) == 1);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  PULTER_CHECK(EVP_PKEY_assign_EC_KEY(key.get(), ec.release()) == 1);
  return key;
}

/// 127.0.0.1 as the certificate's only name (RFC 5280, 4.2.1.6).
void add_loopback(X509* certificate) {
  static constexpr unsigned char loopback[] = {127, 0, 0, 1};
  const bssl::UniquePtr<GENERAL_NAMES> names(sk_GENERAL_NAME_new_null());
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING* value = ASN1_OCTET_STRING_new();
  PULTER_CHECK(ASN1_STRING_set(value, loopback, sizeof loopback) == 1);
  GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  PULTER_CHECK(sk_GENERAL_NAME_push(names.get(), name) != 0);
  PULTER_CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1);
}

bssl::UniquePtr<X509> make_certificate(EVP_PKEY* key) {
  bssl::UniquePtr<X509> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  const std::time_t now = std::time(nullptr);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), static_cast<std::uint64_t>(now));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), now - day_s);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), now + day_s);
  static constexpr unsigned char common_name[] = "pulter bench";
  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, MBSTRING_UTF8,
                             common_name, sizeof common_name - 1, -1, 0);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  X509_set_pubkey(certificate.get(), key);
  add_loopback(certificate.get());
  PULTER_CHECK(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

struct TlsServer::Context {
  bssl::UniquePtr<SSL_CTX> ssl;
};

TlsServer::TlsServer() : context_(std::make_unique<Context>()) {
  const bssl::UniquePtr<EVP_PKEY> key = make_key();
  const bssl::UniquePtr<X509> certificate = make_certificate(key.get());
  context_->ssl.reset(SSL_CTX_new(TLS_server_method()));
  PULTER_CHECK(SSL_CTX_use_certificate(context_->ssl.get(), certificate.get()) == 1);
  PULTER_CHECK(SSL_CTX_use_PrivateKey(context_->ssl.get(), key.get()) == 1);
  const bssl::UniquePtr<BIO> pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(pem.get(), certificate.get());
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  PULTER_CHECK(BIO_mem_contents(pem.get(), &bytes, &size) == 1);
  pem_.assign(bytes, bytes + size);
}

TlsServer::~TlsServer() = default;

struct TlsConnection::State {
  bssl::UniquePtr<SSL> ssl;
};

TlsConnection::TlsConnection(const TlsServer& server, Descriptor socket)
    : socket_(std::move(socket)), state_(std::make_unique<State>()) {
  state_->ssl.reset(SSL_new(server.context_->ssl.get()));
  PULTER_CHECK(SSL_set_fd(state_->ssl.get(), socket_.number()) == 1);
  SSL_set_accept_state(state_->ssl.get());
}

TlsConnection::~TlsConnection() = default;
TlsConnection::TlsConnection(TlsConnection&&) noexcept = default;
TlsConnection& TlsConnection::operator=(TlsConnection&&) noexcept = default;

Result<std::optional<std::size_t>> TlsConnection::receive(std::span<char> into) {
  const int got = SSL_read(state_->ssl.get(), into.data(), static_cast<int>(into.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  switch (SSL_get_error(state_->ssl.get(), got)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return std::nullopt;
    case SSL_ERROR_ZERO_RETURN:
    case SSL_ERROR_SYSCALL:
      return std::size_t{0};
    default:
      return fail(ErrorCode::tls_failed, "TLS with the sender failed.");
  }
}

Result<> TlsConnection::send(std::string_view bytes) {
  const int sent = SSL_write(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (sent == static_cast<int>(bytes.size())) return {};
  return fail(ErrorCode::tls_failed, "An answer could not be sent over TLS.");
}

}  // namespace pulter::io::blocking
