#include "codec/text/encoding.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::text {
namespace {

using namespace std::string_view_literals;

TEST(Encoding, NamesInAnyCase) {
  const auto found = [](std::string_view declared) {
    const auto encoding = find_encoding(declared);
    return encoding ? encoding->encoding : Encoding::by_iconv;
  };
  EXPECT_EQ(found("UTF-8"), Encoding::utf8);
  EXPECT_EQ(found("utf8"), Encoding::utf8);
  EXPECT_EQ(found("UTF-16"), Encoding::utf16le);
  EXPECT_EQ(found("utf-16BE"), Encoding::utf16be);
  EXPECT_EQ(found("Windows-1252"), Encoding::windows1252);
  EXPECT_EQ(found("ISO-8859-1"), Encoding::windows1252);
  EXPECT_EQ(found("Latin1"), Encoding::windows1252);
  EXPECT_EQ(found("ASCII"), Encoding::windows1252);
  for (const std::string_view other : {"", "-", "utf-7", "utf-8 ", "utf", "windows-1259", "iso-8859-12"}) {
    EXPECT_FALSE(find_encoding(other)) << other;
  }
  for (const Encoding e : {Encoding::utf8, Encoding::utf16le, Encoding::utf16be, Encoding::utf32le,
                           Encoding::utf32be, Encoding::windows1252}) {
    EXPECT_EQ(found(name(e)), e);
    EXPECT_EQ(find_encoding(name(e))->name, name(e));
  }
}

TEST(Encoding, NamesOfOthers) {
  EXPECT_EQ(find_encoding("ISO-8859-15")->iconv_name, "ISO-8859-15");
  EXPECT_EQ(find_encoding("iso8859_15")->name, "iso-8859-15");
  EXPECT_EQ(find_encoding("SJIS")->name, "shift_jis");
  EXPECT_EQ(find_encoding("gb2312")->name, "gb18030");
  EXPECT_EQ(find_encoding("windows-1251")->encoding, Encoding::by_iconv);
  EXPECT_EQ(find_encoding("MS-CYRL")->name, "windows-1251");
  EXPECT_EQ(find_encoding("MS-ANSI")->name, "windows-1252");
  EXPECT_EQ(find_encoding("IBM737")->name, "cp737");
}

EncodingDetector::Found detect(std::string_view file, std::size_t step = 1'000) {
  EncodingDetector detector;
  for (std::size_t at = 0; at < file.size(); at += step) detector.feed(file.substr(at, step));
  return detector.finish();
}

TEST(EncodingDetector, MarksDecide) {
  for (const auto& [file, encoding, bytes] :
       std::initializer_list<std::tuple<std::string_view, Encoding, std::size_t>>{
           {"\xef\xbb\xbf"
            "a,b",
            Encoding::utf8, 3},
           {"\xff\xfe"
            "a\0"sv,
            Encoding::utf16le, 2},
           {"\xfe\xff\0a"sv, Encoding::utf16be, 2},
           {"\xff\xfe\0\0a\0\0\0"sv, Encoding::utf32le, 4},
           {"\0\0\xfe\xff\0\0\0a"sv, Encoding::utf32be, 4},
           {"\xff\xfe"sv, Encoding::utf16le, 2}}) {
    for (const std::size_t step : {1UL, 2UL, 3UL, 100UL}) {
      EXPECT_EQ(detect(file, step).encoding, encoding);
      EXPECT_EQ(detect(file, step).bom_bytes, bytes);
    }
  }
}

TEST(EncodingDetector, ValidUtf8ElseWindows1252) {
  EXPECT_EQ(detect("").encoding, Encoding::utf8);
  EXPECT_EQ(detect("plain").encoding, Encoding::utf8);
  EXPECT_EQ(detect("é€😀").encoding, Encoding::utf8);
  EXPECT_EQ(detect("caf\xe9,1").encoding, Encoding::windows1252);
  EXPECT_EQ(detect("caf\xe9,1").bad_utf8_offset, 3);
  EXPECT_EQ(detect("caf\xe9").encoding, Encoding::windows1252);
  EXPECT_EQ(detect("\xef\xbb").encoding, Encoding::windows1252);
  EXPECT_EQ(detect(std::string(100'000, 'x') + "\x80", 4096).bad_utf8_offset, 100'000);
}

TEST(EncodingDetector, DamagedUtf8WithAMarkIsReported) {
  const auto found = detect(
      "\xef\xbb\xbf"
      "caf\xe9,1");
  EXPECT_EQ(found.encoding, Encoding::utf8);
  EXPECT_EQ(found.bad_utf8_offset, 6);
}

}  // namespace
}  // namespace pulter::text
