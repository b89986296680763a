#include "tests/unit/io/net/certificates.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <fstream>

#include "codec/base/check.h"
#include "codec/net/ip_text.h"

namespace pulter::io::test {
namespace {

bssl::UniquePtr<EVP_PKEY> make_key() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  PULTER_CHECK(EC_KEY_generate_key(ec.get()) == 1);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  PULTER_CHECK(EVP_PKEY_assign_EC_KEY(key.get(), ec.release()) == 1);
  return key;
}

bssl::UniquePtr<BIO> reader(const std::string& text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string contents(BIO* bio) {
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  PULTER_CHECK(BIO_mem_contents(bio, &bytes, &size) == 1);
  return {bytes, bytes + size};
}

void add_name(GENERAL_NAMES* names, int type, const std::string& bytes) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING* value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
  PULTER_CHECK(ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size())) == 1);
  GENERAL_NAME_set0_value(name, type, value);
  PULTER_CHECK(sk_GENERAL_NAME_push(names, name) != 0);
}

void add_alternative_names(X509* certificate, const CertificateWish& wish) {
  if (wish.names.empty() && wish.addresses.empty()) return;
  const bssl::UniquePtr<GENERAL_NAMES> names(sk_GENERAL_NAME_new_null());
  for (const std::string& name : wish.names) add_name(names.get(), GEN_DNS, name);
  for (const std::string& text : wish.addresses) {
    const auto address = net::parse_ip(text);
    PULTER_CHECK(address);
    const std::size_t size = address->family == net::Family::ipv4 ? 4 : 16;
    add_name(names.get(), GEN_IPADD, std::string(address->bytes.begin(), address->bytes.begin() + size));
  }
  PULTER_CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1);
}

}  // namespace

Certificate make_certificate(const CertificateWish& wish, const Certificate* issuer) {
  const bssl::UniquePtr<EVP_PKEY> key = make_key();
  const bssl::UniquePtr<X509> certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<std::uint8_t*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), wish.not_before);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), wish.not_after);
  const auto* name = reinterpret_cast<const unsigned char*>(wish.common_name.data());
  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, MBSTRING_UTF8,
                             const_cast<unsigned char*>(name), static_cast<int>(wish.common_name.size()), -1,
                             0);
  X509_set_pubkey(certificate.get(), key.get());
  add_alternative_names(certificate.get(), wish);
  if (wish.is_authority) {
    const bssl::UniquePtr<BASIC_CONSTRAINTS> basic(BASIC_CONSTRAINTS_new());
    basic->ca = 0xff;
    PULTER_CHECK(X509_add1_ext_i2d(certificate.get(), NID_basic_constraints, basic.get(), 1, 0) == 1);
  }
  if (issuer == nullptr) {
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    PULTER_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  } else {
    const bssl::UniquePtr<X509> above(
        PEM_read_bio_X509(reader(issuer->pem).get(), nullptr, nullptr, nullptr));
    const bssl::UniquePtr<EVP_PKEY> signer(
        PEM_read_bio_PrivateKey(reader(issuer->key).get(), nullptr, nullptr, nullptr));
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(above.get()));
    PULTER_CHECK(X509_sign(certificate.get(), signer.get(), EVP_sha256()) > 0);
  }
  const bssl::UniquePtr<BIO> pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(pem.get(), certificate.get());
  const bssl::UniquePtr<BIO> key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {contents(pem.get()), contents(key_pem.get())};
}

std::string write_temporary(const std::string& name, const std::string& text) {
  static int count = 0;
  const std::string path = testing::TempDir() + "pulter-" + std::to_string(::getpid()) + "-" +
                           std::to_string(++count) + "-" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace pulter::io::test
