// Bytes in some encoding, cut anywhere: found and converted the same way, never to invalid UTF-8, never with
// a byte lost.
#include "codec/text/encoding.h"

#include <array>
#include <string>

#include "codec/base/utf8.h"
#include "tests/fuzz/target.h"

namespace pulter::fuzz {
namespace {

struct Converted {
  bool good = true;
  std::string text;
};

Converted convert(std::string_view bytes, std::string_view pattern, text::Encoding from) {
  text::Utf8Converter converter(from);
  Converted result;
  for (const std::string_view piece : pieces(bytes, pattern)) {
    const std::size_t before = result.text.size();
    result.good = result.good && converter.feed(piece, result.text).has_value();
    require(result.text.size() - before <= piece.size() * 3 + 4, "the output is bounded by the input");
    if (!result.good) return result;
  }
  result.good = converter.finish(result.text).has_value();
  return result;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace
}  // namespace pulter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pulter;
  using text::Encoding;
  fuzz::Input input(data, size);
  constexpr std::array<Encoding, 6> encodings = {Encoding::utf8,    Encoding::utf16le, Encoding::utf16be,
                                                 Encoding::utf32le, Encoding::utf32be, Encoding::windows1252};
  const Encoding from = encodings[input.byte() % encodings.size()];
  const std::string_view pattern = input.take(1U + input.byte() % 8U);
  const std::string_view bytes = input.rest();

  text::EncodingDetector whole;
  whole.feed(bytes);
  text::EncodingDetector cut;
  for (const std::string_view piece : fuzz::pieces(bytes, pattern)) cut.feed(piece);
  const auto found = whole.finish();
  const auto found_cut = cut.finish();
  fuzz::require(found.encoding == found_cut.encoding && found.bom_bytes == found_cut.bom_bytes &&
                    found.bad_utf8_offset == found_cut.bad_utf8_offset,
                "every cut finds the same encoding");
  const bool has_mark = text::find_byte_order_mark(bytes.substr(0, 4)).has_value();
  if (!has_mark) {
    fuzz::require((found.encoding == Encoding::utf8) == is_utf8(bytes), "UTF-8 is taken for what it is");
  }

  const fuzz::Converted converted = fuzz::convert(bytes, {}, from);
  const fuzz::Converted converted_cut = fuzz::convert(bytes, pattern, from);
  fuzz::require(converted.good == converted_cut.good, "every cut converts, or none does");
  if (!converted.good) return 0;
  fuzz::require(converted.text == converted_cut.text, "every cut converts the same way");
  fuzz::require(is_utf8(converted.text), "what was converted is UTF-8");
  const std::size_t count = fuzz::characters(converted.text);
  if (from == Encoding::windows1252) fuzz::require(count == bytes.size(), "a byte is a character");
  if (from == Encoding::utf32le || from == Encoding::utf32be) {
    fuzz::require(bytes.size() / 4 - count <= 1, "four bytes are a character, or the mark");
  }
  if (from == Encoding::utf8) fuzz::require(bytes.ends_with(converted.text), "UTF-8 stays as it is");
  return 0;
}
