#include "io/net/tls_error.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "codec/net/endpoint.h"

namespace pulter::io {
namespace {

constexpr std::size_t text_bytes_max = 200;
constexpr std::size_t names_max = 4;

/// A receiver chose these bytes: whatever is not plain ASCII becomes '?', and there is an end to it.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  if (text.size() > text_bytes_max) text.replace(text_bytes_max, std::string::npos, "…");
  return text;
}

std::string bio_text(BIO* bio) {
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (BIO_mem_contents(bio, &bytes, &size) == 0) return {};
  return plain(std::string(bytes, bytes + size));
}

std::string name_text(const X509_NAME* name) {
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  return bio_text(bio.get());
}

std::string time_text(const ASN1_TIME* time) {
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  return bio_text(bio.get());
}

std::string one_name(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) {
    const unsigned char* bytes = ASN1_STRING_get0_data(name->d.dNSName);
    return plain(std::string(bytes, bytes + ASN1_STRING_length(name->d.dNSName)));
  }
  if (name->type != GEN_IPADD) return {};
  const int size = ASN1_STRING_length(name->d.iPAddress);
  if (size != 4 && size != 16) return {};
  net::IpAddress address;
  if (size == 16) address.family = net::Family::ipv6;
  std::copy_n(ASN1_STRING_get0_data(name->d.iPAddress), size, address.bytes.begin());
  return net::to_string(address);
}

std::string names_of(X509* certificate) {
  const bssl::UniquePtr<GENERAL_NAMES> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string text = one_name(sk_GENERAL_NAME_value(names.get(), i));
    if (text.empty()) continue;
    if (++count > names_max) return out + ", …";
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

constexpr const char* trust_it =
    "If that is meant, trust its certificate: tlsCa of the webhook, or tls_ca_file for all.";

std::string refusal_text(const TlsRefusal& refusal, const std::string& peer) {
  const bool is_leaf = refusal.depth == 0;
  const std::string which =
      is_leaf ? "the certificate of " + peer : "the authority \"" + refusal.subject + "\"";
  switch (refusal.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return which + " has expired (" + refusal.not_after + "). The receiver must renew it.";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return which + " is not valid before " + refusal.not_before +
             ". Check this machine's clock, and the receiver's " + "certificate.";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return which + " is self-signed: no authority vouches for it. " + trust_it;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return which + " is an unknown root: it is not among the trusted ones. " + trust_it;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return which + " was issued by \"" + refusal.issuer +
             "\", an unknown root or one whose intermediate certificate the receiver does not send. Let the "
             "receiver " +
             "send its whole chain; " +
             "if the authority is private, trust its certificate: tlsCa of the webhook, or tls_ca_file for "
             "all.";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the certificate is for another host: it is for " +
             (refusal.names.empty() ? std::string("no name at all (it has no subjectAltName)")
                                    : refusal.names) +
             ", not for " + peer + ". Use a name of the certificate in the webhook's URL.";
    default:
      return which + " is refused: " + X509_verify_cert_error_string(refusal.code) + ".";
  }
}

std::string reason_text(std::uint32_t code) {
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    switch (reason) {
      case SSL_R_WRONG_VERSION_NUMBER:
      case SSL_R_HTTP_REQUEST:
      case SSL_R_HTTPS_PROXY_REQUEST:
        return "it does not speak TLS on this port. Is it an http URL?";
      case SSL_R_UNSUPPORTED_PROTOCOL:
        return "it offers only versions of TLS below 1.2, which are not safe.";
      case SSL_R_NO_RENEGOTIATION:
        return "it asked for a renegotiation, which is not allowed.";
      case SSL_R_TLSV1_ALERT_CERTIFICATE_REQUIRED:
        return "it asks for a client certificate: give the webhook tlsCertificate and tlsPrivateKey.";
      default:
        break;
    }
    if (reason >= SSL_AD_REASON_OFFSET) {
      return std::string("it ended the connection with the alert \"") +
             SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "\".";
    }
  }
  const char* text = ERR_reason_error_string(code);
  return std::string("protocol error ") + (text != nullptr ? text : "without a name") + ".";
}

}  // namespace

void note_refusal(TlsRefusal& refusal, X509_STORE_CTX* chain) {
  if (refusal.code != 0) return;
  refusal.code = X509_STORE_CTX_get_error(chain);
  refusal.depth = X509_STORE_CTX_get_error_depth(chain);
  X509* certificate = X509_STORE_CTX_get_current_cert(chain);
  if (certificate == nullptr) return;
  refusal.subject = name_text(X509_get_subject_name(certificate));
  refusal.issuer = name_text(X509_get_issuer_name(certificate));
  refusal.not_before = time_text(X509_get0_notBefore(certificate));
  refusal.not_after = time_text(X509_get0_notAfter(certificate));
  refusal.names = names_of(certificate);
}

Error tls_error(const TlsRefusal& refusal, const std::string& peer) {
  const std::uint32_t first = ERR_peek_error();
  const bool is_certificate = refusal.code != 0 && ERR_GET_LIB(first) == ERR_LIB_SSL &&
                              ERR_GET_REASON(first) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  ERR_clear_error();
  if (is_certificate) return {ErrorCode::tls_failed, refusal.code, "TLS: " + refusal_text(refusal, peer)};
  return {ErrorCode::tls_failed, ERR_GET_REASON(first),
          "TLS with " + peer + " failed: " + reason_text(first)};
}

}  // namespace pulter::io
