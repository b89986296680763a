#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"

namespace pulter::http {

/// Parameters that one query may have.
inline constexpr std::size_t query_parameters_max = 64;

struct QueryParameter {
  std::string name;
  std::string value;
};

/// Undoes %XX in a path segment; '+' stays. Errors: bad_request with the offset for a broken escape, for
/// an escape that gives a NUL, and for a result that is not UTF-8.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);

/// Reads "a=1&b=x%20y+z": '&' separates, '+' is a space, "a" is "a" with an empty value, empty parts are
/// skipped. In order, repeats included. Errors: as percent_decode, and more than query_parameters_max.
[[nodiscard]] Result<std::vector<QueryParameter>> parse_query(std::string_view query);

}  // namespace pulter::http
