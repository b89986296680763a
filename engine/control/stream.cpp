#include <cerrno>

#include "engine/control/fields.h"
#include "engine/control/hub.h"
#include "engine/control/resources.h"
#include "engine/control/services.h"
#include "engine/limits.h"

// /v1/stream: server-sent events (WHATWG HTML standard, section 9.2) of imports, events and attempts as they
// change.

namespace pulter::control {
namespace {

class LiveStream final : public ResponseStream {
 public:
  LiveStream(Services& services, const Caller& caller, std::string_view last_id)
      : services_(services), caller_(caller), listener_(services.hub, last_id) {}

  io::Task<Result<std::size_t>> fill(io::Scope& scope, std::span<char> out) override {
    std::size_t count = 0;
    while (count == 0) {
      // Signed out, or the token was deleted: nothing more is told, and a new connection is refused.
      if (!services_.sessions.still_in(scope.io().now(), caller_)) break;
      while (count < out.size() && load()) count += take(out.subspan(count));
      if (count > 0) break;
      const std::int32_t waited = co_await listener_.wait(scope, scope.io().now() + limits::stream_heartbeat);
      if (waited == -ECANCELED) break;  // the daemon stops: an orderly end, the client comes back
      if (waited == -ETIMEDOUT) piece_ = heartbeat;
    }
    co_return count;
  }

 private:
  static constexpr std::string_view heartbeat = ":\n\n";
  static constexpr std::string_view reset = "event: reset\ndata: {}\n\n";

  /// Makes `piece_` the next bytes. False: there is nothing to say.
  bool load() {
    if (!piece_.empty()) return true;
    message_ = listener_.next();
    if (listener_.take_missed()) {
      message_.reset();
      piece_ = reset;
    } else if (message_) {
      piece_ = *message_;
    }
    return !piece_.empty();
  }
  std::size_t take(std::span<char> out) {
    const std::size_t count = piece_.copy(out.data(), out.size());
    piece_.remove_prefix(count);
    return count;
  }

  Services& services_;
  Caller caller_;
  Hub::Listener listener_;
  std::shared_ptr<const std::string> message_;
  std::string_view piece_ = "retry: 2000\n\n";  ///< said first, so that a client sees the stream open at once
};

}  // namespace

io::Task<Response> live_stream(Context& context) {
  if (auto ok = only_parameters(context.request, {}); !ok) co_return problem(ok.error());
  Hub& hub = context.services.hub;
  if (hub.listeners() >= limits::stream_listeners_max) {
    co_return problem(503, "limit_reached",
                      "too many programs listen to the stream; close one, or try again");
  }
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("X-Accel-Buffering", "no");  // a proxy that holds it back makes it useless
  const std::string_view last_id = context.request.header("last-event-id").value_or("");
  response.stream = std::make_unique<LiveStream>(context.services, context.request.caller, last_id);
  co_return response;
}

}  // namespace pulter::control
