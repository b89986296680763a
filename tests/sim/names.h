#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "io/net/resolver.h"
#include "io/sim/sim_io.h"
#include "tests/sim/plan.h"

namespace pulter::sim {

/// The name servers of the simulated world: every receiver's name leads to 127.0.0.1, and now and then
/// nowhere, late, or to an address that must never be dialled. One instance per shard, as in the daemon.
class Names final : public io::Resolver {
 public:
  Names(io::SimIo& io, const WorldFaults& faults) : io_(io), faults_(faults), chance_(io.chance().next()) {}

  io::Task<Result<std::vector<net::IpAddress>>> resolve(io::Scope& scope, std::string_view name,
                                                        io::Instant deadline) override;

 private:
  io::SimIo& io_;
  const WorldFaults& faults_;
  io::SimRandom chance_;
};

/// Where nothing may ever go: a private address, and one of metadata services.
[[nodiscard]] std::vector<net::IpAddress> forbidden_addresses();

}  // namespace pulter::sim
