#include <gtest/gtest.h>

#include <string>

#include "codec/json/reader.h"

namespace pulter::json {
namespace {

Value value_of(std::string_view text) {
  return parse(text, 10'000).value();
}

TEST(ObjectReader, TakesFields) {
  const Value value = value_of(
      R"({"name":"x","size":5000,"sync":false,"user":{"id": 1.0},"events":["all","test"],"retry":[0,5,30],)"
      R"("columns":{"First Name":"first_name","b":"c"},"gone":null,"other":[1]})");
  ObjectReader fields(value);
  EXPECT_EQ(fields.string("name"), "x");
  EXPECT_EQ(fields.unsigned_integer("size", 1, 10'000), 5000U);
  EXPECT_EQ(fields.boolean("sync"), false);
  EXPECT_EQ(fields.object_text("user"), R"({"id":1.0})");
  EXPECT_EQ(fields.strings("events"), (std::vector<std::string>{"all", "test"}));
  EXPECT_EQ(fields.unsigned_integers("retry"), (std::vector<std::uint64_t>{0, 5, 30}));
  const auto columns = fields.string_map("columns");
  ASSERT_TRUE(columns);
  EXPECT_EQ(columns->front(), (std::pair<std::string, std::string>("First Name", "first_name")));
  EXPECT_TRUE(fields.has("gone"));
  EXPECT_TRUE(fields.is_null("gone"));
  EXPECT_FALSE(fields.is_null("name"));
  EXPECT_EQ(fields.string("gone"), std::nullopt);
  EXPECT_EQ(fields.string("absent"), std::nullopt);
  EXPECT_NE(fields.value("other"), nullptr);
  EXPECT_TRUE(fields.finish());
}

TEST(ObjectReader, UnknownFieldsByName) {
  const Value value = value_of(R"({"name":"x","batchsize":1})");
  ObjectReader fields(value);
  (void)fields.string("name");
  const auto refused = fields.finish();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unknown_field);
  EXPECT_NE(refused.error().detail.find("\"batchsize\""), std::string::npos);
  fields.allow({"batchsize"});
  EXPECT_TRUE(fields.finish());
}

TEST(ObjectReader, TwiceIsRefused) {
  const Value value = value_of(R"({"name":"x","name":"y"})");
  ObjectReader fields(value);
  (void)fields.string("name");
  EXPECT_EQ(fields.finish().error().code, ErrorCode::bad_request);
}

std::string fault(std::string_view text) {
  const Value value = value_of(text);
  ObjectReader fields(value);
  (void)fields.string("s");
  (void)fields.unsigned_integer("n", 1, 100);
  (void)fields.boolean("b");
  (void)fields.object_text("o");
  (void)fields.strings("ss");
  (void)fields.unsigned_integers("ns");
  (void)fields.string_map("m");
  const auto end = fields.finish();
  return end ? "" : std::string(name(end.error().code)) + " " + end.error().detail;
}

TEST(ObjectReader, WrongKindsNameTheField) {
  for (const std::string_view text :
       {R"({"s":1})", R"({"n":"5"})", R"({"n":0})", R"({"n":101})", R"({"n":1.0})", R"({"n":-1})",
        R"({"n":1e1})", R"({"n":18446744073709551616})", R"({"b":"true"})", R"({"b":1})", R"({"o":[]})",
        R"({"ss":"x"})", R"({"ss":[1]})", R"({"ns":["1"]})", R"({"ns":[-1]})", R"({"m":{"a":1}})",
        R"({"m":{"a":"1","a":"2"}})"}) {
    const std::string said = fault(text);
    EXPECT_TRUE(said.starts_with("bad_value")) << text << said;
    EXPECT_NE(said.find(text.substr(1, text.find(':') - 1)), std::string::npos) << text << said;
  }
  EXPECT_EQ(fault("[]"), "bad_value A JSON object is expected.");
}

TEST(ObjectReader, FirstErrorWins) {
  const Value value = value_of(R"({"n":0})");
  ObjectReader fields(value);
  fields.refuse("n", "is not for today.");
  (void)fields.unsigned_integer("n", 1);
  EXPECT_EQ(fields.finish().error().detail, "The field \"n\" is not for today.");
}

}  // namespace
}  // namespace pulter::json
