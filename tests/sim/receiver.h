#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/scope.h"
#include "io/sim/sim_io.h"
#include "tests/sim/judge.h"
#include "tests/sim/plan.h"

namespace pulter::sim {

/// What becomes of one connection to a receiver.
struct Peer {
  int fd = -1;
  std::uint32_t life = 0;  ///< of the sender that made it
  std::string unread;
  /// It answered what nobody asked. A request that left before those bytes can have arrived takes them for
  /// its answer, as HTTP/1.1 has nothing to tell them by: it is taken, and the connection ends.
  io::Instant uncalled_until{};
  bool confused = false;
};

/// One webhook's other end, behaving as its plan says. It has its own reader of requests and its own HMAC;
/// every whole request goes to the judge before it is answered.
class Receiver {
 public:
  /// Listens on 127.0.0.1 at the plan's port, in `scope`, which no crash of the sender reaches.
  Receiver(io::SimIo& io, io::Scope& scope, Judge& judge, const WebhookPlan& plan, std::size_t index,
           std::string secret);

  /// From now on every answer is a plain 200.
  void calm() { is_calm_ = true; }
  /// Connections that are accepted from `descriptor` on belong to the sender's next life.
  void begin_life(int descriptor) { boundary_ = descriptor; }
  /// Timestamps are compared with the clock no more.
  void wall_jumped() { wall_jumped_ = true; }

 private:
  struct Request {
    std::string head;
    std::string body;
    std::int64_t first_byte_s = 0;
  };
  io::Task<> serve();
  io::Task<> serve_connection(int fd);
  io::Task<bool> read_request(Peer& peer, Request& request, Kind& kind);
  io::Task<bool> react(Peer& peer, Kind kind, std::size_t receipt);
  void answered_uncalled(Peer& peer);
  io::Task<bool> answer(Peer& peer, std::size_t receipt, std::string bytes, bool keep_open);
  io::Task<bool> drip(Peer& peer, std::size_t receipt);
  io::Task<> think();
  io::Task<> sleep(io::Duration duration);
  [[nodiscard]] Kind draw();
  [[nodiscard]] std::string retry_after(io::Instant& not_before);
  void note_part(const Peer& peer, const std::string& head);
  void check_request(const Request& request, const std::string& head);

  io::SimIo& io_;
  io::Scope& scope_;
  Judge& judge_;
  const WebhookPlan& plan_;
  std::size_t index_;
  std::string secret_;
  io::SimRandom chance_;
  int listener_ = -1;
  int boundary_ = 0;
  bool is_calm_ = false;
  bool wall_jumped_ = false;
};

/// A place where nothing may ever connect to.
class Trap {
 public:
  Trap(io::Scope& scope, Judge& judge, const net::Endpoint& endpoint);

 private:
  io::Task<> watch();

  io::Scope& scope_;
  Judge& judge_;
  net::Endpoint endpoint_;
  int listener_ = -1;
};

}  // namespace pulter::sim
