#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/control/http_server.h"
#include "engine/control/services.h"
#include "engine/metrics/counters.h"

namespace pulter::engine {

/// What `/metrics` says beyond readiness and imports: lanes, store, control API and process, added up over
/// the threads. The control shard only; what it was given outlives it.
class MetricsPage final : public control::MetricsSource {
 public:
  MetricsPage(const metrics::StoreCounters& store, const control::ServerCounters& control,
              std::string data_dir, std::int64_t started_at_ms)
      : store_(store), control_(control), data_dir_(std::move(data_dir)), started_at_ms_(started_at_ms) {}

  void add_shard(const metrics::DeliveryCounters& counters) { shards_.push_back(&counters); }
  void append_metrics(std::string& out) override;

 private:
  [[nodiscard]] std::uint64_t sum(metrics::Counter metrics::DeliveryCounters::*counter) const;
  [[nodiscard]] std::int64_t sum(metrics::Gauge metrics::DeliveryCounters::*gauge) const;
  void append_delivery(std::string& out) const;
  void append_store(std::string& out) const;
  void append_control(std::string& out) const;
  void append_process(std::string& out) const;

  const metrics::StoreCounters& store_;
  const control::ServerCounters& control_;
  std::string data_dir_;
  std::int64_t started_at_ms_;
  std::vector<const metrics::DeliveryCounters*> shards_;
};

}  // namespace pulter::engine
