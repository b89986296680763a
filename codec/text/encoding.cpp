#include "codec/text/encoding.h"

#include <algorithm>

namespace pulter::text {

namespace {

struct Label {
  std::string_view declared;
  Encoding encoding;
};

constexpr std::array labels = {
    Label{"utf-8", Encoding::utf8},
    Label{"utf8", Encoding::utf8},
    Label{"utf-16", Encoding::utf16le},
    Label{"utf-16le", Encoding::utf16le},
    Label{"utf-16be", Encoding::utf16be},
    Label{"utf-32", Encoding::utf32le},
    Label{"utf-32le", Encoding::utf32le},
    Label{"utf-32be", Encoding::utf32be},
    Label{"windows-1252", Encoding::windows1252},
    Label{"cp1252", Encoding::windows1252},
    Label{"iso-8859-1", Encoding::windows1252},
    Label{"latin1", Encoding::windows1252},
    Label{"latin-1", Encoding::windows1252},
    Label{"ascii", Encoding::windows1252},
    Label{"us-ascii", Encoding::windows1252},
};

bool same_ignoring_case(std::string_view a, std::string_view lower) noexcept {
  return std::ranges::equal(a, lower,
                            [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + ('a' - 'A') : x) == y; });
}

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
      break;
  }
  return "windows-1252";
}

std::optional<Encoding> encoding_by_name(std::string_view declared) noexcept {
  const auto at = std::ranges::find_if(
      labels, [declared](const Label& l) { return same_ignoring_case(declared, l.declared); });
  return at == labels.end() ? std::nullopt : std::optional(at->encoding);
}

bool is_known_encoding(std::string_view declared) noexcept {
  return encoding_by_name(declared).has_value();
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
