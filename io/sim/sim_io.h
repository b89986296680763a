#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "io/io.h"
#include "io/sim/faults.h"
#include "io/sim/random.h"

namespace pulter::io {

/// What a simulated machine and its network are like.
struct SimSettings {
  std::uint64_t seed = 1;
  Duration latency_min = std::chrono::microseconds(20);  ///< one way, per packet
  Duration latency_max = std::chrono::microseconds(200);
  Duration completion_max = std::chrono::microseconds(5);  ///< from an effect to its completion
  Duration work_delay = std::chrono::microseconds(100);
  std::size_t socket_buffer_bytes = 256 * 1024;  ///< per direction: what was sent and not yet received
  bool shuffle = true;  ///< completions that are due together come in an order drawn from the seed
  Instant start = Instant(std::chrono::hours(1));
  WallTime wall_start = WallTime(std::chrono::seconds(1767225600));  ///< 2026-01-01T00:00:00Z
  /// What a socket that is connected to another machine has as its own address.
  net::IpAddress own_ipv4{net::Family::ipv4, {192, 0, 2, 200}};
  net::IpAddress own_ipv6{net::Family::ipv6, {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200}};
  PeerCredentials peer{.pid = 4242, .uid = 1000, .gid = 1000};  ///< who is behind every Unix socket
};

/// An Io without a kernel: one thread, virtual time, one seed, an in-memory network.
///
/// The same seed and the same calls give the same run, to the byte (`trace_hash`). Both ends of a connection
/// live in the same SimIo: a peer is a flow that listens, or connects, like any other. Descriptors count up
/// from `first_descriptor` and are never reused; smaller numbers are real ones (passed by `pass_descriptor`),
/// which `close` closes. Files are not simulated: `read` and `write` give -EBADF. `work` runs inline.
///
/// Checked all along, because no sanitizer sees a kernel: a receive buffer is poisoned from submit to
/// completion and must not be touched, a send buffer must not change meanwhile, every Op completes exactly
/// once.
class SimIo final : public Io {
 public:
  static constexpr int first_descriptor = 1'000'000;

  explicit SimIo(SimSettings settings = {});
  /// PULTER_CHECKs that no operation is pending.
  ~SimIo() override;

  void submit(Op& op) override;
  void cancel(Op& op) override;
  /// Advances virtual time to what is due next, but not past `until`; never waits.
  std::size_t run_once(Instant until) override;
  void wake() noexcept override;
  [[nodiscard]] Instant now() override { return now_; }
  [[nodiscard]] WallTime wall_now() override;
  [[nodiscard]] Duration boot_now() override { return now_.time_since_epoch(); }
  void random(std::span<std::uint8_t> out) override;

  [[nodiscard]] Result<int> open_tcp(net::Family family) override;
  [[nodiscard]] Result<int> open_unix() override;
  [[nodiscard]] Result<int> listen_tcp(const net::Endpoint& endpoint) override;
  [[nodiscard]] Result<int> listen_unix(const UnixListener& listener) override;
  [[nodiscard]] Result<net::Endpoint> local_endpoint(int fd) override;
  [[nodiscard]] Result<net::Endpoint> peer_endpoint(int fd) override;
  [[nodiscard]] PeerCredentials peer_credentials(int fd) override;
  void shutdown(int fd) noexcept override;
  void close(int fd) noexcept override;

  // What only a simulation has.
  /// Turns until nothing is due any more, or `limit` has come. Returns the number of completions. Flows that
  /// wait for something that never comes stay pending: see `pending_operations`.
  std::size_t run_until_idle(Instant limit = never);
  void set_faults(const SimFaults& faults) noexcept { faults_ = faults; }
  /// Two connected Unix stream sockets, as socketpair(2) gives.
  [[nodiscard]] std::pair<int, int> open_pair();
  /// Ends the connection of `fd` at both ends at once, as a RST that was seen by both.
  void reset(int fd);
  /// Hands `passed` to the other end of `socket`, beside the first byte of the next send on it.
  void pass_descriptor(int socket, int passed);
  void jump_wall(Duration by) noexcept { wall_offset_ += by; }
  /// From now on nothing answers at `address`, not even with a refusal.
  void drop_packets_to(const net::IpAddress& address) { silent_.push_back(address); }

  [[nodiscard]] std::size_t pending_operations() const noexcept { return pending_count_; }
  [[nodiscard]] std::size_t open_descriptors() const noexcept { return sockets_.size(); }
  /// Of every completion so far: time, kind, descriptor, result. Equal runs have equal hashes.
  [[nodiscard]] std::uint64_t trace_hash() const noexcept { return trace_hash_; }
  [[nodiscard]] SimRandom& chance() noexcept { return random_; }

 private:
  /// One use of a slot: a slot is reused, its generation is not.
  struct Ticket {
    std::uint32_t slot;
    std::uint32_t generation;
  };

  struct Pending {
    Op* op = nullptr;
    std::uint32_t generation = 0;
    bool settled = false;  ///< its effect took place; only the completion is outstanding
    std::int32_t result = 0;
    int passed_fd = -1;
    std::string received;
    std::uint64_t sent_hash = 0;
    std::size_t sent = 0;
    std::size_t send_limit = 0;
    bool resets = false;  ///< when `send_limit` is reached
  };

  enum class EventKind : std::uint8_t { complete, timer, work, cancel, connect, deliver, reset };
  struct Event {
    Instant due;
    std::uint64_t tie;
    std::uint64_t sequence;
    EventKind kind;
    Ticket ticket;
    int fd;

    /// For a heap whose top is what comes first.
    friend bool operator<(const Event& a, const Event& b) noexcept {
      if (a.due != b.due) return a.due > b.due;
      if (a.tie != b.tie) return a.tie > b.tie;
      return a.sequence > b.sequence;
    }
  };

  /// Bytes on their way to, or waiting at, the end that will receive them.
  struct Packet {
    Instant arrival;
    std::string bytes;
    std::size_t taken = 0;
    int passed_fd = -1;
  };

  enum class State : std::uint8_t { fresh, listening, connected };
  struct Socket {
    State state = State::fresh;
    bool is_unix = false;
    net::Endpoint local;
    net::Endpoint remote;
    std::string path;
    int peer = -1;  ///< -1 when the other end is gone

    std::deque<Packet> inbox;
    std::size_t inbox_bytes = 0;
    Instant last_arrival{};
    Instant end_arrival = never;  ///< when the peer's end of stream is here
    bool shut = false;            ///< by us
    bool reset = false;
    bool reset_told = false;
    int passing_fd = -1;

    std::deque<Ticket> receivers;  ///< receives and readable polls
    std::deque<Ticket> senders;    ///< sends and writable polls
    std::deque<Ticket> acceptors;
    std::deque<int> accepted;  ///< connections that nobody took yet
    std::size_t pending = 0;
  };

  // sim_io.cpp: time, slots and completions
  Ticket admit(Op& op);
  [[nodiscard]] Pending* find(Ticket ticket) noexcept;
  [[nodiscard]] Ticket ticket_of(const Op& op) const noexcept;
  void schedule(Instant due, EventKind kind, Ticket ticket, int fd = -1);
  void settle(Ticket ticket, std::int32_t result, Duration extra = Duration::zero());
  void apply_cancel(Ticket ticket);
  bool dispatch(const Event& event);
  void complete(Ticket ticket);
  [[nodiscard]] Duration latency() noexcept;

  // sim_streams.cpp: what sockets do
  [[nodiscard]] Socket* socket(int fd) noexcept;
  void start(Ticket ticket);
  void start_send(Ticket ticket, Socket& self);
  void start_connect(Ticket ticket);
  void arrive_connect(Ticket ticket);
  [[nodiscard]] net::IpAddress own_address_towards(const net::IpAddress& remote) const;
  [[nodiscard]] int find_listener(const Op& op) const;
  int join_pair(int client, int listener);
  void advance_receivers(int fd);
  bool receive_some(Pending& pending, Socket& self, std::int32_t* result);
  void take_bytes(Pending& pending, Socket& self, std::size_t count);
  void advance_senders(int fd);
  bool send_some(Pending& pending, Socket& self, std::int32_t* result);
  void post_packet(Socket& self, std::string_view bytes);
  void advance_acceptors(int fd);
  void end_stream_to(int fd);
  void reset_now(int fd);
  void discard(int fd);

  SimSettings settings_;
  SimFaults faults_;
  SimRandom random_;
  SimRandom entropy_;
  Instant now_;
  Duration wall_offset_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t trace_hash_ = 0;
  std::vector<Event> events_;
  std::vector<Pending> pending_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t pending_count_ = 0;
  std::map<int, Socket> sockets_;
  int next_fd_ = first_descriptor;
  std::uint16_t next_port_ = 40000;
  std::vector<net::IpAddress> silent_;
  std::atomic<bool> woken_{false};
  bool running_ = false;
};

}  // namespace pulter::io
