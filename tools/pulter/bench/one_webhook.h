#pragma once

#include <cstdint>
#include <string>

#include "tools/pulter/bench/bench.h"
#include "tools/pulter/bench/daemon.h"
#include "tools/pulter/bench/receiver.h"

// One file through one webhook: by Pulter, and by the yardstick.

namespace pulter::tool::bench {

/// A file to deliver.
struct Job {
  std::string path;
  std::uint64_t rows = 0;
  std::uint64_t batch_size = 5000;
};

struct Cost {
  double cpu_s = 0;
  double wall_s = 0;
};

/// The job and nothing else, by Pulter's own kernels: one thread reads, renders, signs and sends each batch
/// and waits for its answer. No store, no copy of the file, no retries.
[[nodiscard]] Cost send_by_one_thread(const Job& job, const Receiver& receiver);

/// One and the same request of that size again and again, as it lies in memory; the answer is polled for. No
/// thread can follow an answer sooner: what is left is the kernel's way there and back.
void send_prepared(const Receiver& receiver, std::uint64_t body_bytes, std::uint64_t count);

/// One import from the request to the last answer in the log: CPU s, wall s, peak anonymous MB, million rows
/// per CPU-s. The receiver's lane 0 must have a webhook.
[[nodiscard]] Figures import_once(Daemon& daemon, Receiver& receiver, const Job& job);

}  // namespace pulter::tool::bench
