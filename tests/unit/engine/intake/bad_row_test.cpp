#include "engine/intake/bad_row.h"

#include <gtest/gtest.h>

#include <string>

namespace pulter::intake {
namespace {

std::optional<std::uint64_t> row_after(const std::string& text, std::optional<char> delimiter = {}) {
  const std::string padded = text + std::string(csv::padding_bytes, '\0');
  return row_behind(std::string_view(padded).substr(0, text.size()), delimiter);
}

TEST(RowBehind, CountsRowsAndNotLines) {
  EXPECT_EQ(row_after(""), 0U) << "the header row begins";
  EXPECT_EQ(row_after("\n\n"), 0U);
  EXPECT_EQ(row_after("a"), 0U);
  EXPECT_EQ(row_after("a,b"), 0U);
  EXPECT_EQ(row_after("a,b\n"), 1U);
  EXPECT_EQ(row_after("a,b\n1"), 1U);
  EXPECT_EQ(row_after("a,b\r\n1,2\r\n"), 2U);
  EXPECT_EQ(row_after("a,b\r1,2\r3"), 2U);
  EXPECT_EQ(row_after("a,b\n\n\n1,2\n\n3,"), 2U) << "blank lines are no rows";
  EXPECT_EQ(row_after("a,b\n\"1\n1\n1\",2\n3"), 2U) << "a row may have several lines";
}

TEST(RowBehind, InsideAQuotedCellItIsTheRowOfItsQuote) {
  EXPECT_EQ(row_after("\""), 0U);
  EXPECT_EQ(row_after("\"a\nb"), 0U);
  EXPECT_EQ(row_after("a,b\n\"1\n1"), 1U);
  EXPECT_EQ(row_after("a,b\n1,2\n3,\"4\n\n4"), 2U);
  EXPECT_EQ(row_after("a;b\n1;2\n3;\"4\n\n4", ';'), 2U);
}

TEST(RowBehind, ALongFileAndAWideOne) {
  std::string text = "a,b\n";
  for (int i = 0; i < 100'000; ++i) text += "1,2\n";
  EXPECT_EQ(row_after(text + "x"), 100'001U);
  EXPECT_EQ(row_after("a\n" + std::string(17 << 20, 'x')), std::nullopt) << "no row is that long";
}

}  // namespace
}  // namespace pulter::intake
