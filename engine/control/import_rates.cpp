#include "engine/control/import_rates.h"

#include <algorithm>
#include <utility>

#include "engine/control/represent.h"
#include "engine/limits.h"

namespace pulter::control {
namespace {

/// Two samples closer than this are one.
constexpr std::int64_t sample_gap_ms = 200;

bool runs(const model::Import& import) {
  return state_of(import) == model::ImportState::delivering;
}

using RowsOfLanes = std::map<std::pair<std::string, std::string>, std::uint64_t>;

std::uint64_t slowest(const model::Import& import, const RowsOfLanes& rows) {
  std::uint64_t least = UINT64_MAX;
  for (const model::Delivery& lane : import.deliveries) {
    if (!lane.wants_rows || has_ended(import, lane)) continue;
    const auto found = rows.find({import.id, lane.webhook_id});
    least = std::min(least, found == rows.end() ? 0 : found->second);
  }
  return least == UINT64_MAX ? 0 : least;
}

}  // namespace

io::Task<std::map<std::string, double>> rates_of(store::StoreClient& store,
                                                 const std::vector<model::Import>& imports,
                                                 std::int64_t now_ms) {
  std::map<std::string, double> rates;
  if (std::ranges::none_of(imports, runs)) co_return rates;
  store::ListRecentAttempts list{{}, {}, now_ms - rate_window_ms, limits::figures_attempts_max};
  auto reply = co_await store.call(std::move(list));
  if (!reply.done() || !reply.value) co_return rates;
  RowsOfLanes rows;
  for (const store::AttemptFigures& each : *reply.value) {
    if (each.delivered) rows[{each.import_id, each.webhook_id}] += each.rows;
  }
  std::int64_t window_ms = rate_window_ms;
  if (reply.value->size() >= limits::figures_attempts_max)
    window_ms = now_ms - reply.value->back().started_at_ms;
  for (const model::Import& import : imports) {
    if (!runs(import)) continue;
    const std::int64_t since_ms = import.started_at_ms == 0 ? window_ms : now_ms - import.started_at_ms;
    const std::int64_t span_ms = std::max(std::min(window_ms, since_ms), rate_window_min_ms);
    rates[import.id] = static_cast<double>(slowest(import, rows)) * 1000.0 / static_cast<double>(span_ms);
  }
  co_return rates;
}

std::optional<double> ImportRates::note(const model::Import& import, std::int64_t now_ms) {
  if (!runs(import)) {
    samples_.erase(import.id);
    return std::nullopt;
  }
  std::deque<Sample>& samples = samples_[import.id];
  const Sample now{now_ms, rows_delivered(import)};
  while (samples.size() > 1 && samples[1].at_ms <= now_ms - rate_window_ms) samples.pop_front();
  if (samples.empty() || now_ms - samples.back().at_ms >= sample_gap_ms) samples.push_back(now);
  const Sample& first = samples.front();
  const std::int64_t span_ms = now_ms - first.at_ms;
  if (span_ms < rate_window_min_ms) return std::nullopt;
  return static_cast<double>(now.rows - first.rows) * 1000.0 / static_cast<double>(span_ms);
}

}  // namespace pulter::control
