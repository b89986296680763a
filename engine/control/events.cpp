#include <algorithm>

#include "codec/base/ids.h"
#include "codec/http/range.h"
#include "engine/control/announce.h"
#include "engine/control/download.h"
#include "engine/control/event_view.h"
#include "engine/control/fields.h"
#include "engine/control/represent.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/delivery/body_source.h"

namespace pulter::control {
namespace {

io::Task<Result<model::Event>> get_event(Context& context) {
  const std::string& id = context.request.id;
  if (!is_id("evt_", id)) co_return fail(ErrorCode::not_found, "there is no event " + id);
  store::GetEvent request{id};
  auto reply = co_await context.services.store.call(std::move(request));
  if (reply.done() && reply.value) co_return std::move(*reply.value);
  if (reply.status == store::Status::not_found)
    co_return fail(ErrorCode::not_found, "there is no event " + id);
  co_return fail(ErrorCode::store_unavailable, "the store could not be asked: " + reply.detail);
}

/// A body, rendered again while it is sent: the bytes that the webhook got, or a part of them. What stands
/// before the part is rendered too, and thrown away.
class BodyStream final : public ResponseStream {
 public:
  BodyStream(std::unique_ptr<delivery::BodySource> source, delivery::BodyPosition position,
             std::uint64_t length)
      : source_(std::move(source)), position_(std::move(position)), length_(length) {}

  void only(const http::ByteRange& range) {
    skip_ = range.first;
    length_ = left_ = range.last - range.first + 1;
  }
  [[nodiscard]] std::optional<std::uint64_t> length() const override {
    if (length_ == 0) return std::nullopt;  // a test that was not sent yet was never measured
    return length_;
  }
  io::Task<Result<std::size_t>> fill(io::Scope& scope, std::span<char> out) override {
    // Skipped at this much a turn: well under a millisecond.
    static constexpr std::uint64_t skipped_per_turn = 1 << 20;
    std::uint64_t skipped = 0;
    while (skip_ > 0 && !source_->finished(position_)) {
      Result<std::size_t> made = source_->fill(
          position_, out.first(static_cast<std::size_t>(std::min<std::uint64_t>(skip_, out.size()))));
      if (!made || *made == 0) co_return made;
      skip_ -= *made;
      skipped += *made;
      if (skipped < skipped_per_turn) continue;
      skipped = 0;
      co_await io::sleep_until(scope, scope.io().now());
    }
    if (left_ == 0 || source_->finished(position_)) co_return std::size_t{0};
    Result<std::size_t> made = source_->fill(
        position_, out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()))));
    if (made) left_ -= *made;
    co_return made;
  }

 private:
  std::unique_ptr<delivery::BodySource> source_;
  delivery::BodyPosition position_;
  std::uint64_t length_;
  std::uint64_t skip_ = 0;
  std::uint64_t left_ = UINT64_MAX;
};

/// Answers a part where one was asked for. False: the part is not there, and `response` says so.
bool apply_range(const Request& request, std::uint64_t length, BodyStream& stream, Response& response) {
  // If-Range names a validator; these bytes never change and have none, so it never matches.
  if (length == 0 || request.header("if-range")) return true;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  http::ByteRange range;
  const auto verdict = http::parse_range(request.header("range").value_or(""), length, range);
  if (verdict == http::RangeVerdict::ignored) return true;
  if (verdict == http::RangeVerdict::unsatisfiable) {
    response =
        problem(416, "bad_value",
                "the body has " + std::to_string(length) + " bytes; the range begins behind them", "Range");
    response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(length));
    return false;
  }
  stream.only(range);
  response.status = 206;
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                     std::to_string(range.last) + "/" +
                                                     std::to_string(length));
  return true;
}

/// Why a body cannot be made. Only what the store does not have is gone for good.
Error no_source(store::Status status, const std::string& detail) {
  if (status == store::Status::not_found)
    return {ErrorCode::gone, -1, "the import of this event is not kept any more, so its body cannot be made"};
  return {status == store::Status::disk_full ? ErrorCode::disk_full : ErrorCode::store_unavailable, -1,
          "the store could not be asked: " + detail};
}

io::Task<Result<std::unique_ptr<delivery::BodySource>>> open_source(Context& context,
                                                                    const model::Event& event) {
  Services& services = context.services;
  if (event.import_id.empty()) {
    store::GetWebhook get{event.webhook_id};
    auto webhook = co_await services.store.call(std::move(get));
    std::string template_id(model::default_importer_id);
    if (webhook.done() && webhook.value && webhook.value->template_id)
      template_id = *webhook.value->template_id;
    co_return delivery::BodySource::for_test(event, template_id);
  }
  store::GetImport get{event.import_id};
  auto import = co_await services.store.call(std::move(get));
  if (!import.done()) co_return std::unexpected(no_source(import.status, import.detail));
  store::GetPlan get_plan{event.import_id};
  auto plan = co_await services.store.call(std::move(get_plan));
  if (!plan.done()) co_return std::unexpected(no_source(plan.status, plan.detail));
  co_return co_await delivery::BodySource::open(context.scope, services.spool, *import.value, *plan.value);
}

}  // namespace

io::Task<Response> list_events(Context& context) {
  const Request& request = context.request;
  if (auto ok = only_parameters(request, {"limit", "cursor", "importId", "webhookId", "state", "name",
                                          "index", "since", "until", "order"});
      !ok) {
    co_return problem(ok.error());
  }
  auto page = read_page(request);
  if (!page) co_return problem(page.error());
  store::ListEvents list;
  list.page = std::move(*page);
  if (const std::string* id = request.parameter("importId")) list.import_id = *id;
  if (const std::string* id = request.parameter("webhookId")) list.webhook_id = *id;
  if (const std::string* name = request.parameter("name")) list.name = *name;
  if (const std::string* text = request.parameter("state")) {
    list.state = model::parse_event_state(*text);
    if (!list.state) {
      const auto bad = refuse_field(ErrorCode::bad_value, "state",
                                    "must be one of pending, delivering, delivered, halted and cancelled");
      co_return problem(bad.error());
    }
  }
  if (auto ok = read_span(request, list); !ok) co_return problem(ok.error());
  if (request.parameter("index") != nullptr) {
    auto index = number_parameter(request, "index", 0, INT64_MAX);
    if (!index) co_return problem(index.error());
    list.index = *index;
  }
  store::CountEvents count{list};
  auto totals = co_await context.services.store.call(std::move(count));
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of events");
  const std::vector<store::EventFigures> figures =
      co_await describe(context.services.store, reply.value->items);
  auto beside = figures.begin();
  co_return list_response(
      *reply.value, [&beside](json::Writer& w, const model::Event& each) { write(w, each, &*beside++); },
      totals.value ? &*totals.value : nullptr);
}

io::Task<Response> show_event(Context& context) {
  Result<model::Event> event = co_await get_event(context);
  if (!event) co_return problem(event.error());
  std::string json = co_await event_json(context.services.store, *event);
  co_return json_response(200, std::move(json));
}

io::Task<Response> list_attempts(Context& context) {
  if (auto ok = only_parameters(context.request, {"limit", "cursor"}); !ok) co_return problem(ok.error());
  auto page = read_page(context.request);
  if (!page) co_return problem(page.error());
  Result<model::Event> event = co_await get_event(context);
  if (!event) co_return problem(event.error());
  store::ListAttempts list{event->id, std::move(*page)};
  auto reply = co_await context.services.store.call(std::move(list));
  if (!reply.done() || !reply.value)
    co_return store_problem(reply.status, reply.detail, "the list of attempts");
  co_return list_response(*reply.value, [](json::Writer& w, const model::Attempt& each) { write(w, each); });
}

io::Task<Response> show_event_body(Context& context) {
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  Result<model::Event> event = co_await get_event(context);
  if (!event) co_return problem(event.error());
  auto source = co_await open_source(context, *event);
  if (!source) co_return problem(source.error());
  auto position = (*source)->begin(*event);
  if (!position) co_return problem(position.error());
  Response response = download("application/json", event->id + ".json");
  auto stream = std::make_unique<BodyStream>(std::move(*source), *position, event->body_bytes);
  if (apply_range(context.request, event->body_bytes, *stream, response)) response.stream = std::move(stream);
  co_return response;
}

/// Puts the event into its lane once more: same id, same bytes. It takes its turn there.
io::Task<Response> resend_event(Context& context) {
  Result<model::Event> event = co_await get_event(context);
  if (!event) co_return problem(event.error());
  // Opening the source is what tells whether the bytes can still be made: better said now than in the log
  // later.
  auto source = co_await open_source(context, *event);
  if (!source) co_return problem(source.error());
  store::AddLaneTask task;
  task.kind = store::LaneTaskKind::resend;
  task.event_id = event->id;
  auto added = co_await context.services.store.call(std::move(task));
  if (!added.done() || !added.value)
    co_return store_problem(added.status, added.detail, "event " + event->id);
  context.services.lanes.poke(event->webhook_id);
  std::string json = co_await event_json(context.services.store, *added.value);
  context.services.hub.publish("event", json);
  co_return json_response(202, std::move(json));
}

}  // namespace pulter::control
