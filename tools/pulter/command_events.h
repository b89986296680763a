#pragma once

#include <string>
#include <vector>

#include "tools/pulter/context.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {

/// Which events; an empty field does not filter.
struct EventFilter {
  std::string import_id, webhook_id, state, name, limit, cursor;

  [[nodiscard]] bool any() const {
    return !import_id.empty() || !webhook_id.empty() || !state.empty() || !name.empty();
  }
};

/// Either ids or a filter.
struct ResendOptions {
  std::vector<std::string> ids;
  EventFilter filter;
  bool dry_run = false;
};

[[nodiscard]] ExitCode run_events_list(Context& context, const EventFilter& filter);
[[nodiscard]] ExitCode run_events_show(Context& context, const std::string& id);
[[nodiscard]] ExitCode run_events_body(Context& context, const std::string& id);
[[nodiscard]] ExitCode run_events_attempts(Context& context, const std::string& id);
[[nodiscard]] ExitCode run_events_resend(Context& context, const ResendOptions& options);
/// Listens to /v1/stream and prints what changes; returns only by a Failure (or a signal).
[[nodiscard]] ExitCode run_events_tail(Context& context, const EventFilter& filter);

}  // namespace pulter::tool
