#include <gtest/gtest.h>

#include <string>

#include "codec/json/reader.h"

namespace pulter::json {
namespace {

// Reads and writes again; "!code" for an error.
std::string again(std::string_view text) {
  const auto value = parse(text, 1 << 20);
  return value ? to_text(*value) : "!" + std::string(name(value.error().code));
}

std::string minified(std::string_view text) {
  const auto compact = minify_object(text, 1 << 20);
  return compact ? *compact : "!" + std::string(name(compact.error().code));
}

TEST(JsonReader, KeepsOrderAndNumbers) {
  for (const std::string_view text :
       {R"({})", R"([])", R"({"b":1,"a":2,"b":3})",
        R"([0,-0,1.50,1e5,1E+5,-1.0e-10,12345678901234567890123])",
        R"({"a":{"b":[{"c":null},true,false,"x"]}})", R"(["é","\u0000","\"\\"])", R"({"":""})"}) {
    EXPECT_EQ(again(text), text);
  }
  EXPECT_EQ(again(" { \"a\" :\t[ 1 ,\r\n2 ] } "), R"({"a":[1,2]})");
  EXPECT_EQ(again(R"(["\u00e9\ud83d\ude00\/"])"), "[\"é😀/\"]");
}

TEST(JsonReader, RefusesWhatIsNotJson) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[1",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "[,1]",
                                      "[1 2]",
                                      "[01]",
                                      "[1.]",
                                      "[.5]",
                                      "[+1]",
                                      "[1e]",
                                      "[-]",
                                      "[0x1]",
                                      "[NaN]",
                                      "[Infinity]",
                                      "[tru]",
                                      "[truex]",
                                      "[nul]",
                                      "[nullx]",
                                      "[True]",
                                      "[\"\\x\"]",
                                      "[\"\\u12\"]",
                                      "[\"\\ud800\"]",
                                      "[\"\\udc00x\"]",
                                      "[\"\n\"]",
                                      "[\"\t\"]",
                                      "[\"\xff\"]",
                                      "[\"a]",
                                      "{} {}",
                                      "[] x",
                                      "[]]",
                                      "1",
                                      "\"x\"",
                                      "null",
                                      "true",
                                      "[1]/**/",
                                      "{\"a\":1 \"b\":2}",
                                      "[\"\xed\xa0\x80\"]",
                                      "\xef\xbb\xbf{}",
                                      "[1e5x]",
                                      "[1-2]",
                                      "[--1]",
                                      "{\"a\":1}}",
                                      "[\"a\" \"b\"]",
                                      "{\"a\" 1}",
                                      "{1:2}",
                                      "[{]}"}) {
    EXPECT_EQ(again(text), "!bad_json") << text;
  }
  EXPECT_EQ(again(std::string_view("[\0]", 3)), "!bad_json");
}

TEST(JsonReader, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(again(nested(depth_max)), nested(depth_max));
  EXPECT_EQ(again(nested(depth_max + 1)), "!bad_json");
  EXPECT_EQ(again(nested(100'000)), "!bad_json");
  EXPECT_EQ(again(std::string(500'000, '[')), "!bad_json");
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(again(objects), "!bad_json");
}

TEST(JsonReader, SizeIsBounded) {
  EXPECT_EQ(parse("[1]", 2).error().code, ErrorCode::payload_too_large);
  EXPECT_TRUE(parse("[1]", 3));
}

TEST(JsonReader, ErrorsSayWhere) {
  const auto broken = parse(R"({"a":1,"b":tru})", 100);
  EXPECT_GE(broken.error().at, 10);
  EXPECT_LE(broken.error().at, 15);
  EXPECT_NE(broken.error().detail.find("near byte"), std::string::npos);
}

TEST(JsonReader, EveryPrefixIsRefused) {
  const std::string text = R"({"id":"u1","list":[1,-2.5e3,true,null,{"x":"\u00e9\n"}],"empty":{}})";
  EXPECT_EQ(again(text), "{\"id\":\"u1\",\"list\":[1,-2.5e3,true,null,{\"x\":\"é\\n\"}],\"empty\":{}}");
  for (std::size_t size = 0; size < text.size(); ++size) {
    ASSERT_EQ(again(text.substr(0, size)), "!bad_json") << size;
  }
}

TEST(MinifyObject, OnlyWhiteSpaceGoes) {
  EXPECT_EQ(minified(" { \"b\" : 1.50 , \"a b\" : \" x \\u00e9 \" , \"b\" : [ 1 , 2 ] }\n"),
            R"({"b":1.50,"a b":" x \u00e9 ","b":[1,2]})");
  EXPECT_EQ(minified("{}"), "{}");
  EXPECT_EQ(minified(R"({"n":12345678901234567890.000})"), R"({"n":12345678901234567890.000})");
}

TEST(MinifyObject, RefusesOthers) {
  EXPECT_EQ(minified("[]"), "!bad_value");
  EXPECT_EQ(minified("\"x\""), "!bad_json");
  EXPECT_EQ(minified("{\"a\":1"), "!bad_json");
  EXPECT_EQ(minified("{} x"), "!bad_json");
  EXPECT_EQ(minify_object("{\"a\":1}", 3).error().code, ErrorCode::payload_too_large);
}

}  // namespace
}  // namespace pulter::json
