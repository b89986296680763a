#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {

/// What `pulter listen` was given.
struct ListenOptions {
  std::uint16_t port = 9000;
  std::vector<std::string> secrets;
  bool no_verify = false;  ///< read and answer, nothing else
  bool quiet = false;
  std::uint64_t delay_ms = 0;
  std::vector<std::string> failures;
  std::string chaos;
  std::string journal;     ///< a JSON line per receipt
  std::string save;        ///< folder for the bodies
  std::string ready_file;  ///< gets "127.0.0.1:PORT" once it listens
};

/// Receives until SIGINT or SIGTERM, then sums up. Exit 0 when everything came as promised, 1 when not.
[[nodiscard]] ExitCode run_listen(Context& context, const ListenOptions& options);

}  // namespace pulter::tool
