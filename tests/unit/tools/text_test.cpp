#include "tools/pulter/text.h"

#include <gtest/gtest.h>

namespace pulter::tool {
namespace {

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1'000), "1,000");
  EXPECT_EQ(count_text(1'234'567), "1,234,567");
  EXPECT_EQ(counted(1, "row"), "1 row");
  EXPECT_EQ(counted(2, "row"), "2 rows");
  EXPECT_EQ(batches_text(1), "1 batch");
  EXPECT_EQ(bytes_text(999), "999 bytes");
  EXPECT_EQ(bytes_text(1'000), "1.0 kB");
  EXPECT_EQ(bytes_text(999'949), "999.9 kB");
  EXPECT_EQ(bytes_text(999'960), "1.0 MB");
  EXPECT_EQ(bytes_text(248'800'000), "248.8 MB");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(2'400), "2.4 s");
  EXPECT_EQ(duration_text(200'000), "3 min 20 s");
  EXPECT_EQ(duration_text(7'500'000), "2 h 5 min");
}

TEST(Text, RowNumbersAreTheFirstTen) {
  EXPECT_EQ(row_numbers({}), "");
  EXPECT_EQ(row_numbers({7}), "row 7");
  EXPECT_EQ(row_numbers({2, 5}), "rows 2, 5");
  EXPECT_EQ(row_numbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
  EXPECT_EQ(row_numbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …");
}

TEST(Text, ClippingCountsCharactersAndTamesControls) {
  EXPECT_EQ(clipped("Zürich", 6), "Zürich");
  EXPECT_EQ(clipped("Zürich", 4), "Zür…");
  EXPECT_EQ(clipped("a\x1b[2Jb\n", 20), "a [2Jb ");
}

TEST(Table, ColumnsLineUpAndTheLastIsClipped) {
  Table table({"ID", "NAME"});
  table.add({"tpl_1", "Zoë"});
  table.add({"t", "a very long name"});
  EXPECT_EQ(table.text(0), "ID     NAME\ntpl_1  Zoë\nt      a very long name\n");
  EXPECT_EQ(table.text(16), "ID     NAME\ntpl_1  Zoë\nt      a very l…\n");
}

TEST(Text, DelimitersHaveNames) {
  EXPECT_EQ(delimiter_name(','), "comma");
  EXPECT_EQ(delimiter_name(';'), "semicolon");
  EXPECT_EQ(delimiter_name('\t'), "tab");
  EXPECT_EQ(delimiter_name(' '), "space");
  EXPECT_EQ(delimiter_name('|'), "|");
  EXPECT_EQ(delimiter_name('\x1f'), "character 0x1f");
}

}  // namespace
}  // namespace pulter::tool
