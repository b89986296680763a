#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/config.h"
#include "engine/delivery/attempt.h"
#include "engine/delivery/connection.h"
#include "engine/delivery/dialer.h"
#include "engine/delivery/outcome.h"
#include "engine/shard/body_pool.h"
#include "io/sim/sim_io.h"
#include "io/sim/sim_resolver.h"

namespace pulter::security {

/// The receiver's side of one connection, for scripts.
class Peer {
 public:
  Peer(io::Scope& scope, int fd, std::size_t number) : scope_(scope), fd_(fd), number_(number) {}

  /// Which connection this is, from 1 on.
  [[nodiscard]] std::size_t number() const { return number_; }
  /// Reads one whole request. False: the connection ended before.
  io::Task<bool> read_request();
  /// Reads at least `count` bytes of a request.
  io::Task<> read_some(std::size_t count);
  io::Task<> send(std::string_view bytes);
  /// Sends `bytes` one by one, each after `pause`.
  io::Task<> drip(std::string_view bytes, io::Duration pause);
  /// Sends `bytes` again and again until the other end is gone. The number of bytes that left.
  io::Task<std::uint64_t> flood(std::string_view bytes);
  io::Task<> wait(io::Duration duration);
  void close();
  void reset();
  /// Everything that came, of all requests.
  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  io::Scope& scope_;
  int fd_;
  std::size_t number_;
  std::string received_;
  std::string unread_;
};

/// What one request came to.
struct Ended {
  delivery::Verdict verdict;
  delivery::ExchangeFacts facts;
  model::Attempt attempt;
  io::Duration took{};
  bool kept_alive = false;  ///< the connection may carry the next request
  [[nodiscard]] std::string_view code() const { return facts.error ? name(facts.error->code) : "none"; }
};

/// Requests to a scripted receiver, in virtual time, through everything that a real one passes: dialer,
/// connection, attempt, table of outcomes.
class Exchange {
 public:
  using Script = io::Task<> (*)(Peer& peer);

  explicit Exchange(io::SimSettings settings = {});
  ~Exchange();

  /// The receiver at `url` from now on: `script` runs for each connection.
  void serve(Script script);
  /// One request, on the connection that the one before left, where it is still good.
  Ended post();

  [[nodiscard]] config::Config& config() { return config_; }
  [[nodiscard]] model::Webhook& webhook() { return webhook_; }
  [[nodiscard]] io::SimIo& io() { return io_; }
  [[nodiscard]] io::SimResolver& resolver() { return resolver_; }
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] std::string received() const;
  void run_for(io::Duration duration);

  /// Listens at an address of the simulated network.
  void listen(const net::Endpoint& endpoint);

 private:
  io::Task<> accept(int listener);
  io::Task<> run_script(std::size_t index);
  io::Task<> attempt(Ended* out);

  io::SimIo io_;
  io::Scope world_;
  io::Scope scope_;
  config::Config config_;
  io::SimResolver resolver_;
  delivery::Dialer dialer_;
  shard::BodyPool bodies_;
  model::Webhook webhook_;
  std::unique_ptr<delivery::Connection> connection_;
  Script script_ = nullptr;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<int> listeners_;
  std::size_t connections_ = 0;
  std::uint32_t event_number_ = 0;
};

}  // namespace pulter::security
