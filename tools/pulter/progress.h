#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "codec/json/reader.h"

namespace pulter::tool {

/// Where an import stands, as the daemon's answer says it.
struct Standing {
  std::string state;
  std::uint64_t rows_total = 0;
  std::uint64_t rows_delivered = 0;
  std::uint64_t batches_total = 0;
  std::uint64_t batches_delivered = 0;

  friend bool operator==(const Standing&, const Standing&) = default;
};
[[nodiscard]] Standing standing_of(const json::Value& import);

/// Rows per second over the last few seconds, so that a pause shows.
class Speed {
 public:
  void add(std::uint64_t now_ms, std::uint64_t rows);
  /// 0 until two moments are known.
  [[nodiscard]] double rows_per_second() const;

 private:
  std::deque<std::pair<std::uint64_t, std::uint64_t>> moments_;
};

/// "[#######----]  62 %  12,400 of 20,000 rows  3 of 4 batches  1,240,000 rows/s  ETA 2.0 s"; the bar takes
/// what `columns` leave over. `waiting` replaces speed and ETA when it is not empty.
[[nodiscard]] std::string bar_line(const Standing& standing, double rows_per_second,
                                   const std::string& waiting, std::size_t columns);

/// The same as a plain line without a bar.
[[nodiscard]] std::string plain_line(const Standing& standing, double rows_per_second,
                                     const std::string& waiting);

}  // namespace pulter::tool
