#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "codec/base/utf8.h"
#include "codec/json/reader.h"
#include "codec/json/writer.h"

namespace pulter::json {
namespace {

std::string text_of(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(JsonWriter, Shapes) {
  std::string out = "prefix ";
  Writer w(out);
  w.begin_object().field("id", "imp_1").field("n", 3).field("size", std::uint64_t{18446744073709551615ULL});
  w.field("ok", true)
      .field_null("none")
      .field_raw("user", R"({"a":1})")
      .field("half", 0.5)
      .key("list")
      .begin_array();
  w.integer(-1).string("x").begin_object().end_object().begin_array().end_array().boolean(false).null();
  w.end_array().key("empty").begin_object().end_object().end_object();
  EXPECT_EQ(out,
            R"(prefix {"id":"imp_1","n":3,"size":18446744073709551615,"ok":true,"none":null,"user":{"a":1},)"
            R"("half":0.5,"list":[-1,"x",{},[],false,null],"empty":{}})");
}

TEST(JsonWriter, Numbers) {
  std::string out;
  Writer w(out);
  w.begin_array().integer(std::numeric_limits<std::int64_t>::min()).real(0.1).real(1e300).real(-0.0);
  w.real(std::numeric_limits<double>::infinity()).real(std::numeric_limits<double>::quiet_NaN()).end_array();
  EXPECT_EQ(out, "[-9223372036854775808,0.1,1e+300,-0,null,null]");
}

TEST(JsonWriter, Escapes) {
  EXPECT_EQ(text_of(""), "\"\"");
  EXPECT_EQ(text_of("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(text_of("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(text_of(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(text_of("é€😀"), "\"é€😀\"");
}

TEST(JsonWriter, InvalidUtf8IsReplaced) {
  EXPECT_EQ(text_of("a\xff"
                    "b"),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(text_of("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  for (const std::string_view bad : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                     "\xf8\x88\x80\x80\x80", "\xc3(", "\xe2\"\\"}) {
    EXPECT_TRUE(is_utf8(text_of(bad)));
  }
}

TEST(JsonWriter, EveryPairOfBytesReadsBack) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const auto parsed = parse("[" + text_of(text) + "]", 100);
      ASSERT_TRUE(parsed) << first << ' ' << second;
      if (is_utf8(text)) {
        ASSERT_EQ(parsed->items[0].text, text);
      }
    }
  }
}

}  // namespace
}  // namespace pulter::json
