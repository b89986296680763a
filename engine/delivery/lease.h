#pragma once

#include "io/time.h"

namespace pulter::delivery {

/// The right to send for a lane, until a time of the boot clock. Asked right before each request's first
/// byte: no store can call back a request that a paused process sends late (store.md, point 5). SQLite gives
/// it for ever.
class Lease {
 public:
  explicit Lease(io::Duration until = io::Duration::max()) : until_(until) {}
  [[nodiscard]] bool valid_at(io::Duration boot_now) const { return boot_now < until_; }

 private:
  io::Duration until_;
};

}  // namespace pulter::delivery
