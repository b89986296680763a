#include "engine/shard_loop.h"

#include <algorithm>
#include <utility>

#include "codec/http/request_head.h"
#include "io/net/dns_resolver.h"

namespace pulter::engine {

ShardLoop::ShardLoop(io::Io& io, store::Store& store, store::Spool& spool, const config::Config& config,
                     const ShardPlace& place, std::unique_ptr<io::Resolver> resolver)
    : io_(io),
      store_(store, io),
      files_(spool, store_),
      bodies_(limits::body_buffers_per_shard, http::head_bytes_max, limits::body_window_bytes),
      renderer_(io, place.desks, place.index, place.helped_bytes_min),
      turns_(place.turns),
      scope_(io),
      resolver_(resolver != nullptr
                    ? std::move(resolver)
                    : std::make_unique<io::DnsResolver>(scope_, io::DnsSettings{config.dns_servers})),
      dialer_(io, *resolver_, config),
      dispatcher_(scope_,
                  {.store = store_,
                   .spool = files_,
                   .bodies = bodies_,
                   .renderer = renderer_,
                   .turns = turns_,
                   .dialer = dialer_,
                   .config = config,
                   .counters = counters_,
                   .changes = &changes_},
                  place.index, place.count) {}

void ShardLoop::post(Message message) {
  const Message::Kind kind = message.kind;
  if (!inbox_.put(std::move(message))) {
    // Full of pokes. What they said is in the store; a drain or cancel must not get lost.
    rescan_.store(true, std::memory_order_release);
    if (kind != Message::Kind::poke) cancel_.store(true, std::memory_order_release);
  }
  io_.wake();
}

void ShardLoop::start() {
  scope_.spawn(start_lanes());
}

io::Task<> ShardLoop::start_lanes() {
  co_await dispatcher_.start();
  started_ = true;
}

void ShardLoop::turn(io::Instant until) {
  bool busy = store_.drain();
  busy = renderer_.collect() || busy;
  Message message;
  while (inbox_.take(message)) {
    handle(std::move(message));
    busy = true;
  }
  if (rescan_.exchange(false, std::memory_order_acquire)) scope_.spawn(dispatcher_.rescan());
  if (cancel_.exchange(false, std::memory_order_acquire))
    handle({.kind = Message::Kind::cancel, .webhook_id = {}, .patience = {}});
  // Answers may have resumed flows that submitted operations: hand those over, but do not sleep on them
  // blindly.
  if (finished()) return;
  if (io_.now() >= cancel_at_) {
    cancel_at_ = io::never;
    scope_.cancel();
  }
  if (busy) {
    io_.run_once(io_.now());
    return;
  }
  renderer_.open_desk();
  io_.run_once(std::min(until, cancel_at_));
  renderer_.close_desk();
}

void ShardLoop::handle(Message message) {
  switch (message.kind) {
    case Message::Kind::poke:
      dispatcher_.poke(message.webhook_id);
      break;
    case Message::Kind::drain:
      ending_ = true;
      cancel_at_ = io_.now() + message.patience;
      dispatcher_.drain();
      break;
    case Message::Kind::cancel:
      ending_ = true;
      dispatcher_.drain();
      scope_.cancel();
      break;
  }
}

}  // namespace pulter::engine
