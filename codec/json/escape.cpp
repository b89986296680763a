#include "codec/json/escape.h"

namespace pulter::json {
namespace {

constexpr Escape escape_of(unsigned char c) {
  switch (c) {
    case '"':
      return {{'\\', '"'}, 2};
    case '\\':
      return {{'\\', '\\'}, 2};
    case '\b':
      return {{'\\', 'b'}, 2};
    case '\f':
      return {{'\\', 'f'}, 2};
    case '\n':
      return {{'\\', 'n'}, 2};
    case '\r':
      return {{'\\', 'r'}, 2};
    case '\t':
      return {{'\\', 't'}, 2};
    default:
      break;
  }
  if (c >= 0x20) return {{}, 0};
  return {{'\\', 'u', '0', '0', c < 0x10 ? '0' : '1', "0123456789abcdef"[c & 15]}, 6};
}

#define PULTER_ESCAPES_4(n) escape_of(n), escape_of((n) + 1), escape_of((n) + 2), escape_of((n) + 3)
#define PULTER_ESCAPES_16(n) \
  PULTER_ESCAPES_4(n), PULTER_ESCAPES_4((n) + 4), PULTER_ESCAPES_4((n) + 8), PULTER_ESCAPES_4((n) + 12)
#define PULTER_ESCAPES_64(n) \
  PULTER_ESCAPES_16(n), PULTER_ESCAPES_16((n) + 16), PULTER_ESCAPES_16((n) + 32), PULTER_ESCAPES_16((n) + 48)

}  // namespace

constexpr Escape escapes[256] = {PULTER_ESCAPES_64(0), PULTER_ESCAPES_64(64), PULTER_ESCAPES_64(128),
                                 PULTER_ESCAPES_64(192)};

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const Escape& escape = escapes[static_cast<unsigned char>(c)];
    if (escape.size == 0) {
      out.push_back(c);
    } else {
      out.append(escape.text, escape.size);
    }
  }
}

}  // namespace pulter::json
