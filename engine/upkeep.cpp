#include "engine/upkeep.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "engine/limits.h"
#include "engine/shard/new_id.h"
#include "io/log.h"

namespace pulter::engine {

Upkeep::Upkeep(io::Scope& scope, const config::Config& config, store::Store& store,
               store::StoreClient& client, store::Spool& spool, control::Readiness& readiness)
    : scope_(scope), config_(config), store_(store), client_(client), spool_(spool), readiness_(readiness) {}

io::Task<> Upkeep::run() {
  co_await sweep_leftovers();
  for (std::uint64_t tick = 0; !scope_.cancelled(); ++tick) {
    look_at_store();
    if (!store_.trouble().empty()) {
      // Nobody may be writing or reading at present: without this it would not be noticed that there is room
      // again, or that the disk gives what it holds.
      store::ProbeWrite probe;
      co_await client_.call(std::move(probe));
      store::SumSpoolBytes read;
      co_await client_.call(std::move(read));
      look_at_store();
    }
    if (tick % limits::retention_ticks == 0) co_await apply_retention();
    const io::Instant next = scope_.io().now() + limits::upkeep_tick;
    co_await io::sleep_until(scope_, next);
  }
}

/// A crash between a file that is whole and the commit of its import leaves a file that nobody names.
io::Task<> Upkeep::sweep_leftovers() {
  const std::int64_t before_ms =
      shard::unix_ms(scope_.io()) - std::chrono::milliseconds(limits::leftover_age_min).count();
  auto files = co_await spool_.list(scope_, before_ms);
  store::ListSpoolKeys list;
  auto named = co_await client_.call(std::move(list));
  if (!files || !named.done()) co_return;
  const std::set<std::string> keep(named.value->begin(), named.value->end());
  for (std::string& key : *files) {
    if (!keep.contains(key)) co_await remove(std::move(key));
  }
}

io::Task<> Upkeep::apply_retention() {
  const std::int64_t day_ms = 24 * 3600 * std::int64_t{1000};
  const std::int64_t now_ms = shard::unix_ms(scope_.io());
  const std::int64_t record_ms = std::chrono::milliseconds(limits::import_record_time).count();
  const std::int64_t before_ms = config_.retention_days == 0 ? 0 : now_ms - config_.retention_days * day_ms;
  std::uint64_t over = co_await bytes_over();
  for (bool more = true; more && !scope_.cancelled();) {
    store::RetentionStep step{before_ms, over, std::max<std::int64_t>(0, before_ms - record_ms)};
    auto reply = co_await client_.call(std::move(step));
    if (!reply.done()) co_return;
    more = reply.value->more;
    over -= std::min(over, reply.value->bytes);
    for (std::string& key : reply.value->spool_keys) co_await remove(std::move(key));
  }
}

/// How many bytes of files more than `retention_bytes` are kept.
io::Task<std::uint64_t> Upkeep::bytes_over() {
  if (config_.retention_bytes == 0) co_return 0;
  store::SumSpoolBytes sum;
  auto kept = co_await client_.call(std::move(sum));
  const std::uint64_t bytes = kept.done() && kept.value ? *kept.value : 0;
  co_return bytes > config_.retention_bytes ? bytes - config_.retention_bytes : 0;
}

io::Task<> Upkeep::remove(std::string key) {
  Result<> removed = co_await spool_.remove(scope_, key);
  if (!removed)
    io::log(io::LogLevel::warning, "A spooled file could not be removed", {{"why", removed.error().detail}});
}

void Upkeep::look_at_store() {
  std::string trouble = store_.trouble();
  const bool ready = trouble.empty();
  if (ready != readiness_.ready) {
    if (ready) {
      io::log(io::LogLevel::info, "Ready");
    } else {
      io::log(io::LogLevel::error, "Not ready: nothing is accepted or sent until this is over",
              {{"why", trouble}});
    }
  }
  readiness_.ready = ready;
  readiness_.reason = std::move(trouble);
}

}  // namespace pulter::engine
