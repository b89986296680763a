#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/pulter/bench/daemon.h"
#include "tools/pulter/bench/receiver.h"

// Many small imports to many webhooks at once.

namespace pulter::tool::bench {

/// Many imports of the same bytes.
struct Uploads {
  std::string csv;
  std::uint64_t rows = 0;
  std::uint64_t batch_size = 0;
  std::size_t count = 0;  ///< imports; the i-th goes to lane i modulo the receiver's lanes
  std::size_t lanes = 0;
};

/// A webhook for each of the receiver's lanes.
void make_webhooks(Daemon& daemon, const Receiver& receiver, std::size_t lanes);

/// Uploads all imports over the daemon's socket, by as many connections as a busy site has. When each was
/// answered with 201, in the order of the imports.
[[nodiscard]] std::vector<std::int64_t> upload_all(const Daemon& daemon, const Receiver& receiver,
                                                   const Uploads& uploads);

/// Batches that one of the imports makes.
[[nodiscard]] std::uint64_t batches_of(const Uploads& uploads);

}  // namespace pulter::tool::bench
