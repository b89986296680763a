#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// The dashboard's built files, compiled into the daemon. How they are to be served:
//
//   paths      "/index.html" answers GET and HEAD of every page address: "/", "/imports", "/imports/…",
//              "/events", "/events/…", "/webhooks", "/webhooks/…", "/importers", "/importers/…", "/upload",
//              "/signin". Each other file answers its own path only ("/assets/app-<hash>.js"). Everything else
//              stays the API's: "/v1/…", "/healthz", "/readyz", "/metrics". No token is needed: the files hold
//              no data. A path is looked up, never joined to a directory.
//   always     X-Content-Type-Options: nosniff
//              Referrer-Policy: no-referrer
//              Cross-Origin-Opener-Policy: same-origin
//              Cross-Origin-Resource-Policy: same-origin
//              Content-Security-Policy: the text of `content_security_policy`
//   caching    `immutable` files: Cache-Control: public, max-age=31536000, immutable
//              the others: Cache-Control: no-cache, with the ETag; If-None-Match is answered with 304.
//   Host       requests whose Host is not in the allow-list are refused before this (DNS rebinding).
//
// Answers of the API carry Cache-Control: no-store, and of /body, /content and /errors.csv also
// Content-Disposition: attachment and Content-Security-Policy: sandbox; default-src 'none'.

namespace pulter::dashboard {

/// One built file. Everything points into the program's read-only data and lives as long as it does.
struct EmbeddedFile {
  std::string_view path;          ///< begins with "/"
  std::string_view content_type;  ///< with its charset
  std::string_view etag;          ///< with its quotes
  std::span<const std::uint8_t> bytes;
  bool immutable = false;  ///< the path carries a hash of the bytes
};

/// The files, sorted by path. Empty when the build found no Node: then the daemon says "built without
/// dashboard" and answers the page addresses with 404.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files() noexcept;

/// The policy of every page (W3C CSP 3, Trusted Types): nothing from elsewhere, no inline script or
/// style, and no way to turn a text into markup.
inline constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

}  // namespace pulter::dashboard
