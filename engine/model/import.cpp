#include "engine/model/import.h"

#include <algorithm>

#include "codec/base/check.h"

namespace pulter::model {

std::string_view name(ImportState state) {
  switch (state) {
    case ImportState::receiving:
      return "receiving";
    case ImportState::queued:
      return "queued";
    case ImportState::delivering:
      return "delivering";
    case ImportState::completed:
      return "completed";
    case ImportState::paused:
      return "paused";
    case ImportState::halted:
      return "halted";
    case ImportState::failed:
      return "failed";
    case ImportState::cancelled:
      return "cancelled";
  }
  check_failed(__FILE__, __LINE__, "ImportState has no name");
}

std::optional<ImportState> parse_import_state(std::string_view text) {
  for (const ImportState state : import_states) {
    if (name(state) == text) return state;
  }
  return std::nullopt;
}

std::uint64_t next_cursor(const Delivery& delivery, std::uint64_t count, std::uint64_t cursor) {
  const std::uint64_t ended = count + 1;
  if (cursor == cursor_started) {
    if (delivery.wants_started) return cursor;
    cursor = 1;
  }
  if (cursor <= count) {
    if (delivery.wants_rows) return cursor;
    cursor = ended;
  }
  if (cursor == ended && delivery.wants_ended) return cursor;
  return cursor_end(count);
}

bool has_ended(const Import& import, const Delivery& delivery) {
  return delivery.cancelled || delivery.cursor >= cursor_end(import.count);
}

bool has_ended(const Import& import) {
  if (import.error.code.empty() && !import.planned) return import.cancelled;
  return std::ranges::all_of(import.deliveries,
                             [&](const Delivery& delivery) { return has_ended(import, delivery); });
}

ImportState state_of(const Import& import) {
  if (!import.error.code.empty()) return ImportState::failed;
  if (import.cancelled) return ImportState::cancelled;
  if (!import.planned) return ImportState::receiving;
  const std::vector<Delivery>& lanes = import.deliveries;
  if (has_ended(import)) {
    const bool none_went_through = !lanes.empty() && std::ranges::all_of(lanes, &Delivery::cancelled);
    return none_went_through ? ImportState::cancelled : ImportState::completed;
  }
  if (import.paused) return ImportState::paused;
  const auto halted = [](const Delivery& lane) { return !lane.cancelled && !lane.halted_event_id.empty(); };
  if (std::ranges::any_of(lanes, halted)) return ImportState::halted;
  if (import.started_at_ms != 0 || std::ranges::any_of(lanes, &Delivery::started))
    return ImportState::delivering;
  return ImportState::queued;
}

ImportState state_of(const Import& import, const Delivery& delivery) {
  const bool failed = !import.error.code.empty();
  if (!failed && !import.planned) return import.cancelled ? ImportState::cancelled : ImportState::receiving;
  if (delivery.cancelled) return ImportState::cancelled;
  if (has_ended(import, delivery)) return failed ? ImportState::failed : ImportState::completed;
  if (import.cancelled) return ImportState::cancelled;
  if (import.paused) return ImportState::paused;
  if (!delivery.halted_event_id.empty()) return ImportState::halted;
  return delivery.started ? ImportState::delivering : ImportState::queued;
}

}  // namespace pulter::model
