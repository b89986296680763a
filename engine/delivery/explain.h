#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/base/result.h"
#include "engine/delivery/route.h"

namespace pulter::delivery {

/// What `pulter explain URL` and `/v1/explain` say: where would a request go, and which rule says so?
struct Explanation {
  Route route;
  std::string reads_as;  ///< the URL in canonical form; empty when it cannot be read
};

/// Looks up and judges as a request would, and dials nothing. A URL that cannot be read is an answer too: not
/// allowed, bad_url. `url` stays until the end.
io::Task<Explanation> explain(io::Scope& scope, io::Resolver& resolver, std::string_view url,
                              const config::Config& config);

/// The same for a program without an Io: makes one, and waits (at most limits::dns_time_max). Errors: those
/// of making a ring.
[[nodiscard]] Result<Explanation> explain_now(std::string_view url, const config::Config& config);

}  // namespace pulter::delivery
