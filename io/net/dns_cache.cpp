#include "io/net/dns_cache.h"

#include <algorithm>
#include <utility>

namespace pulter::io {

const DnsCache::Entry* DnsCache::find(std::string_view name, Instant now) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  if (found->second.expires > now) return &found->second;
  entries_.erase(found);
  return nullptr;
}

void DnsCache::put(std::string_view name, std::vector<net::IpAddress> addresses, Duration life, Instant now) {
  if (life <= Duration::zero()) return;
  insert(name, {std::move(addresses), std::nullopt, now + std::min(life, life_max)}, now);
}

void DnsCache::put_failure(std::string_view name, Error error, Instant now) {
  insert(name, {{}, std::move(error), now + failure_life}, now);
}

void DnsCache::insert(std::string_view name, Entry entry, Instant now) {
  if (const auto found = entries_.find(name); found != entries_.end()) {
    found->second = std::move(entry);
    return;
  }
  if (entries_.size() >= entries_max) {
    // A walk over all of them, but only where a name was just looked up over the network: thousands of times
    // slower.
    std::erase_if(entries_, [now](const auto& each) { return each.second.expires <= now; });
    if (entries_.size() >= entries_max) {
      entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a.second.expires < b.second.expires;
      }));
    }
  }
  entries_.emplace(name, std::move(entry));
}

}  // namespace pulter::io
