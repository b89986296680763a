#include "codec/http/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::http {
namespace {

constexpr std::int64_t now_s = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, Seconds) {
  EXPECT_EQ(parse_retry_after("0", now_s), 0);
  EXPECT_EQ(parse_retry_after("120", now_s), 120);
  EXPECT_EQ(parse_retry_after("0000120", now_s), 120);
  EXPECT_EQ(parse_retry_after("86400", now_s), 86'400);
  EXPECT_EQ(parse_retry_after("86401", now_s), 86'400);
  EXPECT_EQ(parse_retry_after("99999999", now_s), 86'400);
  EXPECT_EQ(parse_retry_after(std::string(4'000, '9'), now_s), 86'400);
}

TEST(RetryAfter, DatesInAllForms) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now_s), 60);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:50:37 GMT", now_s), 60);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:50:37 1994", now_s), 60);
  EXPECT_EQ(parse_retry_after("Sat, 05 Nov 1994 08:49:37 GMT", now_s), 0);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now_s), 86'400);
}

TEST(RetryAfter, AnythingElseIsNothing) {
  for (const std::string_view value :
       {"", "-1", "+1", "120.5", "1e308", "120, 240", "0x10", " 120", "120 ", "soon", "12a",
        "Sun, 06 Nov 1994 08:50:37 GMT, 5", "1994-11-06T08:49:37Z"}) {
    EXPECT_EQ(parse_retry_after(value, now_s), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace pulter::http
