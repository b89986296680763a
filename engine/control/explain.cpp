#include "codec/json/writer.h"
#include "engine/control/fields.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/control/url_check.h"
#include "engine/delivery/route.h"
#include "engine/limits.h"

namespace pulter::control {

/// Where would a request go? The verdict of the code that judges every callback URL. A URL that cannot be
/// read is not an error of this call: it is its answer.
io::Task<Response> explain_url(Context& context) {
  if (auto ok = only_parameters(context.request, {"url"}); !ok) co_return problem(ok.error());
  const std::string* text = context.request.parameter("url");
  if (text == nullptr) {
    const auto missing =
        refuse_field(ErrorCode::missing_field, "url", "is missing: /v1/explain?url=https%3A%2F%2F…");
    co_return problem(missing.error());
  }
  const config::Config& config = context.services.config;
  const auto verdict = judge_url(*text, config);
  delivery::Route route;
  const bool is_known = !verdict || verdict->final_word || context.services.resolver == nullptr;
  if (!is_known) {
    const io::Instant deadline = context.services.io.now() + limits::dns_time_max;
    route = co_await delivery::find_route(context.scope, *context.services.resolver, verdict->url, config,
                                          deadline);
  } else if (verdict) {
    route.allowed = verdict->allowed;
    route.rule = verdict->rule;
    if (verdict->url.literal) route.addresses.push_back(*verdict->url.literal);
  }
  std::string body;
  json::Writer w(body);
  w.begin_object();
  if (!verdict) {
    w.field("allowed", false).field("code", name(verdict.error().code)).field("rule", verdict.error().detail);
    w.field_null("url").field_null("address").key("addresses").begin_array().end_array();
    w.field("final", true).end_object();
    co_return json_response(200, std::move(body));
  }
  w.field("allowed", route.allowed);
  if (route.allowed) {
    w.field_null("code");
  } else {
    w.field("code", name(route.code));
  }
  w.field("rule", route.rule).field("url", verdict->url.text());
  if (route.addresses.empty()) {
    w.field_null("address");
  } else {
    w.field("address", net::to_string(route.addresses.front()));
  }
  w.key("addresses").begin_array();
  for (const net::IpAddress& address : route.addresses) w.string(net::to_string(address));
  w.end_array().field("final", verdict->final_word || !is_known).end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace pulter::control
