#include "engine/control/body_coding.h"

#include <string>

#include "codec/http/headers.h"

namespace pulter::control {

std::optional<Coding> body_coding(const Request& request) {
  const std::string_view coding = request.header("content-encoding").value_or("identity");
  if (http::same_ignoring_case(coding, "identity")) return Coding::identity;
  const bool gzip = http::same_ignoring_case(coding, "gzip") || http::same_ignoring_case(coding, "x-gzip");
  return gzip ? std::optional(Coding::gzip) : std::nullopt;
}

Response unknown_coding(const Request& request) {
  const std::string coding(request.header("content-encoding").value_or(""));
  Response response = problem(
      415, "not_supported",
      "Content-Encoding: \"" + coding + "\" is not unpacked; send the CSV as it is, or packed with gzip");
  response.headers.emplace_back("Accept-Encoding", "gzip, identity");
  return response;
}

}  // namespace pulter::control
