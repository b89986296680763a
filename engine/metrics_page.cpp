#include "engine/metrics_page.h"

#include <array>

#include "engine/metrics/exposition.h"
#include "engine/model/event.h"
#include "io/file/file.h"
#include "io/process.h"

namespace pulter::engine {

using metrics::DeliveryCounters;
using metrics::Exposition;

std::uint64_t MetricsPage::sum(metrics::Counter DeliveryCounters::*counter) const {
  std::uint64_t all = 0;
  for (const DeliveryCounters* shard : shards_) all += (shard->*counter).value();
  return all;
}

std::int64_t MetricsPage::sum(metrics::Gauge DeliveryCounters::*gauge) const {
  std::int64_t all = 0;
  for (const DeliveryCounters* shard : shards_) all += (shard->*gauge).value();
  return all;
}

void MetricsPage::append_metrics(std::string& out) {
  append_delivery(out);
  append_store(out);
  append_control(out);
  append_process(out);
}

void MetricsPage::append_delivery(std::string& out) const {
  Exposition text(out);
  text.gauge("pulter_shards", "Threads that deliver.").sample(std::uint64_t{shards_.size()});
  text.gauge("pulter_lanes", "Webhooks with work.").sample(sum(&DeliveryCounters::lanes));
  text.gauge("pulter_requests_in_flight", "Requests whose answer is awaited.")
      .sample(sum(&DeliveryCounters::in_flight));
  text.counter("pulter_attempts_total", "Requests made for events, by how they ended.");
  for (std::size_t i = 0; i < metrics::outcome_count; ++i) {
    std::uint64_t count = 0;
    for (const DeliveryCounters* shard : shards_) count += shard->attempts[i].value();
    const std::string outcome(model::name(static_cast<model::Outcome>(i)));
    text.sample(count, "outcome=\"" + outcome + "\"");
  }
  text.counter("pulter_retries_total", "Of the attempts, those that repeat a failed one on the schedule.")
      .sample(sum(&DeliveryCounters::retries));
  text.counter("pulter_halts_total", "Imports that were halted for a webhook.")
      .sample(sum(&DeliveryCounters::halts));
  text.counter("pulter_batches_delivered_total", "Batches that were answered with 2xx.")
      .sample(sum(&DeliveryCounters::batches_delivered));
  text.counter("pulter_rows_delivered_total", "Rows of these batches.")
      .sample(sum(&DeliveryCounters::rows_delivered));
  text.counter("pulter_row_errors_total", "Rows that receivers reported as refused.")
      .sample(sum(&DeliveryCounters::row_errors));
  text.counter("pulter_body_bytes_total", "Bytes of the bodies of all attempts.")
      .sample(sum(&DeliveryCounters::body_bytes));
  text.counter("pulter_connections_total", "Connections opened to receivers.")
      .sample(sum(&DeliveryCounters::connections));
  text.counter("pulter_tls_handshakes_total", "Of these, those that were encrypted.")
      .sample(sum(&DeliveryCounters::encrypted_connections));
  std::vector<const metrics::TimeHistogram*> times;
  times.reserve(shards_.size());
  for (const DeliveryCounters* shard : shards_) times.push_back(&shard->attempt_time);
  text.histogram("pulter_attempt_seconds", "From an attempt's start to the end of its answer.", times);
}

void MetricsPage::append_store(std::string& out) const {
  Exposition text(out);
  text.counter("pulter_store_requests_total",
               "Requests that the thread of the store carried out that writes.")
      .sample(store_.requests.value());
  const std::array<const metrics::TimeHistogram*, 1> times = {&store_.commit_time};
  text.histogram("pulter_store_group_seconds",
                 "A group of requests, from its first statement until what it changed is on the disk.",
                 times);
  text.gauge("pulter_disk_free_bytes", "What may still be written beside the data.")
      .sample(io::free_bytes(data_dir_));
}

void MetricsPage::append_control(std::string& out) const {
  Exposition text(out);
  text.gauge("pulter_control_connections", "Open connections of the control API.")
      .sample(std::uint64_t{control_.connections});
  text.counter("pulter_control_requests_total", "Requests to the control API.").sample(control_.requests);
  text.counter("pulter_control_errors_total", "Answers of the control API that say no.")
      .sample(control_.answers_4xx, "class=\"4xx\"")
      .sample(control_.answers_5xx, "class=\"5xx\"");
  text.counter("pulter_control_turned_away_total", "Connections over the limit, answered 503.")
      .sample(control_.turned_away);
}

/// Under the names that Prometheus' own client libraries use.
void MetricsPage::append_process(std::string& out) const {
  const io::ProcessUsage usage = io::process_usage();
  Exposition text(out);
  text.counter("process_cpu_seconds_total", "User and system time.").seconds(usage.cpu_us);
  text.gauge("process_resident_memory_bytes", "Mapped files included.").sample(usage.resident_bytes);
  text.gauge("pulter_anonymous_memory_bytes", "Resident memory that belongs to no file.")
      .sample(usage.anonymous_bytes);
  text.gauge("process_open_fds", "Open descriptors.").sample(usage.descriptors);
  text.gauge("process_max_fds", "The limit of open descriptors.").sample(usage.descriptors_max);
  text.gauge("process_start_time_seconds", "Unix time of the start.")
      .seconds(static_cast<std::uint64_t>(started_at_ms_) * 1000);
}

}  // namespace pulter::engine
