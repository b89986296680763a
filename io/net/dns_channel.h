#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/net/endpoint.h"
#include "io/scope.h"

struct ares_channeldata;

namespace pulter::io {

/// Which name servers are asked.
struct DnsSettings {
  std::vector<net::Endpoint> servers;  ///< none: those of /etc/resolv.conf
};

/// What the name servers said about one name and one family.
struct DnsAnswer {
  enum class Kind : std::uint8_t { found, no_address, no_such_name, failed };
  Kind kind = Kind::failed;
  std::vector<net::IpAddress> addresses;  ///< at most `resolved_addresses_max`
  Duration life{};                        ///< the smallest TTL on the way to them
  std::string reason;                     ///< of `failed`, in words
};

/// One c-ares channel whose sockets and timers are operations of an Io: nothing blocks, nothing has a thread.
///
/// Questions are absolute: no search domains, no hosts file. While no question is open it holds neither
/// sockets nor flows. Flows run in the scope it was given. One thread.
class DnsChannel {
 public:
  using Done = void (*)(void* owner, DnsAnswer answer) noexcept;

  DnsChannel(Scope& scope, const DnsSettings& settings);
  /// The flows must have ended (`idle`, or its scope was joined). Open questions are answered `failed`.
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  /// Asks for the addresses of one family. `done` is called exactly once: later, or from inside when that
  /// fails.
  void ask(std::string_view name, net::Family family, Done done, void* owner);
  /// Ends all open questions; their `done` is called from inside.
  void cancel() noexcept;
  /// No question is open and no flow runs.
  [[nodiscard]] bool idle() const noexcept { return open_ == 0 && flows_ == 0; }

 private:
  struct Socket;
  struct Question;
  struct SocketCalls;

  void on_state(int fd, bool wants_read, bool wants_write);
  void close_socket(int fd);
  void leave(int fd);
  Task<> watch(int fd, bool reading);
  Task<> tick();
  static void on_answer(void* question, int status, int timeouts, unsigned char* bytes, int size);

  Scope& scope_;
  ares_channeldata* channel_ = nullptr;
  std::string problem_;  ///< why there is no channel
  std::map<int, std::unique_ptr<Socket>> sockets_;
  std::size_t open_ = 0;
  Event all_answered_;
  std::size_t flows_ = 0;
  bool ticking_ = false;
};

}  // namespace pulter::io
