#pragma once

#include <string>
#include <vector>

#include "tools/pulter/bench/bench.h"
#include "tools/pulter/bench/receiver.h"

namespace pulter::tool::bench {

/// A program of another make that does the same job (bench/rivals). It is called in one of two ways:
///
///     COMMAND firehose FILE URL BATCH_SIZE SECRET    delivers FILE to URL, in order, one request at a time
///     COMMAND fanout FILE LIST BATCH_SIZE SECRET     delivers FILE to each URL of LIST, one a line, all at
///     once;
///                                                    prints "ready" and begins when a line comes in
struct Rival {
  std::string name;
  std::vector<std::string> command;
};

/// The rivals that are installed here; those that are not are named in `missing`, with what would bring them.
[[nodiscard]] std::vector<Rival> find_rivals(const Bench& bench, std::vector<std::string>& missing);

/// What one call of a rival cost.
struct RivalRun {
  double wall_s = 0;
  double cpu_s = 0;
  double anonymous_mb = 0;
  std::int64_t started_ns = 0;
};
[[nodiscard]] RivalRun run_firehose(const Bench& bench, const Rival& rival, const std::string& file,
                                    const std::string& url, std::uint64_t batch_size);
/// Wall time counts from the word to begin, not from the program's start.
[[nodiscard]] RivalRun run_fan_out(const Bench& bench, const Rival& rival, const std::string& file,
                                   const std::string& list, std::uint64_t batch_size);

/// Throws unless the receiver, made with `verify`, saw nothing wrong and `rows` rows. Its digest.
std::string verified_digest(const Receiver& receiver, const std::string& sender, std::uint64_t rows);

}  // namespace pulter::tool::bench
