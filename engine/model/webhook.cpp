#include "engine/model/webhook.h"

#include <xxhash.h>

#include <algorithm>

#include "codec/base/check.h"

namespace pulter::model {

std::string_view name(OnHalt on_halt) {
  switch (on_halt) {
    case OnHalt::next:
      return "next";
    case OnHalt::hold:
      return "hold";
  }
  check_failed(__FILE__, __LINE__, "OnHalt has no name");
}

std::optional<OnHalt> parse_on_halt(std::string_view text) {
  if (text == "next") return OnHalt::next;
  if (text == "hold") return OnHalt::hold;
  return std::nullopt;
}

bool listens_to(const Webhook& webhook, std::string_view event_name) {
  return std::ranges::find(webhook.events, event_name) != webhook.events.end();
}

std::uint32_t store_shard_of(std::string_view webhook_id) {
  return static_cast<std::uint32_t>(XXH3_64bits(webhook_id.data(), webhook_id.size()) % store_shard_count);
}

}  // namespace pulter::model
