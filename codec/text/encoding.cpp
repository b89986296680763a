#include "codec/text/encoding.h"

namespace pulter::text {

namespace {

struct Mark {
  std::string_view bytes;
  Encoding encoding;
};

// UTF-32's little-endian mark begins with UTF-16's, so it is asked first.
constexpr std::array marks = {
    Mark{std::string_view("\xff\xfe\0\0", 4), Encoding::utf32le},
    Mark{std::string_view("\0\0\xfe\xff", 4), Encoding::utf32be},
    Mark{"\xef\xbb\xbf", Encoding::utf8},
    Mark{"\xff\xfe", Encoding::utf16le},
    Mark{"\xfe\xff", Encoding::utf16be},
};

}  // namespace

std::string_view name(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::utf8:
      return "utf-8";
    case Encoding::utf16le:
      return "utf-16le";
    case Encoding::utf16be:
      return "utf-16be";
    case Encoding::utf32le:
      return "utf-32le";
    case Encoding::utf32be:
      return "utf-32be";
    case Encoding::windows1252:
      return "windows-1252";
    case Encoding::by_iconv:
      break;
  }
  return "";
}

std::optional<ByteOrderMark> find_byte_order_mark(std::string_view head) noexcept {
  for (const Mark& mark : marks) {
    if (head.starts_with(mark.bytes)) return ByteOrderMark{mark.encoding, mark.bytes.size()};
  }
  return std::nullopt;
}

void EncodingDetector::feed(std::string_view bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size() && head_count_ < head_.size(); ++i)
    head_[head_count_++] = bytes[i];
  check_.feed(bytes);
}

EncodingDetector::Found EncodingDetector::finish() noexcept {
  check_.finish();
  Found found;
  found.bad_utf8_offset = check_.bad_offset();
  if (const auto mark = find_byte_order_mark({head_.data(), head_count_})) {
    found.encoding = mark->encoding;
    found.bom_bytes = mark->bytes;
  } else if (found.bad_utf8_offset >= 0) {
    found.encoding = Encoding::windows1252;
  }
  return found;
}

}  // namespace pulter::text
