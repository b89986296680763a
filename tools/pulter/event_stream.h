#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pulter::tool {

/// One message of a stream of server-sent events (WHATWG HTML standard, section 9.2).
struct StreamMessage {
  std::string kind = "message";  ///< its `event` field
  std::string data;
};

/// Puts a stream, cut anywhere, back together into messages. Comments, `id` and `retry` are passed over.
class EventStreamReader {
 public:
  void feed(std::string_view bytes, const std::function<void(const StreamMessage&)>& take);

 private:
  void end_line(const std::function<void(const StreamMessage&)>& take);

  std::string line_;
  StreamMessage message_;
};

/// What was shown of each thing last. A stream tells that something changed and shows it as it is by then, so
/// two quick changes come as two messages that say the same.
class LastShown {
 public:
  /// Whether `text` about the thing `id` says anything that was not just said. Remembers the newest
  /// `things_max` at least.
  bool is_news(const std::string& id, const std::string& text);

  static constexpr std::size_t things_max = 4096;

 private:
  // Two generations, so that forgetting is cheap: a full one becomes the old one.
  std::unordered_map<std::string, std::string> newest_;
  std::unordered_map<std::string, std::string> older_;
};

}  // namespace pulter::tool
