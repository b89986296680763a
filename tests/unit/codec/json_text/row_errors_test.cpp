#include <gtest/gtest.h>

#include <string>

#include "codec/json/reader.h"

namespace pulter::json {
namespace {

std::string said(std::string_view body) {
  std::string out;
  for (const RowError& e : read_row_errors(body).errors) {
    out += "[" + e.row_id + "|" + std::to_string(e.row) + "|" + e.field + "|" + e.message + "]";
  }
  return out;
}

TEST(RowErrors, BothSpellings) {
  EXPECT_EQ(
      said(R"({"errors":[{"__index":"ee6add27","field":"age","message":"too old"},{"row":7,"msg":"no"}]})"),
      "[ee6add27|0|age|too old][|7||no]");
  EXPECT_EQ(
      said(R"({"ok":true,"n":{"errors":[1]},"errors":[{"row":"12","message":"x","extra":[{}]}],"z":1})"),
      "[|12||x]");
}

TEST(RowErrors, OddMessagesAreKeptAsText) {
  EXPECT_EQ(said(R"({"errors":[{"row":1,"message":{"a": 1}},{"row":2,"message":null},)"
                 R"({"row":3,"message":[1,2],"field":5}]})"),
            "[|1||{\"a\": 1}][|2||null][|3|5|[1,2]]");
}

TEST(RowErrors, NothingWhereNothingIsMeant) {
  for (const std::string_view body : {"",
                                      "ok",
                                      "<html>",
                                      "[]",
                                      "null",
                                      "{}",
                                      "{\"errors\":null}",
                                      "{\"errors\":{}}",
                                      "{\"errors\":\"x\"}",
                                      "{\"errors\":[]}",
                                      "{\"errors\":[1,\"x\",null,[]]}",
                                      "{\"errors\":[{\"message\":\"no row\"}]}",
                                      "{\"errors\":[{\"row\":0}]}",
                                      "{\"errors\":[{\"row\":-1}]}",
                                      "{\"errors\":[{\"row\":1.5}]}",
                                      "{\"errors\":[{\"row\":1},{\"row\":2}",
                                      "{\"errors\":[{\"row\":1}}",
                                      "{\"errors\":[{\"row\":1,\"message\":\"\xff\"}]}",
                                      "[{\"errors\":[{\"row\":1}]}]",
                                      "{\"Errors\":[{\"row\":1}]}"}) {
    EXPECT_EQ(said(body), "") << body;
  }
}

TEST(RowErrors, AreBounded) {
  std::string body = "{\"errors\":[";
  for (int i = 1; i <= 12'000; ++i)
    body += (i == 1 ? "" : ",") + std::string("{\"row\":") + std::to_string(i) + "}";
  body += "]}";
  const RowErrors errors = read_row_errors(body);
  EXPECT_EQ(errors.errors.size(), row_errors_max);
  EXPECT_EQ(errors.reported, 12'000U);
  EXPECT_EQ(errors.errors.back().row, 10'000U);
}

TEST(RowErrors, DeepNestingIsHarmless) {
  EXPECT_EQ(said("{\"errors\":" + std::string(1'000'000, '[')), "");
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  EXPECT_EQ(said("{\"errors\":[{\"row\":1,\"message\":" + deep + "}]}"),
            "[|1||" + deep.substr(0, 2'048) + "]");
}

TEST(RowErrors, LongTextsAreCutBetweenCharacters) {
  std::string message = "x";
  for (int i = 0; i < 2'000; ++i) message += "é";
  EXPECT_EQ(said("{\"errors\":[{\"row\":1,\"message\":\"" + message + "\"}]}"),
            "[|1||" + message.substr(0, 2'047) + "]");
}

}  // namespace
}  // namespace pulter::json
