#include "tools/pulter/event_stream.h"

#include <utility>

namespace pulter::tool {

void EventStreamReader::feed(std::string_view bytes, const std::function<void(const StreamMessage&)>& take) {
  for (const char c : bytes) {
    if (c == '\n') {
      end_line(take);
    } else if (c != '\r') {
      line_ += c;
    }
  }
}

void EventStreamReader::end_line(const std::function<void(const StreamMessage&)>& take) {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) {
    const StreamMessage message = std::exchange(message_, {});
    if (!message.data.empty()) take(message);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string::npos) return;
  const std::size_t value = line.find_first_not_of(' ', colon + 1);
  const std::string text = value == std::string::npos ? std::string() : line.substr(value);
  if (line.compare(0, colon, "event") == 0) message_.kind = text;
  if (line.compare(0, colon, "data") == 0) message_.data += (message_.data.empty() ? "" : "\n") + text;
}

bool LastShown::is_news(const std::string& id, const std::string& text) {
  auto found = newest_.find(id);
  if (found != newest_.end() && found->second == text) return false;
  if (found == newest_.end()) {
    const auto old = older_.find(id);
    const bool is_same = old != older_.end() && old->second == text;
    if (newest_.size() == things_max) older_ = std::exchange(newest_, {});
    newest_[id] = text;
    return !is_same;
  }
  found->second = text;
  return true;
}

}  // namespace pulter::tool
