#pragma once

#include <functional>
#include <string>
#include <string_view>

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

}  // namespace pulter::tool
