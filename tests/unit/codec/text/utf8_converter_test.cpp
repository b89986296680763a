#include <gtest/gtest.h>

#include <random>
#include <string>

#include "codec/base/utf8.h"
#include "codec/text/encoding.h"

namespace pulter::text {
namespace {

using namespace std::string_view_literals;

// The converted text, or "!offset".
std::string converted(Encoding from, std::string_view bytes, std::size_t step) {
  Utf8Converter converter(from);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto fed = converter.feed(bytes.substr(at, step), out);
    if (!fed) return "!" + std::to_string(fed.error().at);
  }
  const auto end = converter.finish(out);
  return end ? out : "!" + std::to_string(end.error().at);
}

std::string converted(Encoding from, std::string_view bytes) {
  const std::string whole = converted(from, bytes, bytes.size() + 1);
  for (std::size_t step = 1; step < 9; ++step)
    EXPECT_EQ(converted(from, bytes, step), whole) << "step " << step;
  return whole;
}

TEST(Utf8Converter, Utf8) {
  EXPECT_EQ(converted(Encoding::utf8, ""), "");
  EXPECT_EQ(converted(Encoding::utf8, "é,€,😀\n"), "é,€,😀\n");
  EXPECT_EQ(converted(Encoding::utf8,
                      "\xef\xbb\xbf"
                      "a"),
            "a");
  EXPECT_EQ(converted(Encoding::utf8,
                      "\xef\xbb\xbf\xef\xbb\xbf"
                      "a"),
            "\xef\xbb\xbf"
            "a");
  EXPECT_EQ(converted(Encoding::utf8, "\xef\xbb\xbe"), "\xef\xbb\xbe");
  EXPECT_EQ(converted(Encoding::utf8, "\xef\xbc\x90"), "\xef\xbc\x90");
  EXPECT_EQ(converted(Encoding::utf8, "a\xef\xbb\xbf"), "a\xef\xbb\xbf");
  EXPECT_EQ(converted(Encoding::utf8, "\0a"sv), "\0a"sv);
  EXPECT_EQ(converted(Encoding::utf8, "ab\xff"), "!2");
  EXPECT_EQ(converted(Encoding::utf8, "ab\xe2\x82"), "!2");
  EXPECT_EQ(converted(Encoding::utf8, "\xef\xbb"), "!0");
  EXPECT_EQ(converted(Encoding::utf8, "\xed\xa0\x80"), "!0");
}

TEST(Utf8Converter, Utf16) {
  EXPECT_EQ(converted(Encoding::utf16le,
                      "\xff\xfe"
                      "a\0,\0\xe9\0\xac\x20"sv),
            "a,é€");
  EXPECT_EQ(converted(Encoding::utf16be, "\xfe\xff\0a\0,\0\xe9\x20\xac"sv), "a,é€");
  EXPECT_EQ(converted(Encoding::utf16le, "\x3d\xd8\x00\xde"sv), "😀");
  EXPECT_EQ(converted(Encoding::utf16be, "\xd8\x3d\xde\x00"sv), "😀");
  EXPECT_EQ(converted(Encoding::utf16be, "\xdb\xff\xdf\xff"sv), "\xf4\x8f\xbf\xbf");
  EXPECT_EQ(converted(Encoding::utf16be, "\0a\xfe\xff"sv), "a\xef\xbb\xbf");
  EXPECT_EQ(converted(Encoding::utf16be, "\xff\xfe"sv), "\xef\xbf\xbe");
  EXPECT_EQ(converted(Encoding::utf16le, ""), "");
}

TEST(Utf8Converter, Utf16Broken) {
  EXPECT_EQ(converted(Encoding::utf16le, "a\0b"sv), "!2");
  EXPECT_EQ(converted(Encoding::utf16le, "\xff"sv), "!0");
  EXPECT_EQ(converted(Encoding::utf16be, "\0a\xd8\x3d"sv), "!2");
  EXPECT_EQ(converted(Encoding::utf16be, "\0a\xd8\x3d\0b"sv), "!2");
  EXPECT_EQ(converted(Encoding::utf16be, "\0a\xde\x00\0b"sv), "!2");
  EXPECT_EQ(converted(Encoding::utf16be, "\xd8\x3d\xd8\x3d\xde\x00"sv), "!0");
  EXPECT_EQ(converted(Encoding::utf16be, "\xd8\x3d\xde"sv), "!0");
}

TEST(Utf8Converter, Utf32) {
  EXPECT_EQ(converted(Encoding::utf32le, "\xff\xfe\0\0a\0\0\0\x00\xf6\x01\0"sv), "a😀");
  EXPECT_EQ(converted(Encoding::utf32be, "\0\0\xfe\xff\0\0\0a\0\x01\xf6\0"sv), "a😀");
  EXPECT_EQ(converted(Encoding::utf32be, "\0\0\0a\0\x11\0\0"sv), "!4");
  EXPECT_EQ(converted(Encoding::utf32be, "\0\0\0a\0\0\xd8\0"sv), "!4");
  EXPECT_EQ(converted(Encoding::utf32be, "\xff\xff\xff\xff"sv), "!0");
  EXPECT_EQ(converted(Encoding::utf32be, "\0\0\0a\0\0"sv), "!4");
}

TEST(Utf8Converter, Windows1252TakesEveryByte) {
  EXPECT_EQ(converted(Encoding::windows1252, "caf\xe9 \x80 \x93x\x94 \xff"), "café € “x” ÿ");
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const std::string text = converted(Encoding::windows1252, all);
  EXPECT_TRUE(is_utf8(text));
  std::size_t characters = 0;
  for (std::string_view rest = text; !rest.empty(); ++characters) rest.remove_prefix(utf8_char_size(rest));
  EXPECT_EQ(characters, 256U);
  for (const std::string_view c1 : {"\xc2\x81", "\xc2\x8d", "\xc2\x8f", "\xc2\x90", "\xc2\x9d"})
    EXPECT_TRUE(text.contains(c1));
}

TEST(Utf8Converter, OutputIsBounded) {
  for (const Encoding from :
       {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::utf32le, Encoding::windows1252}) {
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
      std::string bytes;
      for (std::size_t i = 0; i < 1 + random() % 40; ++i) bytes.push_back(static_cast<char>(random()));
      Utf8Converter converter(from);
      std::string out;
      const bool good = converter.feed(bytes, out).has_value();
      EXPECT_LE(out.size(), 3 * bytes.size() + 4);
      EXPECT_TRUE(!good || from == Encoding::utf8 || is_utf8(out));
    }
  }
}

}  // namespace
}  // namespace pulter::text
