#include "io/net/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>
#include <utility>
#include <vector>

#include "io/net/tls_trust.h"

namespace pulter::io {
namespace {

/// A client certificate that can be shown.
struct Parsed {
  bssl::UniquePtr<X509> own;
  std::vector<bssl::UniquePtr<X509>> chain;
  bssl::UniquePtr<EVP_PKEY> key;
};

std::unexpected<Error> refuse(const char* field, const char* why) {
  ERR_clear_error();
  return std::unexpected(Error{ErrorCode::bad_value, -1, why, field});
}

bssl::UniquePtr<BIO> reader(std::string_view pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// After the last certificate there is no further start line, and nothing else went wrong.
bool ended_well() {
  const std::uint32_t why = ERR_peek_last_error();
  ERR_clear_error();
  return ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
}

Result<bssl::UniquePtr<EVP_PKEY>> parse_key(std::string_view pem) {
  // An encrypted key is refused: nobody could be asked for its pass phrase.
  if (pem.find("ENCRYPTED") != std::string_view::npos) {
    return refuse("private_key",
                  "is encrypted: give it without a pass phrase (openssl pkey -in KEY -out PLAIN_KEY)");
  }
  const auto no_phrase = [](char*, int, int, void*) { return 0; };
  const bssl::UniquePtr<BIO> text = reader(pem);
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_phrase, nullptr));
  if (key == nullptr)
    return refuse("private_key", "is no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
  return key;
}

Result<Parsed> parse(const TlsIdentity& identity) {
  Parsed parsed;
  if (identity.certificate.empty() && identity.private_key.empty()) return parsed;
  if (identity.certificate.empty())
    return refuse("certificate", "is missing: the private key needs its certificate");
  if (identity.private_key.empty())
    return refuse("private_key", "is missing: the certificate needs its private key");
  const bssl::UniquePtr<BIO> text = reader(identity.certificate);
  while (bssl::UniquePtr<X509> next{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
    if (parsed.own == nullptr) {
      parsed.own = std::move(next);
    } else {
      parsed.chain.push_back(std::move(next));
    }
  }
  if (!ended_well() || parsed.own == nullptr) {
    return refuse("certificate",
                  "is no list of certificates in PEM form (-----BEGIN CERTIFICATE-----), its own first");
  }
  auto key = parse_key(identity.private_key);
  if (!key) return std::unexpected(std::move(key.error()));
  parsed.key = std::move(*key);
  if (X509_check_private_key(parsed.own.get(), parsed.key.get()) != 1) {
    return refuse("private_key", "does not belong to the first certificate");
  }
  return parsed;
}

}  // namespace

Result<> check_identity(const TlsIdentity& identity) {
  if (!identity.ca.empty()) {
    const TlsStore none(X509_STORE_new());
    if (auto store = extend_trust(none, identity.ca); !store) {
      return refuse("ca", "is no list of certificates in PEM form (-----BEGIN CERTIFICATE-----)");
    }
  }
  auto parsed = parse(identity);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (parsed->own == nullptr) return {};
  const TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (SSL_CTX_use_certificate(context.get(), parsed->own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), parsed->key.get()) != 1) {
    return refuse("certificate", "has a key of a kind that TLS cannot use; use RSA, ECDSA or Ed25519");
  }
  return {};
}

Result<> use_identity(SSL* ssl, const TlsStore& trust, const TlsIdentity& identity) {
  if (!identity.ca.empty()) {
    auto store = extend_trust(trust, identity.ca);
    if (!store) return std::unexpected(std::move(store.error()));
    SSL_set0_verify_cert_store(ssl, store->release());
  }
  auto parsed = parse(identity);
  if (!parsed) {
    const std::string what =
        "The webhook's client certificate cannot be used: the " + parsed.error().field + " ";
    return fail(ErrorCode::bad_value, what + parsed.error().detail + ".");
  }
  if (parsed->own == nullptr) return {};
  bool good = SSL_use_certificate(ssl, parsed->own.get()) == 1;
  for (const bssl::UniquePtr<X509>& each : parsed->chain)
    good = good && SSL_add1_chain_cert(ssl, each.get()) == 1;
  good = good && SSL_use_PrivateKey(ssl, parsed->key.get()) == 1;
  ERR_clear_error();
  if (good) return {};
  return fail(ErrorCode::bad_value,
              "The webhook's client certificate cannot be used: its key is of a kind that TLS cannot use.");
}

}  // namespace pulter::io
