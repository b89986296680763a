#pragma once

#include <cstdint>

#include "io/time.h"

namespace pulter::io {

/// How often each thing goes wrong, in thousandths of the operations it can hit. All off by default; may be
/// changed while a simulation runs (reliability: set-up clean, faults, faults off).
struct SimFaults {
  std::uint32_t short_send = 0;  ///< a send takes 1 … size bytes
  std::uint32_t reset_in_send =
      0;  ///< the connection is reset after 0 … size bytes; what left may arrive or not
  std::uint32_t short_receive = 0;     ///< a receive gives 1 … available bytes
  std::uint32_t one_byte_receive = 0;  ///< a receive gives one byte
  std::uint32_t connect_refused = 0;
  std::uint32_t connect_unreachable = 0;   ///< -EHOSTUNREACH
  std::uint32_t connect_never = 0;         ///< completes only when it is cancelled
  std::uint32_t accept_failed = 0;         ///< -EMFILE; the connection stays queued
  std::uint32_t late_completion = 0;       ///< the completion comes 0 … late_max after its effect
  std::uint32_t reordered_completion = 0;  ///< overtaken by what completes within the next 50 µs
  std::uint32_t late_cancel = 0;  ///< a cancel takes 0 … late_max: meanwhile the operation may succeed
  Duration late_max = std::chrono::milliseconds(20);
};

}  // namespace pulter::io
