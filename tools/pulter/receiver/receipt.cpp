#include "tools/pulter/receiver/receipt.h"

#include <charconv>

namespace pulter::tool {
namespace {

/// Takes expected pieces off the front of a text; the first that is missing makes everything fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void expect(std::string_view piece) {
    if (text_.substr(at_, piece.size()) != piece) {
      failed_ = true;
      return;
    }
    at_ += piece.size();
  }
  /// Up to the closing quote; ids and event names have nothing to escape.
  std::string string() {
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) {
      failed_ = true;
      return {};
    }
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    failed_ = failed_ || error != std::errc();
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<BodyHead> read_body_head(std::string_view body) {
  Reader reader(body);
  BodyHead head;
  reader.expect("{\"id\":\"");
  head.import_id = reader.string();
  reader.expect(",\"templateId\":\"");
  head.template_id = reader.string();
  reader.expect(",\"index\":");
  head.index = reader.number();
  reader.expect(",\"count\":");
  head.count = reader.number();
  reader.expect(",\"totalRows\":");
  head.total_rows = reader.number();
  reader.expect(",\"event_name\":\"");
  head.event_name = reader.string();
  reader.expect(",\"data\":[");
  head.data_begin = reader.at();
  if (reader.failed()) return std::nullopt;
  return head;
}

}  // namespace pulter::tool
