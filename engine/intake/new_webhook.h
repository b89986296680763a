#pragma once

#include <string>

#include "engine/model/webhook.h"
#include "io/io.h"

namespace pulter::intake {

/// A new signing secret's text: 32 bytes of this Io's randomness.
[[nodiscard]] std::string new_secret(io::Io& io);

/// A webhook of an importer for a URL that was checked, with a generated secret (contract, section 3). It is
/// a candidate: the store keeps it where the importer has none for that URL yet.
[[nodiscard]] model::Webhook new_webhook(io::Io& io, std::string template_id, std::string url);

}  // namespace pulter::intake
