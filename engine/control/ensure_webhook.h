#pragma once

#include <string>

#include "codec/base/result.h"
#include "engine/control/services.h"
#include "engine/model/webhook.h"
#include "io/task.h"

namespace pulter::control {

/// Finds the importer's webhook for that URL, which was checked, or makes it with a generated secret
/// (contract, section 3). Errors: store_unavailable, disk_full.
io::Task<Result<model::Webhook>> ensure_webhook(Services& services, std::string template_id, std::string url);

}  // namespace pulter::control
