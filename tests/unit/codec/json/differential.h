#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv/kernel.h"
#include "codec/csv/plan.h"

namespace pulter::json {

/// How a file is read and written in a comparison.
struct Check {
  csv::PlanSettings settings;
  /// Buffers that bodies are filled into, in turn; the last one repeats.
  std::vector<std::size_t> buffers = {1u << 20};
};

/// Plans `text`, writes all it says, and compares every byte with what the reference reader and writer make
/// of it: counts, each batch's body, all rows as lines. Empty where all agrees, else what differs.
[[nodiscard]] std::string differs(std::string_view text, const Check& check);

/// Calls `each` with every string of exactly `size` of the symbols `, " \n \r a space`.
void each_string(std::size_t size, const std::function<void(std::string_view)>& each);

/// A random CSV: quotes, doubled quotes, line ends of all kinds, ragged rows, escapes, long cells.
[[nodiscard]] std::string random_csv(std::mt19937_64& random, std::size_t bytes);

}  // namespace pulter::json
