#include "engine/control/ensure_webhook.h"

#include <array>

#include "codec/sign/secret.h"
#include "engine/shard/new_id.h"

namespace pulter::control {

std::string new_secret(io::Io& io) {
  std::array<std::uint8_t, 32> random{};
  io.random(random);
  return sign::generate_secret(random);
}

io::Task<Result<model::Webhook>> ensure_webhook(Services& services, std::string template_id,
                                                std::string url) {
  model::Webhook candidate;
  candidate.id = shard::new_id(services.io, "wh_");
  candidate.url = std::move(url);
  candidate.template_id = std::move(template_id);
  candidate.secrets.push_back({new_secret(services.io), 0});
  store::EnsureWebhook request{std::move(candidate)};
  auto reply = co_await services.store.call(std::move(request));
  if (reply.done() && reply.value) co_return std::move(*reply.value);
  const bool is_full = reply.status == store::Status::disk_full;
  co_return fail(is_full ? ErrorCode::disk_full : ErrorCode::store_unavailable,
                 "the webhook could not be stored: " + reply.detail);
}

}  // namespace pulter::control
