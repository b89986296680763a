#include "io/net/dns_resolver.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pulter::io {
namespace {

constexpr Duration other_family_patience = std::chrono::milliseconds(50);
constexpr Duration channel_age_max = std::chrono::minutes(1);

using Addresses = std::vector<net::IpAddress>;

Error not_found(std::string_view name, bool exists) {
  std::string detail = "The name " + std::string(name);
  detail += exists ? " has no address" : " does not exist";
  return {ErrorCode::name_not_found, -1, detail + ": check the webhook's URL, and the name's records."};
}

Error lookup_failed(std::string_view name, const std::string& reason) {
  return {ErrorCode::name_lookup_failed, -1,
          "The name " + std::string(name) + " could not be looked up (" + reason +
              "): check the name servers of this machine and those of the name."};
}

}  // namespace

/// One name on its way, and everybody who waits for it.
struct DnsResolver::Lookup {
  DnsResolver& resolver;
  std::string name;
  DnsAnswer v4;
  DnsAnswer v6;
  int missing = 2;
  Instant first_found_at = never;
  std::vector<Event*> waiters;

  [[nodiscard]] bool found() const {
    return v4.kind == DnsAnswer::Kind::found || v6.kind == DnsAnswer::Kind::found;
  }
};

struct DnsResolver::Waiter {
  std::shared_ptr<Lookup> lookup;
  Event told;
};

DnsResolver::DnsResolver(Scope& scope, DnsSettings settings)
    : scope_(scope), settings_(std::move(settings)) {}

DnsResolver::~DnsResolver() {
  // Its open questions are answered while what they point to still stands.
  is_abandoning_ = true;
  channel_.reset();
}

Task<Result<Addresses>> DnsResolver::resolve(Scope& scope, std::string_view name, Instant deadline) {
  const std::int32_t turn = co_await wait_turn(scope, name, deadline);
  if (turn == -ETIMEDOUT) {
    co_return fail(ErrorCode::timed_out,
                   "The name " + std::string(name) +
                       " could not be looked up in time: too many names are being looked up.");
  }
  if (turn < 0) co_return fail(ErrorCode::cancelled, "Looking a name up was stopped.");
  if (const DnsCache::Entry* known = cache_.find(name, scope.io().now())) {
    if (known->error) co_return std::unexpected(*known->error);
    co_return known->addresses;
  }
  Waiter waiter{join(name), {}};
  Lookup& lookup = *waiter.lookup;
  lookup.waiters.push_back(&waiter.told);
  ++waiters_;
  std::int32_t waited = 0;
  while (lookup.missing > 0 && waited == 0) {
    const bool one_is_there = lookup.first_found_at != never;
    const Instant until =
        one_is_there ? std::min(deadline, lookup.first_found_at + other_family_patience) : deadline;
    waited = co_await waiter.told.wait(scope, until);
  }
  Result<Addresses> addresses = conclude(lookup, waited);
  leave(waiter);
  co_return addresses;
}

/// 0 when `name` is known, being looked up, or may be looked up now.
Task<std::int32_t> DnsResolver::wait_turn(Scope& scope, std::string_view name, Instant deadline) {
  while (running_.size() >= lookups_max && running_.find(name) == running_.end() &&
         cache_.find(name, scope.io().now()) == nullptr) {
    Event turn;
    queue_.push_back(&turn);
    const std::int32_t waited = co_await turn.wait(scope, deadline);
    std::erase(queue_, &turn);
    if (waited == 0) continue;
    if (waited == -ECANCELED) wake_next();  // the turn may have been ours
    co_return waited;
  }
  co_return scope.cancelled() ? -ECANCELED : 0;
}

std::shared_ptr<DnsResolver::Lookup> DnsResolver::join(std::string_view name) {
  if (const auto found = running_.find(name); found != running_.end()) return found->second;
  const Instant now = scope_.io().now();
  if (channel_ == nullptr ||
      (running_.empty() && channel_->idle() && now - channel_made_at_ > channel_age_max)) {
    channel_ = std::make_unique<DnsChannel>(scope_, settings_);
    channel_made_at_ = now;
  }
  auto lookup = std::make_shared<Lookup>(*this, std::string(name));
  running_.emplace(lookup->name, lookup);
  // Plain functions: each family has its own, for c-ares hands back one pointer only.
  channel_->ask(
      name, net::Family::ipv6,
      [](void* owner, DnsAnswer answer) noexcept { on_answer(owner, std::move(answer), false); },
      lookup.get());
  channel_->ask(
      name, net::Family::ipv4,
      [](void* owner, DnsAnswer answer) noexcept { on_answer(owner, std::move(answer), true); },
      lookup.get());
  return lookup;
}

void DnsResolver::on_answer(void* owner, DnsAnswer answer, bool is_v4) noexcept {
  Lookup& lookup = *static_cast<Lookup*>(owner);
  const bool is_found = answer.kind == DnsAnswer::Kind::found;
  (is_v4 ? lookup.v4 : lookup.v6) = std::move(answer);
  if (is_found && lookup.first_found_at == never) lookup.first_found_at = lookup.resolver.scope_.io().now();
  for (Event* waiter : lookup.waiters) waiter->set();
  if (--lookup.missing == 0) lookup.resolver.finish(lookup);
}

/// Both families are answered: what was learned is kept, the lookup ends, the next in the queue may start.
void DnsResolver::finish(Lookup& lookup) {
  // The last holder may be the map itself.
  const std::shared_ptr<Lookup> alive = std::move(running_.extract(lookup.name).mapped());
  conclude(lookup, 0);
  wake_next();
}

void DnsResolver::wake_next() {
  if (queue_.empty()) return;
  queue_.front()->set();
  queue_.pop_front();
}

Result<Addresses> DnsResolver::conclude(Lookup& lookup, std::int32_t waited) {
  const Instant now = scope_.io().now();
  if (lookup.found() && waited != -ECANCELED) {
    Addresses addresses = lookup.v6.addresses;
    addresses.insert(addresses.end(), lookup.v4.addresses.begin(), lookup.v4.addresses.end());
    Duration life = DnsCache::life_max;
    for (const DnsAnswer* answer : {&lookup.v4, &lookup.v6}) {
      if (answer->kind == DnsAnswer::Kind::found) life = std::min(life, answer->life);
    }
    cache_.put(lookup.name, addresses, life, now);
    return addresses;
  }
  if (lookup.missing > 0) {
    if (waited == -ECANCELED) return fail(ErrorCode::cancelled, "Looking a name up was stopped.");
    return fail(ErrorCode::timed_out, "The name " + lookup.name +
                                          " could not be looked up in time: its name servers" +
                                          " do not answer. Check them, and those of this machine.");
  }
  const auto is = [&lookup](DnsAnswer::Kind kind) {
    return lookup.v4.kind == kind || lookup.v6.kind == kind;
  };
  Error error = not_found(lookup.name, !is(DnsAnswer::Kind::no_such_name));
  if (is(DnsAnswer::Kind::failed)) {
    error = lookup_failed(lookup.name, lookup.v4.reason.empty() ? lookup.v6.reason : lookup.v4.reason);
  }
  if (!is_abandoning_) cache_.put_failure(lookup.name, error, now);
  return std::unexpected(std::move(error));
}

void DnsResolver::leave(Waiter& waiter) {
  std::erase(waiter.lookup->waiters, &waiter.told);
  // Nobody waits for any name: open questions would only keep sockets and a shutdown waiting.
  if (--waiters_ > 0 || running_.empty()) return;
  is_abandoning_ = true;
  channel_->cancel();
  is_abandoning_ = false;
}

}  // namespace pulter::io
