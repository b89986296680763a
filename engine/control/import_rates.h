#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/import.h"
#include "engine/store/store_client.h"

// How many rows per second an import delivers now.

namespace pulter::control {

/// "Now" for rates: long enough to be steady, short enough to be now.
inline constexpr std::int64_t rate_window_ms = 10'000;
/// A shorter time tells nothing about a second.
inline constexpr std::int64_t rate_window_min_ms = 1'000;

/// Of those of `imports` that run, by id; worked out from the log, the slowest lane counts. Empty when the
/// store cannot tell.
io::Task<std::map<std::string, double>> rates_of(store::StoreClient& store,
                                                 const std::vector<model::Import>& imports,
                                                 std::int64_t now_ms);

/// The same for one who sees an import again and again and asks nobody: from where it stood lately.
class ImportRates {
 public:
  /// The import as it is now. Nothing until it was seen long enough, or when it does not run.
  std::optional<double> note(const model::Import& import, std::int64_t now_ms);

 private:
  struct Sample {
    std::int64_t at_ms = 0;
    std::uint64_t rows = 0;
  };
  std::map<std::string, std::deque<Sample>> samples_;  ///< of imports that run
};

}  // namespace pulter::control
