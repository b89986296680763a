#include "codec/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "codec/base/check.h"

namespace pulter::http {

namespace {

// Numbers as text, without allocation.
class Decimal {
 public:
  explicit Decimal(std::integral auto number) noexcept {
    const auto [end, error] = std::to_chars(text_.data(), text_.data() + text_.size(), number);
    PULTER_CHECK(error == std::errc{});
    size_ = static_cast<std::size_t>(end - text_.data());
  }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_{};
  std::size_t size_ = 0;
};

// The head as a list of pieces: both the size and the bytes are made from this one list.
template <class Take>
void for_each_piece(const RequestHead& head, Take take) noexcept {
  take("POST ");
  take(head.target);
  take(" HTTP/1.1\r\nHost: ");
  take(head.host);
  take("\r\nUser-Agent: ");
  take(head.user_agent);
  take("\r\nContent-Type: application/json\r\nContent-Length: ");
  take(Decimal(head.content_length).view());
  take("\r\nAccept: */*\r\nAccept-Encoding: identity\r\nwebhook-id: ");
  take(head.event_id);
  take("\r\nwebhook-timestamp: ");
  take(Decimal(head.timestamp).view());
  take("\r\nwebhook-signature: ");
  take(head.signature);
  take("\r\nPulter-Attempt: ");
  take(Decimal(head.attempt).view());
  for (const HeaderField& field : head.extra) {
    take("\r\n");
    take(field.name);
    take(": ");
    take(field.value);
  }
  take("\r\n\r\n");
}

bool is_clean(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_clean(const RequestHead& head) noexcept {
  return is_clean(head.target) && !head.target.contains(' ') && is_clean(head.host) &&
         is_clean(head.user_agent) && is_clean(head.event_id) && is_clean(head.signature) &&
         std::ranges::all_of(head.extra,
                             [](const HeaderField& f) { return is_clean(f.name) && is_clean(f.value); });
}

}  // namespace

std::size_t head_size(const RequestHead& head) noexcept {
  std::size_t size = 0;
  for_each_piece(head, [&size](std::string_view piece) { size += piece.size(); });
  return size;
}

std::size_t write_head_right_aligned(std::span<char> headroom, const RequestHead& head) noexcept {
  PULTER_CHECK(is_clean(head));
  const std::size_t size = head_size(head);
  PULTER_CHECK(size <= headroom.size() && size <= head_bytes_max);
  char* to = headroom.data() + (headroom.size() - size);
  for_each_piece(head, [&to](std::string_view piece) {
    if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  });
  return size;
}

}  // namespace pulter::http
