#include <simdjson.h>

#include <algorithm>

#include "codec/base/utf8.h"
#include "codec/text/encoding.h"

namespace pulter::text {

namespace {

// How many bytes at the end of `bytes` may be the beginning of a character: 0 to 3.
std::size_t open_tail(std::string_view bytes) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? back : 0;
  }
  return 0;
}

}  // namespace

// Called only when something in `bytes` is wrong: finds the first place by walking.
bool Utf8Check::fail_in(std::string_view bytes, std::uint64_t offset) noexcept {
  for (;;) {
    const std::size_t size = utf8_char_size(bytes);
    if (size == 0) break;
    bytes.remove_prefix(size);
    offset += size;
  }
  bad_offset_ = static_cast<std::int64_t>(offset);
  return false;
}

bool Utf8Check::feed(std::string_view bytes) noexcept {
  if (bad_offset_ >= 0) return false;
  // Completes the character that the last piece left open.
  while (carry_count_ > 0 && !bytes.empty()) {
    carry_[carry_count_++] = bytes.front();
    bytes.remove_prefix(1);
    ++offset_;
    const std::string_view carry(carry_.data(), carry_count_);
    if (utf8_char_size(carry) == carry.size()) {
      carry_count_ = 0;
    } else if (open_tail(carry) != carry.size()) {
      return fail_in(carry, offset_ - carry.size());
    }
  }
  const std::size_t tail = open_tail(bytes);
  const std::string_view whole = bytes.substr(0, bytes.size() - tail);
  if (!simdjson::validate_utf8(whole.data(), whole.size())) return fail_in(whole, offset_);
  std::copy_n(bytes.data() + whole.size(), tail, carry_.begin() + carry_count_);
  carry_count_ = static_cast<std::uint8_t>(carry_count_ + tail);
  offset_ += bytes.size();
  return true;
}

bool Utf8Check::finish() noexcept {
  if (bad_offset_ < 0 && carry_count_ > 0) bad_offset_ = static_cast<std::int64_t>(offset_ - carry_count_);
  return bad_offset_ < 0;
}

}  // namespace pulter::text
