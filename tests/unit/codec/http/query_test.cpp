#include "codec/http/query.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::http {
namespace {

std::string said(std::string_view query) {
  const auto parameters = parse_query(query);
  if (!parameters) return "!" + std::to_string(parameters.error().at);
  std::string out;
  for (const QueryParameter& p : *parameters) out += "[" + p.name + "=" + p.value + "]";
  return out;
}

TEST(Query, Reads) {
  EXPECT_EQ(said(""), "");
  EXPECT_EQ(said("a=1&b=2"), "[a=1][b=2]");
  EXPECT_EQ(said("webhookUrl=http%3A%2F%2F127.0.0.1%3A9000%2Fhook&batchSize=1000"),
            "[webhookUrl=http://127.0.0.1:9000/hook][batchSize=1000]");
  EXPECT_EQ(said("a=x+y%2Bz"), "[a=x y+z]");
  EXPECT_EQ(said("a"), "[a=]");
  EXPECT_EQ(said("a=&=b&&a=b=c"), "[a=][=b][a=b=c]");
  EXPECT_EQ(said("name=%C3%A9%e2%82%ac"), "[name=é€]");
  EXPECT_EQ(said("user={\"id\":\"u1\"}"), "[user={\"id\":\"u1\"}]");
}

TEST(Query, RefusesBadEscapesByPosition) {
  EXPECT_EQ(said("a=%"), "!2");
  EXPECT_EQ(said("a=1&b=%2"), "!6");
  EXPECT_EQ(said("a=%zz"), "!2");
  EXPECT_EQ(said("%g0=1"), "!0");
  EXPECT_EQ(said("a=%00"), "!2");
  EXPECT_EQ(said("a=%ff"), "!2");
  EXPECT_EQ(said("a=%c0%af"), "!2");
  EXPECT_EQ(said("a=%ed%a0%80"), "!2");
}

TEST(Query, IsBounded) {
  std::string query;
  for (std::size_t i = 0; i < query_parameters_max; ++i) query += "a=b&";
  EXPECT_TRUE(parse_query(query));
  EXPECT_FALSE(parse_query(query + "a=b"));
}

TEST(PercentDecode, KeepsPlus) {
  EXPECT_EQ(percent_decode("a+b%20c").value(), "a+b c");
  EXPECT_EQ(percent_decode("%2e%2E%2f").value(), "../");
  EXPECT_FALSE(percent_decode("%0"));
}

}  // namespace
}  // namespace pulter::http
