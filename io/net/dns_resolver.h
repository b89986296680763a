#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "io/net/dns_cache.h"
#include "io/net/dns_channel.h"
#include "io/net/resolver.h"

namespace pulter::io {

/// Looks names up over DNS: A and AAAA at once, answers cached by their TTL, one question for all who ask at
/// the same time. An address of one family is not kept waiting by the other for more than 50 ms (RFC 8305,
/// section 3).
///
/// Makes its channel with the first name, so that an unused one touches nothing; reads /etc/resolv.conf anew
/// when it was idle for a minute. The scope must be joined before this ends.
class DnsResolver final : public Resolver {
 public:
  /// Names that are looked up at the same time; more wait their turn within their own deadlines.
  static constexpr std::size_t lookups_max = 256;

  /// Flows run in `scope`, which outlives this.
  explicit DnsResolver(Scope& scope, DnsSettings settings = {});
  ~DnsResolver() override;

  Task<Result<std::vector<net::IpAddress>>> resolve(Scope& scope, std::string_view name,
                                                    Instant deadline) override;

 private:
  struct Lookup;
  struct Waiter;

  std::shared_ptr<Lookup> join(std::string_view name);
  void leave(Waiter& waiter);
  void finish(Lookup& lookup);
  void wake_next();
  Result<std::vector<net::IpAddress>> conclude(Lookup& lookup, std::int32_t waited);
  Task<std::int32_t> wait_turn(Scope& scope, std::string_view name, Instant deadline);
  static void on_answer(void* lookup, DnsAnswer answer, bool is_v4) noexcept;

  Scope& scope_;
  DnsSettings settings_;
  DnsCache cache_;
  std::unique_ptr<DnsChannel> channel_;
  Instant channel_made_at_{};
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> running_;
  std::deque<Event*> queue_;
  std::size_t waiters_ = 0;
  bool is_abandoning_ =
      false;  ///< questions are being ended by us: their failure says nothing about the name
};

}  // namespace pulter::io
