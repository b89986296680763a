#pragma once

#include "engine/control/hub.h"
#include "engine/control/represent.h"
#include "engine/control/services.h"
#include "engine/shard/new_id.h"

// What a call of the API changed, told to the listeners of /v1/stream. Lanes tell their changes through the
// engine.

namespace pulter::control {

template <class T>
void announce(Services& services, std::string_view kind, const T& resource) {
  if (!services.hub.has_listeners()) return;
  std::string json;
  json::Writer w(json);
  write(w, resource);
  services.hub.publish(kind, json);
}

inline void announce_webhook(Services& services, const model::Webhook& webhook) {
  if (!services.hub.has_listeners()) return;
  std::string json;
  json::Writer w(json);
  write(w, webhook, shard::unix_ms(services.io), WithSecret::no);
  services.hub.publish("webhook", json);
}

inline void announce_deleted(Services& services, std::string_view id) {
  std::string json;
  json::Writer w(json);
  w.begin_object().field("id", id).end_object();
  services.hub.publish("deleted", json);
}

}  // namespace pulter::control
