#include "codec/http/range.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::http {
namespace {

std::string read(std::string_view value, std::uint64_t length = 100) {
  ByteRange range;
  switch (parse_range(value, length, range)) {
    case RangeVerdict::ignored:
      return "ignored";
    case RangeVerdict::unsatisfiable:
      return "unsatisfiable";
    case RangeVerdict::satisfiable:
      return std::to_string(range.first) + "-" + std::to_string(range.last);
  }
  return "";
}

TEST(Range, OneOfBytes) {
  EXPECT_EQ(read("bytes=0-0"), "0-0");
  EXPECT_EQ(read("bytes=10-19"), "10-19");
  EXPECT_EQ(read("Bytes=99-99"), "99-99");
  EXPECT_EQ(read("bytes=10-"), "10-99");
  EXPECT_EQ(read("bytes=10-100000"), "10-99");
  EXPECT_EQ(read("bytes=-1"), "99-99");
  EXPECT_EQ(read("bytes=-100"), "0-99");
  EXPECT_EQ(read("bytes=-1000"), "0-99");
}

TEST(Range, BehindTheEnd) {
  EXPECT_EQ(read("bytes=100-"), "unsatisfiable");
  EXPECT_EQ(read("bytes=100-200"), "unsatisfiable");
  EXPECT_EQ(read("bytes=-0"), "unsatisfiable");
  EXPECT_EQ(read("bytes=0-", 0), "unsatisfiable");
  EXPECT_EQ(read("bytes=-5", 0), "unsatisfiable");
}

TEST(Range, WhatCannotBeReadIsIgnored) {
  for (const char* value : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-4", "rows=0-1",
                            "bytes=0-1,3-4", "bytes= 0-1", "bytes=0-1 ", "bytes=+0-1", "bytes=0--1",
                            "bytes=18446744073709551616-", "bytes=0-18446744073709551616"}) {
    EXPECT_EQ(read(value), "ignored") << value;
  }
}

}  // namespace
}  // namespace pulter::http
