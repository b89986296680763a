#pragma once

#include <list>
#include <map>
#include <string>
#include <string_view>

#include "io/net/tls_types.h"
#include "io/time.h"

namespace pulter::io {

/// TLS sessions that can be resumed, the newest of each key. The key names receiver, port and webhook, so
/// that no webhook resumes what another one made (security.md, section 3). Bounded: the longest unused goes
/// first. One shard.
class TlsSessions {
 public:
  static constexpr std::size_t sessions_max = 1024;
  /// A resumed session is not verified again, so it must not outlive a certificate by much.
  static constexpr Duration life_max = std::chrono::hours(1);

  /// The session of `key`, null when there is none. One of TLS 1.3 is taken out: a ticket is used once (RFC
  /// 8446, C.4).
  [[nodiscard]] TlsSession take(std::string_view key, Instant now);
  /// Keeps a new session instead of the one before it.
  void put(std::string_view key, TlsSession session, Instant now);
  void clear() noexcept {
    entries_.clear();
    oldest_first_.clear();
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    TlsSession session;
    Instant made_at;
    std::list<const std::string*>::iterator place;
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::list<const std::string*> oldest_first_;
};

}  // namespace pulter::io
