#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "codec/net/endpoint.h"

namespace pulter::io::test {

/// What a name has in the test's own zone, and how its server behaves.
struct Zone {
  std::vector<std::string> a{};     ///< "192.0.2.1"
  std::vector<std::string> aaaa{};  ///< "2001:db8::1"
  std::uint32_t ttl = 60;
  int rcode = 0;           ///< RFC 1035, 4.1.1: 2 server failure, 3 no such name
  bool truncates = false;  ///< over UDP: the whole answer comes over TCP
  std::string alias{};     ///< a CNAME in front of the addresses
  std::chrono::milliseconds delay_a{0};
  std::chrono::milliseconds delay_aaaa{0};
  bool silent_a = false;
  bool silent_aaaa = false;
};

/// A name server on 127.0.0.1 with a thread of its own; names that it does not know do not exist.
class DnsServer {
 public:
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  void set(const std::string& name, Zone zone);
  [[nodiscard]] net::Endpoint endpoint() const { return endpoint_; }
  /// Questions for `name`, of both families.
  [[nodiscard]] int questions(const std::string& name);
  [[nodiscard]] int tcp_connections() const { return tcp_connections_; }

 private:
  struct Reply {
    std::string bytes;
    std::chrono::milliseconds delay{0};
    bool silent = false;
  };
  void serve();
  void serve_tcp();
  Reply reply_to(const std::string& question, bool over_udp);

  int udp_ = -1;
  int tcp_ = -1;
  net::Endpoint endpoint_;
  std::mutex mutex_;
  std::map<std::string, Zone> zones_;
  std::map<std::string, int> questions_;
  std::atomic<int> tcp_connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace pulter::io::test
