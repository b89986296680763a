#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/net/endpoint.h"
#include "io/time.h"

namespace pulter::io {

/// What name servers said, for as long as they said and no longer than we like. A plain container with a
/// bound; one shard only.
class DnsCache {
 public:
  /// A changed address is noticed after this time at the latest, whatever its TTL says.
  static constexpr Duration life_max = std::chrono::minutes(5);
  /// Short, so that the first retries of a delivery see a repaired record; long enough against a storm of
  /// look-ups.
  static constexpr Duration failure_life = std::chrono::seconds(5);
  static constexpr std::size_t entries_max = 4096;

  struct Entry {
    std::vector<net::IpAddress> addresses;
    std::optional<Error> error;  ///< set where there are no addresses
    Instant expires{};
  };

  /// What is known of `name` at `now`; null when nothing is. Valid until the next `put`.
  [[nodiscard]] const Entry* find(std::string_view name, Instant now);
  /// Keeps an answer for `life`, at most `life_max`; a life of zero is not kept at all.
  void put(std::string_view name, std::vector<net::IpAddress> addresses, Duration life, Instant now);
  void put_failure(std::string_view name, Error error, Instant now);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  void insert(std::string_view name, Entry entry, Instant now);

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace pulter::io
