#include "codec/csv/utf8.h"

#include <algorithm>

#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

/// Bytes of a character that the kernels look back at.
constexpr std::uint64_t look_back_bytes = 3;

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Size that the character's first byte announces; 1 for what announces nothing.
std::size_t announced_size(char c) {
  const auto lead = static_cast<unsigned char>(c);
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

/// Size of the valid character at the start of `text`, 0 where there is none (RFC 3629, section 4).
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = announced_size(text[0]);
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text[i])) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : size;
}

}  // namespace

bool Utf8Check::check_to(std::uint64_t end, const HighMarks* high) {
  const std::uint64_t begin = checked_to_;
  if (!check_start(end)) return false;
  if (checked_to_ < end) {
    const bool marked = high != nullptr && checked_to_ == begin;
    if (marked && !active_kernel().utf8(file_.data() + begin, end - begin, high->of)) return false;
    if (!marked && !check_unmarked(end)) return false;
  }
  if (end == file_.size() && cut_at_end()) return false;
  checked_to_ = end;
  return true;
}

/// Looks at every block.
bool Utf8Check::check_unmarked(std::uint64_t end) const {
  HighMarks all;
  std::ranges::fill(all.of, std::uint8_t{0xff});
  for (std::uint64_t at = checked_to_; at < end; at += scan_chunk_bytes) {
    const std::uint64_t size = std::min<std::uint64_t>(scan_chunk_bytes, end - at);
    if (!active_kernel().utf8(file_.data() + at, size, all.of)) return false;
  }
  return true;
}

/// The kernels look back; the first characters of a file are looked at one by one.
bool Utf8Check::check_start(std::uint64_t end) {
  while (checked_to_ < look_back_bytes && checked_to_ < end) {
    const std::size_t size = character_size(file_.substr(checked_to_));
    if (size == 0) return false;
    checked_to_ += size;
  }
  return true;
}

bool Utf8Check::cut_at_end() const {
  for (std::size_t back = 1; back <= look_back_bytes && back <= file_.size(); ++back) {
    const char c = file_[file_.size() - back];
    if (!continues(c)) return announced_size(c) > back;
  }
  return false;
}

std::uint64_t Utf8Check::first_invalid() const {
  std::uint64_t at = checked_to_;
  // The character may have begun before.
  for (std::uint64_t back = 1; back <= look_back_bytes && back <= checked_to_; ++back) {
    const char c = file_[checked_to_ - back];
    if (continues(c)) continue;
    if (announced_size(c) > back) at = checked_to_ - back;
    break;
  }
  while (at < file_.size()) {
    const std::size_t size = character_size(file_.substr(at));
    if (size == 0) return at;
    at += size;
  }
  return at;
}

}  // namespace pulter::csv
