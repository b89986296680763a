#include "codec/json/writer.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/metrics/exposition.h"

namespace pulter::control {
namespace {

void append_imports(const store::Totals& totals, std::string& out) {
  metrics::Exposition text(out);
  text.gauge("pulter_imports", "Imports that are kept, by state. Halted ones wait for a person.");
  // A state without imports is 0 and not absent: an alarm on an absent series never rings.
  for (const model::ImportState state : model::import_states) {
    std::uint64_t count = 0;
    for (const auto& [name, of_state] : totals.counts) count += name == model::name(state) ? of_state : 0;
    text.sample(count, "state=\"" + std::string(model::name(state)) + "\"");
  }
}

}  // namespace

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
  metrics::Exposition text(out);
  text.gauge("pulter_info", "The running version.")
      .sample(std::uint64_t{1}, "version=\"" PULTER_VERSION "\"");
  text.gauge("pulter_ready", "1 while work is taken; /readyz says why it is not.")
      .sample(std::uint64_t{context.services.readiness.ready});
  if (context.services.metrics != nullptr) context.services.metrics->append_metrics(out);
  store::CountImports count{.filter = {}};
  auto imports = co_await context.services.store.call(std::move(count));
  // Without the store's answer the rest is worth the more: it tells why there is none.
  if (imports.done()) append_imports(*imports.value, out);
  co_return response;
}

}  // namespace pulter::control
