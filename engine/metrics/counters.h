#pragma once

#include <array>

#include "engine/metrics/counter.h"
#include "engine/model/event.h"

namespace pulter::metrics {

inline constexpr std::size_t outcome_count = 4;

/// What the lanes of one shard count. Written by that shard's thread.
struct DeliveryCounters {
  Gauge lanes;      ///< webhooks with work
  Gauge in_flight;  ///< requests sent, or being sent, whose answer is not known yet
  std::array<Counter, outcome_count> attempts;  ///< by model::Outcome
  Counter retries;                              ///< of the attempts, those with trigger `retry`
  Counter halts;
  Counter batches_delivered;
  Counter rows_delivered;
  Counter row_errors;
  Counter body_bytes;             ///< of all attempts
  Counter connections;            ///< opened for an attempt
  Counter encrypted_connections;  ///< of these, with TLS
  TimeHistogram
      attempt_time;  ///< first byte to the end of the answer, the opening of the connection included
};

/// What the store's writing thread counts.
struct StoreCounters {
  Counter commits;   ///< groups made durable
  Counter requests;  ///< carried out in them
  TimeHistogram commit_time;
};

}  // namespace pulter::metrics
