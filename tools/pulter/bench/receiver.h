#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "codec/base/digest.h"
#include "codec/sign/secret.h"
#include "io/net/blocking_poller.h"

namespace pulter::tool::bench {

/// Nanoseconds of a clock that only goes forward.
[[nodiscard]] std::int64_t now_ns();

/// How a receiver behaves; the same for every sender.
struct ReceiverOptions {
  std::size_t lanes = 1;      ///< URLs it stands for, each at an address of its own
  std::uint64_t hold_ms = 0;  ///< from a request's last byte to its answer
  bool silent = false;        ///< never answers
  bool verify = false;  ///< reads the bodies and checks each; otherwise they are dropped inside the kernel
  bool spin = false;    ///< polls instead of sleeping, so that its own waking is not measured
};

/// What one lane received.
struct LaneSeen {
  std::uint64_t requests = 0;
  std::int64_t first_request_ns = 0;  ///< when the first request was here whole
  std::int64_t last_answer_ns = 0;    ///< when the last answer was handed to the kernel
  std::int64_t held_ns = 0;           ///< from last byte to answer, all requests together
};

/// What was received since the last reset().
struct Seen {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::int64_t first_byte_ns = 0;
  std::vector<LaneSeen> lanes;
  std::vector<std::int64_t>
      gaps_ns;             ///< answer handed to the kernel → first byte of the next request, per connection
  std::uint64_t rows = 0;  ///< with `verify`
  std::string digest;      ///< of everything that does not differ from sender to sender, with `verify`
  std::string problem;     ///< the first one that was seen; "" when there was none
};

/// A small, fast HTTP/1.1 server on the loopback interface, on a thread of its own. It knows no more of the
/// sender than what it reads, so that Pulter and its rivals are measured by the same hand.
class Receiver {
 public:
  /// The secret that every sender signs with.
  static constexpr const char* secret_text = "thirty-two-bytes-that-all-know-!";

  explicit Receiver(ReceiverOptions options);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Lane 0 is at 127.0.0.1.
  [[nodiscard]] std::string url(std::size_t lane = 0) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Forgets what was received. Not while a request is under way.
  void reset();
  /// Requests answered (or, where it is silent, received) since the last reset.
  [[nodiscard]] std::uint64_t requests() const { return finished_.load(std::memory_order_acquire); }
  /// Whether a problem was seen.
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] Seen seen() const;

 private:
  struct Connection;
  using Due = std::pair<std::int64_t, std::uint64_t>;  // when, connection key

  void run();
  void accept_all();
  void readable(std::uint64_t key);
  bool read_head(Connection& connection);
  bool begin_request(Connection& connection, std::size_t head_bytes);
  bool read_body(Connection& connection);
  void end_request(Connection& connection);
  void check_body(Connection& connection);
  void answer(Connection& connection);
  void note_problem(const std::string& text);

  ReceiverOptions options_;
  io::blocking::Descriptor listener_;
  std::uint16_t port_ = 0;
  io::blocking::Poller poller_;
  std::vector<sign::Secret> secrets_;
  std::uint64_t next_key_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;

  mutable std::mutex mutex_;  // guards seen_, digest_
  Seen seen_;
  Digest digest_;
  std::atomic<std::uint64_t> finished_ = 0;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace pulter::tool::bench
