// Declared encodings: golden text of each, cut everywhere; what is none of it is an error with its place.

#include "io/text/iconv_decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pulter::io {
namespace {

using namespace std::string_literals;

/// The text, or "!offset: sentence".
std::string decoded(std::string_view label, std::string_view bytes, std::size_t step) {
  const auto encoding = text::find_encoding(label);
  if (!encoding) return "unknown";
  auto decoder = open_decoder(*encoding);
  if (!decoder) return decoder.error().detail;
  const auto problem = [](const Error& error) {
    return "!" + std::to_string(error.at) + ": " + error.detail;
  };
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const Result<> fed = (*decoder)->feed(bytes.substr(at, step), out);
    if (!fed) return problem(fed.error());
  }
  const Result<> end = (*decoder)->finish(out);
  return end ? out : problem(end.error());
}

std::string decoded(std::string_view label, std::string_view bytes) {
  const std::string whole = decoded(label, bytes, bytes.size() + 1);
  for (std::size_t step = 1; step < 9; ++step) EXPECT_EQ(decoded(label, bytes, step), whole) << label << step;
  return whole;
}

// Expected text after the index tables of https://encoding.spec.whatwg.org and Python's codecs.
TEST(IconvDecoder, GoldenText) {
  const struct {
    std::string_view label;
    std::string bytes;
    std::string_view text;
  } cases[] = {
      {"iso-8859-15", "\xa4;caf\xe9\n", "€;café\n"},
      {"ISO_8859-2", "\xb1\xe6", "ąć"},
      {"iso-8859-7", "\xc1\xe8\xde\xed\xe1", "Αθήνα"},
      {"iso-8859-9", "\xdd\x80", "İ€"},
      {"windows-1250", "\x9elu\x9dou\xe8k\xfd", "žluťoučký"},
      {"cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
      {"windows-1253", "\xc1\xe8\xde\xed\xe1", "Αθήνα"},
      {"windows-1256", "\xe3\xd1\xcd\xc8\xc7", "مرحبا"},
      {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
      {"KOI8-U", "\xf0\xd2\xc9\xd7\xa6\xd4", "Привіт"},
      {"macintosh", "caf\x8e", "café"},
      {"cp437", "caf\x82", "café"},
      {"cp850", "\x9d", "Ø"},
      {"cp737", "\x80\x9f\xe3\xa4\x98", "Αθήνα"},
      {"cp775", "\xd8\xd0sis", "žąsis"},
      {"cp855", "\xdd\xe1\xb7\xeb\xa8\xe5", "Привет"},
      {"cp857", "\x8d\x9f\x8dk", "ışık"},
      {"cp860", "a\x87\x84o", "ação"},
      {"cp861", "\x95\x91\x8c", "þæð"},
      {"cp862", "\x99\x8c\x85\x8d", "שלום"},
      {"cp863", "f\x82vrier", "février"},
      {"cp865",
       "bl\x86"
       "b\x91r",
       "blåbær"},
      {"cp869", "\xa4\xe2\x9e\xe7\xd6", "Αθήνα"},
      {"ibm866", "\x8f\xe0\xa8\xa2\xa5\xe2", "Привет"},
      {"tis-620", "\xca\xc7\xd1\xca\xb4\xd5", "สวัสดี"},
      // The second bytes of these are a backslash and a vertical line.
      {"Shift_JIS", "\x95\x5c,\x83\x7c\n\x5c~", "表,ポ\n\\~"},
      {"sjis", "\x87\x40\xb1", "①ｱ"},
      {"cp932", "\xfb\xfc", "髙"},
      {"euc-jp", "\xc6\xfc\xcb\xdc,\x8e\xb1", "日本,ｱ"},
      {"iso-2022-jp", "a\x1b$BF|K\\\x1b(B,b", "a日本,b"},
      {"gb18030", "\xd6\xd0,\x94\x39\xfc\x36", "中,😀"},
      {"gbk", "\xd6\xd0\x81\x40", "中丂"},
      {"GB2312", "\xd6\xd0", "中"},
      {"big5", "\xa5\x5c,\xa4\xa4", "功,中"},
      {"euc-kr", "\xc7\xd1\xb1\xdb", "한글"},
      {"ks_c_5601", "\xc7\xd1\x81\x41", "한갂"},
      // A letter is held back until it is known that no accent follows.
      {"windows-1258", "Vi\xea\xf2t", "Việt"},
      {"windows-1258", "a", "a"},
      {"utf-16le", "\xe9\0,\0"s, "é,"},
      {"latin1", "\x80", "€"},
  };
  for (const auto& each : cases) EXPECT_EQ(decoded(each.label, each.bytes), each.text) << each.label;
}

TEST(IconvDecoder, WhatIsNotOfTheEncodingIsNamed) {
  EXPECT_EQ(
      decoded("shift_jis", "a,b\n1,\x95\n"),
      "!6: The file is not shift_jis: no valid character at byte 6, on line 2. Declare its real encoding "
      "with \"encoding\".");
  EXPECT_TRUE(decoded("gb18030", "a\r1\r2,\xff")
                  .starts_with("!6: The file is not gb18030: no valid character at "
                               "byte 6, on line 3."));
  EXPECT_TRUE(decoded("gb18030", "a\n\x94\x39\xfc").starts_with("!2: "));
  EXPECT_TRUE(
      decoded("euc-kr", "ab\xc7").starts_with("!2: The file is not euc-kr: a character cut off by the end"));
  EXPECT_TRUE(decoded("iso-8859-7", "a\xd2").starts_with("!1: "));
  EXPECT_TRUE(decoded("windows-1255", "a\nb\xff").starts_with("!3: "));
}

TEST(IconvDecoder, OnlyListedNamesReachTheLibrary) {
  for (const std::string_view name :
       {"", "utf-7", "UTF-8//IGNORE", "iso-8859-15//TRANSLIT", "../../tmp/evil", "ISO-2022-CN-EXT", "IBM1390",
        "iso-8859-99", "char", "utf-8 ", "INTERNAL"})
    EXPECT_FALSE(text::find_encoding(name)) << name;
  EXPECT_FALSE(text::find_encoding(std::string(10'000, '-')));
}

TEST(IconvDecoder, EveryByteBecomesTextOrAnError) {
  std::mt19937_64 random(11);
  for (const std::string_view label : {"windows-1250", "windows-1258", "windows-1255", "shift_jis", "euc-jp",
                                       "iso-2022-jp", "gb18030", "big5", "euc-kr", "koi8-r", "cp437"}) {
    for (int round = 0; round < 300; ++round) {
      std::string bytes;
      for (std::uint64_t i = random() % 12; i > 0; --i) {
        constexpr std::string_view usual("a,\n\x1b$B(J\x81\x40\xa4\xb0\xe9\xf2\xfe", 15);
        bytes += usual[random() % usual.size()];
      }
      const std::string whole = decoded(label, bytes);
      // A shift alone is no text.
      const bool may_be_empty = label == "iso-2022-jp";
      EXPECT_TRUE(may_be_empty || whole.empty() == bytes.empty()) << label;
    }
  }
}

TEST(IconvDecoder, LongPiecesAreTakenWhole) {
  std::string bytes;
  std::string text;
  for (int i = 0; i < 200'000; ++i) {
    bytes += "\xb1\xb2\xb3,";
    text += "ｱｲｳ,";
  }
  EXPECT_EQ(decoded("shift_jis", bytes, 1 << 20), text);
  EXPECT_EQ(decoded("shift_jis", bytes, 65'537), text);
}

}  // namespace
}  // namespace pulter::io
