#pragma once

#include <cstdint>
#include <optional>

#include "engine/control/request.h"
#include "engine/control/response.h"

namespace pulter::control {

/// How the body of a request with a file is packed for its way (Content-Encoding; RFC 9110, section 8.4): the
/// file is what is in it.
enum class Coding : std::uint8_t { identity, gzip };

/// Nothing where it is packed in a way that is not read.
[[nodiscard]] std::optional<Coding> body_coding(const Request& request);
/// 415 that names what is read, as RFC 9110 (section 15.5.16) asks for it.
[[nodiscard]] Response unknown_coding(const Request& request);

}  // namespace pulter::control
