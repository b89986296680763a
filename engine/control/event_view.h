#pragma once

#include <string>
#include <vector>

#include "engine/model/event.h"
#include "engine/store/store_client.h"

// Events together with what is shown beside them: their import's file, their refused rows, their last answer
// time.

namespace pulter::control {

/// In the order of `events`. When the store cannot tell, figures of nothing: an event is worth showing alone.
io::Task<std::vector<store::EventFigures>> describe(store::StoreClient& store,
                                                    const std::vector<model::Event>& events);

/// The event as JSON, as GET /v1/events/{id} and the stream give it.
io::Task<std::string> event_json(store::StoreClient& store, const model::Event& event);

}  // namespace pulter::control
