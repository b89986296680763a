#pragma once

#include <cstdint>
#include <vector>

#include "io/net/blocking.h"

namespace pulter::io::blocking {

/// Waits for many descriptors at once (epoll, level-triggered). One thread.
class Poller {
 public:
  struct Ready {
    std::uint64_t key = 0;
    bool readable = false;
    bool writable = false;
  };

  [[nodiscard]] static Result<Poller> create();

  /// Watches for readable bytes, and for room to write when `for_writing`. `key` comes back in Ready.
  void add(const Descriptor& descriptor, std::uint64_t key, bool for_writing = false);
  /// Chooses again what an added descriptor is watched for; neither silences it.
  void change(const Descriptor& descriptor, std::uint64_t key, bool for_reading, bool for_writing);
  /// Stops watching; closing the descriptor does the same.
  void remove(const Descriptor& descriptor);

  /// Waits up to `timeout_ms` (-1: for ever). The result is valid until the next call; empty after a
  /// time-out or a signal.
  [[nodiscard]] const std::vector<Ready>& wait(int timeout_ms);

 private:
  explicit Poller(Descriptor epoll) : epoll_(std::move(epoll)) {}

  Descriptor epoll_;
  std::vector<Ready> ready_;
};

/// Turns SIGINT and SIGTERM into a readable descriptor for the whole process, and ignores SIGPIPE. Call it
/// before threads start. Reading is not needed: readable means stop.
[[nodiscard]] Result<Descriptor> stop_signals();

}  // namespace pulter::io::blocking
