#include "engine/delivery/event_id.h"

#include <xxhash.h>

#include <array>

#include "codec/base/ids.h"

namespace pulter::delivery {

std::string event_id(const model::Import& import, std::string_view webhook_id, std::uint64_t cursor) {
  const std::string lane = import.id + "/" + std::string(webhook_id);
  const std::uint64_t hash = XXH3_64bits(lane.data(), lane.size());
  std::array<std::uint8_t, 10> tail{};
  for (std::size_t i = 0; i < 5; ++i) {
    tail[i] = static_cast<std::uint8_t>(cursor >> (32 - 8 * i));
    tail[5 + i] = static_cast<std::uint8_t>(hash >> (32 - 8 * i));
  }
  return make_id("evt_", static_cast<std::uint64_t>(import.created_at_ms), tail);
}

}  // namespace pulter::delivery
