#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/scope.h"

namespace pulter::tests {

/// One request as the receiver saw it, whole.
struct Receipt {
  io::Instant at;
  std::string webhook_id;
  std::string timestamp;
  std::string signature;
  std::string attempt;
  std::string head;
  std::string body;
  bool verified = false;
};

/// What the receiver does with a request.
struct Reaction {
  std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";  ///< bytes, as they are; may be cut short
  io::Duration delay{};
  bool close_after = false;  ///< end the connection after the answer (or instead of one)
};

/// A webhook's other end inside a simulation. It has its own request parser and its own HMAC, and its history
/// is what tests believe: no crash of the sender touches it.
class SimReceiver {
 public:
  using Script = std::function<Reaction(const Receipt& receipt, std::size_t number)>;

  /// Listens on 127.0.0.1:`port`; flows run in `scope`.
  SimReceiver(io::Scope& scope, std::uint16_t port, std::string secret);
  void set_secret(std::string secret) { secret_ = std::move(secret); }
  void set_script(Script script) { script_ = std::move(script); }
  [[nodiscard]] const std::vector<Receipt>& history() const { return history_; }
  /// Most requests that were being answered at the same time.
  [[nodiscard]] std::size_t in_flight_max() const { return in_flight_max_; }

 private:
  io::Task<> serve();
  io::Task<> serve_connection(int fd);
  io::Task<bool> serve_one(int fd, std::string& unread);

  io::Scope& scope_;
  int listener_ = -1;
  std::string secret_;
  Script script_;
  std::vector<Receipt> history_;
  std::size_t in_flight_ = 0;
  std::size_t in_flight_max_ = 0;
};

}  // namespace pulter::tests
