#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/sim/random.h"
#include "tests/sim/judge.h"
#include "tests/sim/plan.h"

namespace pulter::sim {

/// Whether a request that was answered so may be taken as delivered by its sender.
[[nodiscard]] bool may_count(Kind kind);
/// Whether the connection is kept after such an answer.
[[nodiscard]] bool stays_open(Kind kind);

[[nodiscard]] std::string plain_answer(int status, std::string_view headers, std::string_view body);
/// The bytes of an answer of that kind; `headers` are added where it has a head.
[[nodiscard]] std::string make_answer(Kind kind, io::SimRandom& chance, const Receipt& receipt,
                                      std::string_view headers);
/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
[[nodiscard]] std::string http_date(std::int64_t unix_s);

}  // namespace pulter::sim
