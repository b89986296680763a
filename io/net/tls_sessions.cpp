#include "io/net/tls_sessions.h"

#include <openssl/ssl.h>

#include <utility>

namespace pulter::io {

TlsSession TlsSessions::take(std::string_view key, Instant now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const bool good = now - found->second.made_at < life_max;
  if (good && SSL_SESSION_should_be_single_use(found->second.session.get()) == 0) {
    SSL_SESSION_up_ref(found->second.session.get());
    return TlsSession(found->second.session.get());
  }
  TlsSession session = std::move(found->second.session);
  oldest_first_.erase(found->second.place);
  entries_.erase(found);
  return good ? std::move(session) : nullptr;
}

void TlsSessions::put(std::string_view key, TlsSession session, Instant now) {
  if (const auto found = entries_.find(key); found != entries_.end()) {
    found->second.session = std::move(session);
    found->second.made_at = now;
    oldest_first_.splice(oldest_first_.end(), oldest_first_, found->second.place);
    return;
  }
  if (entries_.size() >= sessions_max) {
    entries_.erase(entries_.find(*oldest_first_.front()));
    oldest_first_.pop_front();
  }
  const auto [entry, added] = entries_.emplace(key, Entry{std::move(session), now, {}});
  entry->second.place = oldest_first_.insert(oldest_first_.end(), &entry->first);
}

}  // namespace pulter::io
