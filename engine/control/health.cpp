#include "codec/json/writer.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"

namespace pulter::control {

/// Alive: this shard answers. Says nothing about the store, so that a full disk does not get the daemon
/// restarted.
io::Task<Response> show_health(Context&) {
  co_return json_response(200, R"({"status":"ok","version":")" PULTER_VERSION R"("})");
}

io::Task<Response> show_readiness(Context& context) {
  const Readiness& readiness = context.services.readiness;
  std::string body;
  json::Writer w(body);
  w.begin_object().field("ready", readiness.ready);
  if (readiness.ready) {
    w.field_null("reason");
  } else {
    w.field("reason", readiness.reason);
  }
  w.end_object();
  co_return json_response(readiness.ready ? 200 : 503, std::move(body));
}

io::Task<Response> show_metrics(Context& context) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  std::string& out = response.body;
  out.append("# HELP pulter_info The running version.\n# TYPE pulter_info gauge\n");
  out.append("pulter_info{version=\"" PULTER_VERSION "\"} 1\n");
  out.append("# HELP pulter_ready Whether work is taken.\n# TYPE pulter_ready gauge\npulter_ready ");
  out.append(context.services.readiness.ready ? "1\n" : "0\n");
  if (context.services.metrics != nullptr) context.services.metrics->append_metrics(out);
  co_return response;
}

}  // namespace pulter::control
