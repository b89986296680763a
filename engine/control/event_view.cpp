#include "engine/control/event_view.h"

#include "engine/control/represent.h"

namespace pulter::control {

io::Task<std::vector<store::EventFigures>> describe(store::StoreClient& store,
                                                    const std::vector<model::Event>& events) {
  store::DescribeEvents request;
  request.event_ids.reserve(events.size());
  for (const model::Event& event : events) request.event_ids.push_back(event.id);
  auto reply = co_await store.call(std::move(request));
  std::vector<store::EventFigures> figures;
  if (reply.done() && reply.value) figures = std::move(*reply.value);
  figures.resize(events.size());
  co_return figures;
}

io::Task<std::string> event_json(store::StoreClient& store, const model::Event& event) {
  const std::vector<model::Event> one{event};
  const std::vector<store::EventFigures> figures = co_await describe(store, one);
  std::string json;
  json::Writer w(json);
  write(w, event, &figures.front());
  co_return json;
}

}  // namespace pulter::control
