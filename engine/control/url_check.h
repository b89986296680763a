#pragma once

#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "codec/net/url.h"
#include "engine/config/config.h"

namespace pulter::control {

/// What is known of a callback URL without looking its host up.
struct UrlVerdict {
  net::Url url;
  bool allowed = false;
  /// Addresses are given, so this is the last word; a name's addresses are judged when it is dialled.
  bool final_word = false;
  std::string rule;  ///< the rule that decided: "loopback (127.0.0.0/8, RFC 1122)"
};

/// Judges a callback URL by scheme, port, name and, where the host is an address, address (contract, section
/// 8). The same code is behind /v1/explain and every field that takes a URL. Errors: bad_url.
[[nodiscard]] Result<UrlVerdict> judge_url(std::string_view text, const config::Config& config);

/// The URL in canonical form, or why it may not be used: bad_url, address_refused with the rule; `field` is
/// named.
[[nodiscard]] Result<std::string> check_url(std::string_view text, const config::Config& config,
                                            std::string_view field);

}  // namespace pulter::control
