#pragma once

#include <functional>
#include <string_view>

#include "codec/base/result.h"
#include "engine/config/config.h"
#include "engine/control/pages.h"

namespace pulter::engine {

/// Runs the daemon: opens store and spool in the data folder, starts one thread per shard (this one is shard
/// 0), listens, and goes on with what was unfinished. Returns after SIGTERM or SIGINT, when what was in
/// flight is answered and everything is durable, or `shutdown_timeout_s` is over; a second signal ends the
/// process at once.
///
/// `pages` are what the TCP listener serves beside the API.
/// `on_listening` is called once, with where it listens, when requests are served. Errors of the start only,
/// each with what to do: the data folder, another daemon on it, the database, io_uring, the socket. To be
/// called once, from the main thread, before any other thread exists.
[[nodiscard]] Result<> run(const config::Config& config,
                           const std::function<void(std::string_view)>& on_listening,
                           const control::Pages& pages = {});

}  // namespace pulter::engine
