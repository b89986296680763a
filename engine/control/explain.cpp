#include "codec/json/writer.h"
#include "engine/control/fields.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/control/url_check.h"

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
  const auto verdict = judge_url(*text, context.services.config);
  std::string body;
  json::Writer w(body);
  w.begin_object();
  if (!verdict) {
    w.field("allowed", false).field("code", name(verdict.error().code)).field("rule", verdict.error().detail);
    w.field_null("url").field_null("address").field("final", true).end_object();
    co_return json_response(200, std::move(body));
  }
  w.field("allowed", verdict->allowed);
  if (verdict->allowed) {
    w.field_null("code");
  } else {
    w.field("code", name(ErrorCode::address_refused));
  }
  w.field("rule", verdict->rule).field("url", verdict->url.text());
  if (verdict->url.literal) {
    w.field("address", net::to_string(*verdict->url.literal));
  } else {
    w.field_null("address");
  }
  w.field("final", verdict->final_word).end_object();
  co_return json_response(200, std::move(body));
}

}  // namespace pulter::control
