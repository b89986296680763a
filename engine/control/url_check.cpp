#include "engine/control/url_check.h"

#include "codec/net/address_policy.h"

namespace pulter::control {

Result<UrlVerdict> judge_url(std::string_view text, const config::Config& config) {
  auto url = net::parse_url(text);
  if (!url) return std::unexpected(std::move(url.error()));
  UrlVerdict verdict;
  verdict.url = std::move(*url);
  if (verdict.url.scheme == net::Scheme::http && !config.allow_http) {
    verdict.rule = "http is not allowed; use https, or start pulterd with --allow-http";
    verdict.final_word = true;
    return verdict;
  }
  net::Verdict part = net::judge_port(verdict.url.port, config.allowed_ports);
  if (part.allowed && verdict.url.literal) {
    part = net::judge(*verdict.url.literal, config.allow_networks);
    verdict.final_word = true;
  } else if (part.allowed) {
    part = net::judge_name(verdict.url.host);
  }
  verdict.allowed = part.allowed;
  verdict.final_word = verdict.final_word || !part.allowed;
  verdict.rule = std::move(part.rule);
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
