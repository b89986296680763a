#include "engine/control/url_check.h"

#include "codec/net/address_policy.h"
#include "engine/delivery/route.h"

namespace pulter::control {

Result<UrlVerdict> judge_url(std::string_view text, const config::Config& config) {
  auto url = net::parse_url(text);
  if (!url) return std::unexpected(std::move(url.error()));
  UrlVerdict verdict;
  verdict.url = std::move(*url);
  net::Verdict known = delivery::judge_url(verdict.url, config);
  verdict.allowed = known.allowed;
  verdict.final_word = verdict.url.literal.has_value() || !known.allowed;
  verdict.rule = std::move(known.rule);
  return verdict;
}

Result<std::string> check_url(std::string_view text, const config::Config& config, std::string_view field) {
  auto verdict = judge_url(text, config);
  if (!verdict) {
    Error error = std::move(verdict.error());
    error.field = field;
    return std::unexpected(std::move(error));
  }
  if (!verdict->allowed) {
    return std::unexpected(Error{ErrorCode::address_refused, -1,
                                 "requests may not go to " + verdict->url.authority + ": " + verdict->rule,
                                 std::string(field)});
  }
  return verdict->url.text();
}

}  // namespace pulter::control
