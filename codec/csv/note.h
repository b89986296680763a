#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pulter::csv {

/// Something noticed about a file that its sender may want to know; never a reason to stop.
struct Note {
  std::string code;    ///< stable word, e.g. "blank_header"
  std::string detail;  ///< one sentence
  std::vector<std::uint64_t> rows;  ///< 1-based data rows it concerns, the first 100
};

}  // namespace pulter::csv
