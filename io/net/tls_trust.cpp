#include "io/net/tls_trust.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "io/file/file.h"
#include "io/system_error.h"

namespace pulter::io {
namespace {

constexpr std::size_t ca_file_bytes_max = 16 * 1024 * 1024;

Result<std::string> read_file(const std::string& path) {
  auto fd = open_to_read(path);
  if (!fd) return std::unexpected(std::move(fd.error()));
  std::string text;
  std::array<char, 65536> piece;
  while (text.size() <= ca_file_bytes_max) {
    const ssize_t count = ::read(fd->get(), piece.data(), piece.size());
    if (count == 0) return text;
    if (count < 0) return fail(system_error(errno, "Cannot read " + path));
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return fail(ErrorCode::bad_config, path + " is larger than any list of certificates; name the right file.");
}

/// Adds every certificate of `pem`; the number of them, or -1 when one cannot be read.
int add_certificates(X509_STORE* store, std::string_view pem) {
  const bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int count = 0;
  while (true) {
    const bssl::UniquePtr<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    X509_STORE_add_cert(store, certificate.get());
    ++count;
  }
  const std::uint32_t why = ERR_peek_last_error();
  ERR_clear_error();
  const bool at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  return at_end ? count : -1;
}

Result<> add_file(X509_STORE* store, const std::string& path) {
  auto text = read_file(path);
  if (!text) {
    return fail(ErrorCode::bad_config, text.error().at,
                "The trusted certificates cannot be read: " + text.error().detail);
  }
  const int count = add_certificates(store, *text);
  if (count > 0) return {};
  return fail(ErrorCode::bad_config,
              path + (count == 0 ? " holds no certificate" : " holds a certificate that cannot be read") +
                  ": it must be a list of certificates in PEM form (-----BEGIN CERTIFICATE-----).");
}

TlsStore new_store() {
  TlsStore store(X509_STORE_new());
  // Whoever names an intermediate certificate trusts it: no root above it is asked for.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  return store;
}

}  // namespace

void TlsDeleter::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}
void TlsDeleter::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}
void TlsDeleter::operator()(ssl_session_st* session) const noexcept {
  SSL_SESSION_free(session);
}
void TlsDeleter::operator()(x509_store_st* store) const noexcept {
  X509_STORE_free(store);
}

Result<TlsStore> load_trust(const TlsSettings& settings) {
  TlsStore store = new_store();
  for (const std::string* each : {&settings.system_ca_file, &settings.extra_ca_file}) {
    const std::string& path = *each;
    if (path.empty()) continue;
    // A machine may have no list of its own, where the operator names one.
    const bool is_system = &path == &settings.system_ca_file;
    if (is_system && !settings.extra_ca_file.empty() && ::access(path.c_str(), F_OK) != 0) continue;
    if (Result<> added = add_file(store.get(), path); !added)
      return std::unexpected(std::move(added.error()));
  }
  return store;
}

std::string trust_stamp(const TlsSettings& settings) {
  std::string stamp;
  for (const std::string* path : {&settings.system_ca_file, &settings.extra_ca_file}) {
    struct stat status {};
    const bool found = !path->empty() && ::stat(path->c_str(), &status) == 0;
    stamp += found ? std::to_string(status.st_ino) + "," + std::to_string(status.st_size) + "," +
                         std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec)
                   : std::string("none");
    stamp += ";";
  }
  return stamp;
}

Result<TlsStore> extend_trust(const TlsStore& base, std::string_view pem) {
  TlsStore store = new_store();
  const STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(base.get());
  for (std::size_t i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    X509* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    if (certificate != nullptr) X509_STORE_add_cert(store.get(), certificate);
  }
  if (add_certificates(store.get(), pem) > 0) return store;
  return fail(ErrorCode::bad_value,
              "The webhook's trusted certificates are not a list of certificates in PEM form.");
}

}  // namespace pulter::io
