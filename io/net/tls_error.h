#pragma once

#include <string>

#include "codec/base/result.h"
#include "io/net/tls_types.h"

struct x509_store_ctx_st;

namespace pulter::io {

/// What was found wrong with a certificate, noted while the chain is checked.
struct TlsRefusal {
  long code = 0;  ///< X509_V_ERR_…; 0: nothing was wrong
  int depth = 0;  ///< 0: the receiver's own certificate
  std::string subject;
  std::string issuer;
  std::string names;  ///< what the receiver's certificate is for
  std::string not_before;
  std::string not_after;
};

/// Notes the first problem of a chain; to be called from the verification callback when `ok` is 0.
void note_refusal(TlsRefusal& refusal, x509_store_ctx_st* chain);

/// Why a TLS call failed, from the thread's error queue, which is emptied: tls_failed with a sentence that
/// names the reason (expired, self-signed, wrong host, unknown root, an alert, no TLS at all) and what to do.
/// `peer` names the receiver: "hooks.example.com".
[[nodiscard]] Error tls_error(const TlsRefusal& refusal, const std::string& peer);

}  // namespace pulter::io
