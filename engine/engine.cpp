#include "engine/engine.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/change_feed.h"
#include "engine/control/http_server.h"
#include "engine/control/hub.h"
#include "engine/control/services.h"
#include "engine/intake/intake.h"
#include "engine/metrics_page.h"
#include "engine/shard/new_id.h"
#include "engine/shard_loop.h"
#include "engine/shard_thread.h"
#include "engine/store/disk_spool.h"
#include "engine/store/sqlite_store.h"
#include "engine/upkeep.h"
#include "io/clock.h"
#include "io/file/file.h"
#include "io/file/lock.h"
#include "io/log.h"
#include "io/process.h"
#include "io/uring/uring_io.h"
#include "io/uring/worker.h"

namespace pulter::engine {
namespace {

/// The data folder, held by this process alone, with the store and the spool in it.
struct Home {
  io::UniqueFd lock;
  std::unique_ptr<store::SqliteStore> store;
  std::unique_ptr<store::DiskSpool> spool;
};

void prepare_store_thread(std::string_view name) {
  io::name_thread(name);
  // A sync takes 0.2 ms; waiting for a tick to be woken after it takes 4. Where it is not allowed, it is
  // slower.
  if (name == "store-writer") io::set_thread_nice(-10);
}

Result<Home> open_home(const config::Config& config) {
  Home home;
  if (auto made = io::make_folder(config.data_dir); !made) return fail(std::move(made.error()));
  auto lock = io::lock_folder(config.data_dir);
  if (!lock) return fail(std::move(lock.error()));
  home.lock = std::move(*lock);
  auto spool = store::DiskSpool::open(config.data_dir + "/spool");
  if (!spool) return fail(std::move(spool.error()));
  home.spool = std::move(*spool);
  store::SqliteStoreSettings settings{.path = config.data_dir + "/pulter.db",
                                      .unix_ms = io::system_unix_ms,
                                      .on_thread_start = prepare_store_thread,
                                      .waiting_max = 65'536,
                                      .vfs = {}};
  auto store = store::SqliteStore::open(std::move(settings));
  if (!store) return fail(std::move(store.error()));
  home.store = std::move(*store);
  return home;
}

/// All shards as the control shard sees them: the first is its own, the others have threads.
class Shards final : public control::LaneNotifier {
 public:
  Shards(ShardLoop& own, std::vector<std::unique_ptr<ShardThread>>& others) : own_(own), others_(others) {}

  void poke(std::string_view webhook_id) override {
    const std::size_t index = model::store_shard_of(webhook_id) % (others_.size() + 1);
    if (index == 0) {
      own_.dispatcher().poke(webhook_id);
    } else {
      others_[index - 1]->loop().post(
          {.kind = Message::Kind::poke, .webhook_id = std::string(webhook_id), .patience = {}});
    }
  }

  void watch(ChangeFeed& feed) {
    feed.add(own_.changes());
    for (auto& other : others_) feed.add(other->loop().changes());
  }

  void show(MetricsPage& metrics) {
    metrics.add_shard(own_.counters());
    for (auto& other : others_) metrics.add_shard(other->loop().counters());
  }

  void drain(io::Duration patience) {
    const auto message = [patience] {
      return Message{.kind = Message::Kind::drain, .webhook_id = {}, .patience = patience};
    };
    for (auto& other : others_) other->loop().post(message());
    own_.post(message());
  }

 private:
  ShardLoop& own_;
  std::vector<std::unique_ptr<ShardThread>>& others_;
};

/// What requests to the control API that are under way have until they are cut off at a stop.
constexpr auto control_patience = std::chrono::seconds(2);

/// The control shard: shard 0 with the listeners, the signals and upkeep on top.
class ControlShard {
 public:
  ControlShard(const config::Config& config, const control::Pages& pages, Home& home, ShardLoop& loop,
               Shards& shards)
      : config_(config),
        loop_(loop),
        shards_(shards),
        scope_(loop.io()),
        hub_(shard::new_id(loop.io(), "")),
        intake_(loop.store(), loop.files(),
                {.max_file_bytes = config.max_file_bytes,
                 .max_rows = config.max_rows,
                 .max_batch_bytes = config.max_batch_bytes}),
        services_{.io = loop.io(),
                  .config = config,
                  .store = loop.store(),
                  .spool = loop.files(),
                  .intake = intake_,
                  .lanes = shards,
                  .hub = hub_,
                  .readiness = readiness_,
                  .resolver = &loop.resolver(),
                  .pages = pages,
                  .started_at_ms = shard::unix_ms(loop.io())},
        server_(scope_, services_),
        metrics_(home.store->counters(), server_.counters(), config.data_dir, services_.started_at_ms),
        upkeep_(scope_, config, *home.store, loop.store(), loop.files(), readiness_),
        feed_(scope_, loop.store(), hub_) {
    shards.watch(feed_);
    shards.show(metrics_);
    services_.metrics = &metrics_;
  }

  Result<> listen() {
    auto unix_socket = loop_.io().listen_unix({.path = config_.socket, .mode = 0660});
    if (!unix_socket) return fail(std::move(unix_socket.error()));
    listener_ = *unix_socket;
    if (config_.listen) {
      auto tcp = loop_.io().listen_tcp(*config_.listen);
      if (!tcp) return fail(std::move(tcp.error()));
      tcp_listener_ = *tcp;
      scope_.spawn(server_.serve(tcp_listener_, control::Door::tcp));
    }
    scope_.spawn(server_.serve(listener_, control::Door::unix_socket));
    scope_.spawn(upkeep_.run());
    scope_.spawn(feed_.run());
    return {};
  }

  /// Where the TCP listener is: with the port that the system chose where none was named.
  [[nodiscard]] net::Endpoint tcp_endpoint() {
    const auto bound = loop_.io().local_endpoint(tcp_listener_);
    return bound ? *bound : *config_.listen;
  }

  /// Turns the shard until a signal came and everything ended after it.
  void run(int signals) {
    stopping_.spawn(wait_for_signal(signals));
    while (!loop_.finished() || scope_.running() > 0 || stopping_.running() > 0) {
      feed_.look();
      loop_.turn(io::never);
    }
    loop_.io().close(listener_);
    if (tcp_listener_ >= 0) loop_.io().close(tcp_listener_);
  }

 private:
  io::Task<> wait_for_signal(int signals) {
    co_await io::readable(stopping_, signals);
    const bool interrupted = io::take_stop_signal(signals) == io::StopSignal::interrupt;
    io::log(io::LogLevel::info, "Stopping: no new requests; answers under way are awaited",
            {{"signal", interrupted ? "SIGINT" : "SIGTERM"}});
    io::notify_manager("STOPPING=1");
    io::exit_on_stop_signals();
    readiness_.ready = false;
    readiness_.reason = "stopping";
    co_await server_.finish(stopping_, control_patience);
    scope_.cancel();
    co_await scope_.join();
    shards_.drain(std::chrono::seconds(config_.shutdown_timeout_s));
  }

  const config::Config& config_;
  ShardLoop& loop_;
  Shards& shards_;
  io::Scope scope_;
  io::Scope stopping_{loop_.io()};
  control::Hub hub_;
  control::Readiness readiness_;
  intake::Intake intake_;
  control::Services services_;
  control::HttpServer server_;
  MetricsPage metrics_;
  Upkeep upkeep_;
  ChangeFeed feed_;
  int listener_ = -1;
  int tcp_listener_ = -1;
};

/// As `first`, with the numbers that follow its own.
Result<> start_others(const config::Config& config, Home& home, io::Worker& worker, const ShardPlace& first,
                      std::vector<std::unique_ptr<ShardThread>>& others) {
  for (ShardPlace place = first; ++place.index < place.count;) {
    others.push_back(std::make_unique<ShardThread>(*home.store, *home.spool, config, worker, place));
    if (auto started = others.back()->await_start(); !started) {
      others.back()->join();
      others.pop_back();
      return started;
    }
  }
  return {};
}

}  // namespace

Result<> run(const config::Config& config, const std::function<void(std::string_view)>& on_listening,
             const control::Pages& pages) {
  io::ignore_write_signals();
  const std::uint64_t descriptors = io::raise_descriptor_limit();
  io::forbid_memory_dumps();
  auto signals = io::open_stop_signals();
  if (!signals) return fail(std::move(signals.error()));
  auto home = open_home(config);
  if (!home) return fail(std::move(home.error()));

  const std::uint32_t count = config.shards != 0 ? config.shards : io::usable_cpus();
  io::Worker worker;
  auto ring = io::UringIo::create(ring_settings(config, worker));
  if (!ring) return fail(std::move(ring.error()));
  const auto desks = std::make_unique<delivery::RenderDesk[]>(count);
  const ShardPlace place{.index = 0,
                         .count = count,
                         .turns = shard::turns_per_shard(descriptors, count),
                         .desks = {desks.get(), count}};
  ShardLoop loop(**ring, *home->store, *home->spool, config, place);
  if (!config.tls_ca_file.empty()) {
    // A wrong file is told now, and not by the first delivery.
    if (auto trusted = loop.dialer().load_trust(); !trusted) return fail(std::move(trusted.error()));
  }
  std::vector<std::unique_ptr<ShardThread>> others;
  Shards shards(loop, others);
  auto started = start_others(config, *home, worker, place, others);
  ControlShard control(config, pages, *home, loop, shards);
  if (started) started = control.listen();
  if (!started) {
    shards.drain({});
  } else {
    loop.start();
    on_listening(config.socket);
    if (config.listen) on_listening("http://" + net::to_string(control.tcp_endpoint()));
    io::notify_manager("READY=1");
    control.run(signals->get());
  }
  while (!loop.finished()) loop.turn(io::never);
  for (auto& other : others) other->await_end();
  for (auto& other : others) other->join();
  if (started) io::log(io::LogLevel::info, "Stopped: everything is durable");
  return started;
}

}  // namespace pulter::engine
