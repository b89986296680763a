#include "codec/base/time_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace pulter {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t now_s = 1'700'000'000;    // 14 November 2023
constexpr std::int64_t example_s = 784'111'777;  // the example of RFC 9110, 5.6.7

TEST(Rfc3339, Writes) {
  EXPECT_EQ(rfc3339_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339_text(now_s * second_ns + 999'999'999), "2023-11-14T22:13:20.999Z");
  EXPECT_EQ(rfc3339_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339_text(951'782'400 * second_ns), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(rfc3339_text(std::numeric_limits<std::int64_t>::max()), "2262-04-11T23:47:16.854Z");
  EXPECT_EQ(rfc3339_text(std::numeric_limits<std::int64_t>::min()), "1677-09-21T00:12:43.145Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  for (std::int64_t s = -3'000'000'000; s < 5'000'000'000; s += 8'640'123) {
    ASSERT_EQ(parse_rfc3339(rfc3339_text(s * second_ns)), s * second_ns) << s;
  }
}

TEST(Rfc3339, ReadsExamplesOfTheRfc) {
  EXPECT_EQ(parse_rfc3339("1985-04-12T23:20:50.52Z"), 482'196'050 * second_ns + 520'000'000);
  EXPECT_EQ(parse_rfc3339("1996-12-19T16:39:57-08:00"), 851'042'397 * second_ns);
  EXPECT_EQ(parse_rfc3339("1990-12-31T23:59:60Z"), 662'688'000 * second_ns);
  EXPECT_EQ(parse_rfc3339("1937-01-01T12:00:27.87+00:20"), -1'041'337'172 * second_ns - 130'000'000);
}

TEST(Rfc3339, RefusesTheRest) {
  for (const char* text : {"",
                           "1985-04-12",
                           "1985-04-12T23:20:50",
                           "1985-13-12T23:20:50Z",
                           "1985-02-29T23:20:50Z",
                           "1985-04-12T24:20:50Z",
                           "1985-04-12T23:60:50Z",
                           "1985-04-12T23:20:61Z",
                           "1985-04-12T23:20:50.Z",
                           "1985-04-12T23:20:50.1234567890Z",
                           "1985-04-12T23:20:50+24:00",
                           "1985-04-12T23:20:50+0800",
                           "1985-04-12T23:20:50Zx",
                           " 1985-04-12T23:20:50Z",
                           "+985-04-12T23:20:50Z",
                           "2263-01-01T00:00:00Z",
                           "0000-01-01T00:00:00Z",
                           "1985-00-12T23:20:50Z",
                           "1985-04-00T23:20:50Z",
                           "1985-04-12T23:20:50 Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(HttpDate, ReadsAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now_s), example_s);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now_s), example_s);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now_s), example_s);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", now_s), example_s + 10 * 86'400);
}

TEST(HttpDate, TwoDigitYearIsAtMostFiftyYearsAhead) {
  const auto in_2073 = parse_http_date("Monday, 06-Nov-73 08:49:37 GMT", now_s);
  const auto in_1974 = parse_http_date("Monday, 06-Nov-74 08:49:37 GMT", now_s);
  ASSERT_TRUE(in_2073 && in_1974);
  EXPECT_EQ(http_date_text(*in_2073), "Mon, 06 Nov 2073 08:49:37 GMT");
  EXPECT_EQ(http_date_text(*in_1974), "Wed, 06 Nov 1974 08:49:37 GMT");
}

TEST(HttpDate, RefusesTheRest) {
  for (const char* text :
       {"", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sun Nov 06  08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "06 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 +0000"}) {
    EXPECT_EQ(parse_http_date(text, now_s), std::nullopt) << text;
  }
}

TEST(HttpDate, ReadsWhatItWrites) {
  for (std::int64_t s = -60'000'000'000; s < 200'000'000'000; s += 864'001'231) {
    ASSERT_EQ(parse_http_date(http_date_text(s), now_s), s) << s;
  }
}

}  // namespace
}  // namespace pulter
