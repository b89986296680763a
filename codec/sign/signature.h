#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "codec/base/result.h"
#include "codec/sign/hmac.h"
#include "codec/sign/secret.h"

namespace pulter::sign {

/// Secrets of one webhook that may be live at once: the current one and those in their overlap.
inline constexpr std::size_t live_secrets_max = 8;
/// Characters of one signature: "v1," and 44 of base64.
inline constexpr std::size_t signature_chars = 47;
/// Bodies that are signed side by side: as many as one common step hashes.
inline constexpr std::size_t bodies_together_max = sha256_lanes_max;
/// Seconds that a request's timestamp may be off, as the published verifiers have it.
inline constexpr std::int64_t default_tolerance_s = 300;

/// Makes the webhook-signature header of one attempt while the body is produced (Standard Webhooks, v1):
/// HMAC-SHA256 over `id "." timestamp "." body`, once per live secret.
///
/// Never allocates: about 2 KiB large instead. One use: after finish() only the destructor may run.
class Signer {
 public:
  /// `secrets`: 1 to live_secrets_max, newest first; not needed after the constructor. `webhook_id` must
  /// not contain '.'. `timestamp` is Unix seconds.
  Signer(std::span<const Secret> secrets, std::string_view webhook_id, std::int64_t timestamp);
  Signer(const Secret& secret, std::string_view webhook_id, std::int64_t timestamp);

  void update(std::string_view body_part) noexcept;
  /// The header's value: "v1,<base64>" per secret, separated by one space, in the order of `secrets`. The
  /// text stands in the signer and lives as long.
  [[nodiscard]] std::string_view finish() noexcept;

  struct Part;
  /// The next part of each of 1 to bodies_together_max bodies, hashed side by side where the processor can:
  /// about twice as many bytes per second as one after the other. Lengths may differ. Same signatures as
  /// update() of each. Never allocates.
  static void update_together(std::span<const Part> parts,
                              Sha256Kernel kernel = best_sha256_kernel()) noexcept;

 private:
  std::array<std::optional<HmacSha256>, live_secrets_max> macs_;  ///< the first ones are there
  std::array<char, live_secrets_max*(signature_chars + 1)> text_;
  bool finished_ = false;
};

struct Signer::Part {
  Signer* signer = nullptr;
  std::string_view body_part;
};

/// Checks a received request as the published verifiers do: any "v1," signature in `signature_header` that
/// any of `secrets` made. Comparison takes the same time wherever the first difference is.
///
/// `timestamp_text` is the header's text, `now` is Unix seconds, `tolerance_s` < 0 turns the time check off.
/// Errors: bad_signature, saying whether the time, the form or the signature is at fault.
[[nodiscard]] Result<> verify(std::span<const Secret> secrets, std::string_view webhook_id,
                              std::string_view timestamp_text, std::string_view body,
                              std::string_view signature_header, std::int64_t now,
                              std::int64_t tolerance_s = default_tolerance_s);

}  // namespace pulter::sign
