#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "io/net/blocking_poller.h"
#include "io/net/blocking_tls.h"

namespace pulter::tool::bench {

/// A receiver over TLS that drops what it gets, for one sender with one connection at a time; a thread of its
/// own.
class TlsReceiver {
 public:
  TlsReceiver();
  ~TlsReceiver();
  TlsReceiver(const TlsReceiver&) = delete;
  TlsReceiver& operator=(const TlsReceiver&) = delete;

  [[nodiscard]] std::string url() const;
  /// What the sender has to trust, PEM.
  [[nodiscard]] const std::string& certificate_pem() const { return server_.certificate_pem(); }
  /// Requests answered since it was made.
  [[nodiscard]] std::uint64_t requests() const { return requests_.load(std::memory_order_acquire); }

 private:
  void run();
  void serve(io::blocking::TlsConnection connection);

  io::blocking::TlsServer server_;
  io::blocking::Descriptor listener_;
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace pulter::tool::bench
