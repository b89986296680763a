#include "engine/intake/new_webhook.h"

#include <array>
#include <utility>

#include "codec/sign/secret.h"
#include "engine/shard/new_id.h"

namespace pulter::intake {

std::string new_secret(io::Io& io) {
  std::array<std::uint8_t, 32> random{};
  io.random(random);
  return sign::generate_secret(random);
}

model::Webhook new_webhook(io::Io& io, std::string template_id, std::string url) {
  model::Webhook webhook;
  webhook.id = shard::new_id(io, "wh_");
  webhook.url = std::move(url);
  webhook.template_id = std::move(template_id);
  webhook.secrets.push_back({.text = new_secret(io), .expires_at_ms = 0});
  return webhook;
}

}  // namespace pulter::intake
