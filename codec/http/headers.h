#pragma once

#include <span>
#include <string_view>

#include "codec/base/result.h"

namespace pulter::http {

/// One header line, as views into whatever holds its text.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

/// Custom headers of a webhook: how many, and how many bytes of names and values together.
inline constexpr std::size_t custom_headers_max = 32;
inline constexpr std::size_t custom_header_bytes_max = 8 * 1024;

/// ASCII comparison without case, as header names want it.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Whether `text` is a token of RFC 9110, 5.6.2: the form of a header name or method.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Whether Pulter or the connection owns this header, so that a webhook cannot set it: framing, Host,
/// User-Agent, proxy-* and the signature headers (any case).
[[nodiscard]] bool is_reserved_header(std::string_view name) noexcept;

/// Checks one custom header of a webhook: the name is an unreserved token; the value is printable ASCII,
/// inner spaces and tabs, none at its ends. Errors: bad_value, naming the header.
[[nodiscard]] Result<> check_custom_header(std::string_view name, std::string_view value);

/// Checks all custom headers of a webhook: each as above, no name twice, and the limits at the top of this
/// file.
[[nodiscard]] Result<> check_custom_headers(std::span<const HeaderField> headers);

}  // namespace pulter::http
