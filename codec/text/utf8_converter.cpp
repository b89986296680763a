#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/text/encoding.h"

namespace pulter::text {

namespace {

// 0x80 to 0x9f of Windows-1252 (https://encoding.spec.whatwg.org/index-windows-1252.txt); all other bytes are
// the code points of the same number.
constexpr std::array<char16_t, 32> windows1252_upper = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

void append_code_point(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | (c >> 6));
    byte(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    byte(0xe0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  } else {
    byte(0xf0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3f));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  }
}

// Number of ASCII bytes at the front of `text`, eight at a time.
std::size_t ascii_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & high_bits) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

char32_t unit16(const char* at, bool big_endian) noexcept {
  const auto first = static_cast<unsigned char>(at[0]);
  const auto second = static_cast<unsigned char>(at[1]);
  return big_endian ? static_cast<char32_t>(first << 8 | second) : static_cast<char32_t>(second << 8 | first);
}

char32_t unit32(const char* at, bool big_endian) noexcept {
  const char32_t first = unit16(at, big_endian);
  const char32_t second = unit16(at + 2, big_endian);
  return big_endian ? first << 16 | second : second << 16 | first;
}

}  // namespace

Result<> Utf8Converter::convert(std::string_view bytes, std::string& out) {
  switch (from_) {
    case Encoding::utf8:
      return feed_utf8(bytes, out);
    case Encoding::utf16le:
    case Encoding::utf16be:
      return feed_utf16(bytes, out);
    case Encoding::utf32le:
    case Encoding::utf32be:
      return feed_utf32(bytes, out);
    case Encoding::windows1252:
    case Encoding::by_iconv:
      break;
  }
  feed_windows1252(bytes, out);
  return {};
}

// Bytes pass through as they are; only a mark at the very start, which may come in pieces, is held back.
Result<> Utf8Converter::feed_utf8(std::string_view bytes, std::string& out) {
  if (!check_.feed(bytes)) {
    return invalid(static_cast<std::uint64_t>(check_.bad_offset()), "no valid character");
  }
  while (!started_ && !bytes.empty()) {
    carry_[carry_count_++] = bytes.front();
    bytes.remove_prefix(1);
    const std::string_view head(carry_.data(), carry_count_);
    started_ = head == utf8_mark || !utf8_mark.starts_with(head);
    if (started_ && head != utf8_mark) out.append(head);
  }
  out.append(bytes);
  return {};
}

Result<> Utf8Converter::feed_utf16(std::string_view bytes, std::string& out) {
  const bool big_endian = from_ == Encoding::utf16be;
  std::array<char, 2> joined;
  while (!bytes.empty()) {
    const char* unit_bytes = bytes.data();
    std::size_t taken = 2;
    if (carry_count_ == 1) {
      joined = {carry_[0], bytes.front()};
      unit_bytes = joined.data();
      taken = 1;
      carry_count_ = 0;
    } else if (bytes.size() == 1) {
      carry_[0] = bytes.front();
      carry_count_ = 1;
      return {};
    }
    const char32_t unit = unit16(unit_bytes, big_endian);
    bytes.remove_prefix(taken);
    const std::uint64_t at = offset_;
    offset_ += 2;
    const bool first = !std::exchange(started_, true);
    if (first && unit == 0xfeff) continue;
    const bool low = unit >= 0xdc00 && unit <= 0xdfff;
    if (low != (high_surrogate_ != 0)) {
      return invalid(low ? at : at - 2, "half of a surrogate pair");
    }
    if (low) {
      append_code_point(out,
                        0x10000 + ((std::exchange(high_surrogate_, 0) - 0xd800) << 10) + (unit - 0xdc00));
    } else if (unit >= 0xd800 && unit <= 0xdbff) {
      high_surrogate_ = unit;
    } else {
      append_code_point(out, unit);
    }
  }
  return {};
}

Result<> Utf8Converter::feed_utf32(std::string_view bytes, std::string& out) {
  const bool big_endian = from_ == Encoding::utf32be;
  for (const char c : bytes) {
    carry_[carry_count_++] = c;
    if (carry_count_ < 4) continue;
    carry_count_ = 0;
    const char32_t code_point = unit32(carry_.data(), big_endian);
    const std::uint64_t at = offset_;
    offset_ += 4;
    const bool first = !std::exchange(started_, true);
    if (first && code_point == 0xfeff) continue;
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (surrogate || code_point > 0x10ffff) return invalid(at, "no valid code point");
    append_code_point(out, code_point);
  }
  return {};
}

void Utf8Converter::feed_windows1252(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    const std::size_t plain = ascii_prefix(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    while (!bytes.empty() && static_cast<unsigned char>(bytes.front()) >= 0x80) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      append_code_point(out, byte < 0xa0 ? windows1252_upper[byte - 0x80U] : byte);
      bytes.remove_prefix(1);
    }
  }
}

Result<> Utf8Converter::end(std::string&) {
  if (from_ == Encoding::utf8) {
    // What was held back of a mark is the beginning of a character, so it cannot be left over silently.
    if (!check_.finish()) {
      return invalid(static_cast<std::uint64_t>(check_.bad_offset()),
                     "a character cut off by the end of the file");
    }
    return {};
  }
  if (high_surrogate_ != 0) return invalid(offset_ - 2, "half of a surrogate pair");
  if (carry_count_ != 0) return invalid(offset_, "a character cut off by the end of the file");
  return {};
}

}  // namespace pulter::text
