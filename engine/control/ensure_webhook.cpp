#include "engine/control/ensure_webhook.h"

#include <utility>

#include "engine/intake/new_webhook.h"

namespace pulter::control {

io::Task<Result<model::Webhook>> ensure_webhook(Services& services, std::string template_id,
                                                std::string url) {
  store::EnsureWebhook request{intake::new_webhook(services.io, std::move(template_id), std::move(url))};
  auto reply = co_await services.store.call(std::move(request));
  if (reply.done() && reply.value) co_return std::move(*reply.value);
  const bool is_full = reply.status == store::Status::disk_full;
  co_return fail(is_full ? ErrorCode::disk_full : ErrorCode::store_unavailable,
                 "the webhook could not be stored: " + reply.detail);
}

}  // namespace pulter::control
