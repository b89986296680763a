#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pulter::io::test {

/// A certificate that a test makes, and its private key, in PEM form.
struct Certificate {
  std::string pem;
  std::string key;
};

struct CertificateWish {
  std::string common_name = "test";
  std::vector<std::string> names{};      ///< subjectAltName, DNS
  std::vector<std::string> addresses{};  ///< subjectAltName, IP
  std::int64_t not_before = 1577836800;  ///< 2020-01-01
  std::int64_t not_after = 4102444800;   ///< 2100-01-01
  bool is_authority = false;
};

/// Signed by `issuer`, or by itself when there is none.
Certificate make_certificate(const CertificateWish& wish, const Certificate* issuer = nullptr);

/// Writes `text` into a new file of its own under the test's temporary folder; its path.
std::string write_temporary(const std::string& name, const std::string& text);

}  // namespace pulter::io::test
