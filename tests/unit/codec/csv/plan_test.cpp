// Planning and finding again what was planned, in files larger than a page of examples.

#include "codec/csv/plan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv/cell_reader.h"
#include "codec/csv/dialect.h"
#include "codec/csv/kernel.h"
#include "codec/csv/planner.h"
#include "tests/unit/codec/csv/padded_text.h"

namespace pulter::csv {
namespace {

PlanSettings with_batch_size(std::uint32_t size) {
  PlanSettings settings;
  settings.delimiter = ',';
  settings.batch_size = size;
  return settings;
}

TEST(Plan, ManyBatchesHaveFewerCheckpoints) {
  std::string text = "k,l\n";
  constexpr std::uint64_t rows = 200'001;
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t row = 1; row <= rows; ++row) {
    offsets.push_back(text.size());
    text += std::to_string(row) + ",\"x\ny\"\r\n";
    if (row % 1000 == 0) text += "\r\n";
  }
  const PaddedText padded(text);
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan->total_rows, rows);
  EXPECT_EQ(plan->batch_count, rows);
  EXPECT_EQ(plan->checkpoint_stride, 4u);
  EXPECT_EQ(plan->checkpoints.size(), (rows + 3) / 4);
  for (std::uint64_t index = 1; index <= rows; index += index < 20 || index > rows - 20 ? 1 : 997) {
    const Result<BatchRange> range = locate(*plan, padded.view(), index);
    ASSERT_TRUE(range) << range.error().detail;
    const std::uint64_t end = index < rows ? offsets[index] : text.size();
    EXPECT_EQ(*range, (BatchRange{index, index, 1, offsets[index - 1], end}));
    const Result<RowPosition> position = locate_row(*plan, padded.view(), index);
    ASSERT_TRUE(position) << position.error().detail;
    EXPECT_EQ(*position, (RowPosition{index, offsets[index - 1]}));
  }
  const Result<Plan> stored = decode(encode(*plan));
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored, *plan);
}

TEST(Plan, RowsAreFoundWithinBatches) {
  std::string text = "k\n";
  std::vector<std::uint64_t> offsets;
  for (std::uint64_t row = 1; row <= 30'000; ++row) {
    offsets.push_back(text.size());
    text += "row " + std::to_string(row) + "\n";
  }
  const PaddedText padded(text);
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(5000));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->batch_count, 6u);
  for (std::uint64_t row = 1; row <= 30'000; row += 37) {
    const Result<RowPosition> position = locate_row(*plan, padded.view(), row);
    ASSERT_TRUE(position);
    ASSERT_EQ(position->offset, offsets[row - 1]);
  }
}

TEST(Plan, WhatIsNotThereIsNamed) {
  const PaddedText padded("k\n1\n2\n");
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_TRUE(plan);
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{3}, ~std::uint64_t{0}}) {
    EXPECT_EQ(locate(*plan, padded.view(), index).error().code, ErrorCode::not_found);
    EXPECT_EQ(locate_row(*plan, padded.view(), index).error().code, ErrorCode::not_found);
  }
  const PaddedText shorter("k\n1\n2");
  EXPECT_EQ(locate(*plan, shorter.view(), 1).error().code, ErrorCode::file_read_failed);
}

class RowLimit : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!supported(GetParam())) GTEST_SKIP() << "this processor has no " << name(GetParam());
    ASSERT_TRUE(select_kernel(name(GetParam())));
  }
  void TearDown() override { ASSERT_TRUE(select_kernel("")); }
};

TEST_P(RowLimit, ARowMayBeSixteenMebibytes) {
  const std::string whole = "k,l\n1,2\n\n\n" + std::string(row_bytes_max, 'x');
  for (const char* end : {"", "\n", "\r\nlast,row\n"}) {
    const PaddedText padded(whole + end);
    const Result<Plan> plan = make_plan(padded.view(), with_batch_size(5000));
    ASSERT_TRUE(plan) << plan.error().detail;
    const PaddedText one_more(whole + "y" + end);
    const Result<Plan> refused = make_plan(one_more.view(), with_batch_size(5000));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::row_too_long);
    EXPECT_EQ(refused.error().detail.substr(0, 35), "Row 2 starts on line 5 and is longe");
    EXPECT_EQ(refused.error().at, 10);
  }
}

TEST_P(RowLimit, BlankLinesAreNoPartOfARow) {
  const PaddedText padded("k,l\n1,2\n" + std::string(row_bytes_max * 2, '\n') + "3,4\n");
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan->total_rows, 2u);
  EXPECT_EQ(plan->blank_lines, row_bytes_max * 2);
  EXPECT_EQ(locate(*plan, padded.view(), 2)->begin, padded.view().size() - 4);
}

TEST_P(RowLimit, HoldsForTheHeader) {
  const PaddedText padded(std::string(row_bytes_max + 1, 'k') + "\n1\n");
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::row_too_long);
  const PaddedText quoted("\"" + std::string(row_bytes_max + 100, 'k') + "\"\n1\n");
  EXPECT_EQ(make_plan(quoted.view(), with_batch_size(1)).error().code, ErrorCode::row_too_long);
}

TEST_P(RowLimit, AQuoteThatNeverClosesIsNoticedEarly) {
  const PaddedText padded("k,l\n1,\"2\n" + std::string(row_bytes_max + 100, '\n'));
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::row_too_long);
}

INSTANTIATE_TEST_SUITE_P(Kernels, RowLimit, testing::Values(Isa::scalar, Isa::avx2, Isa::avx512),
                         [](const auto& kernel) { return std::string(name(kernel.param)); });

/// About the edges of blocks, groups of blocks and chunks; the latter begin behind the header.
TEST(Plan, InvalidUtf8IsFoundWhereverItStands) {
  std::vector<std::size_t> places;
  for (const std::size_t edge : {64u, 4096u, 16'384u, 32'768u}) {
    for (std::size_t place = edge - 10; place < edge + 15; ++place) places.push_back(place);
  }
  for (const std::string header : {"k\n", "name\n"}) {
    for (const std::size_t before : places) {
      const std::string start = header + std::string(before - header.size(), 'x');
      for (const std::string bad :
           {"\x80", "\xc0\xaf", "\xe9", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f\x98"}) {
        const PaddedText padded(start + bad + "\ny\n" + std::string(40'000, 'z'));
        const Result<Plan> plan = make_plan(padded.view(), with_batch_size(10));
        ASSERT_FALSE(plan);
        EXPECT_EQ(plan.error().code, ErrorCode::bad_encoding);
        EXPECT_EQ(plan.error().at, static_cast<std::int64_t>(before)) << testing::PrintToString(bad);
      }
      for (const std::string good : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
        std::string text = start;
        text.append(good).append("\ny\n").append(good);
        const PaddedText padded(text);
        const Result<Plan> plan = make_plan(padded.view(), with_batch_size(10));
        EXPECT_TRUE(plan) << plan.error().detail;
      }
    }
  }
}

TEST(Plan, HeaderLimits) {
  std::string text = "c";
  for (std::size_t column = 1; column < columns_max; ++column) text += ",";
  const PaddedText most(text + "\n1\n");
  const Result<Plan> plan = make_plan(most.view(), with_batch_size(1));
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan->columns.size(), columns_max);
  EXPECT_EQ(plan->columns.back().name, "column_16384");
  EXPECT_EQ(plan->notes.size(), note_rows_max + 2);
  EXPECT_EQ(plan->notes[100].detail, "The same is true of 16283 more columns.");
  const PaddedText too_many(text + ",\n1\n");
  EXPECT_EQ(make_plan(too_many.view(), with_batch_size(1)).error().code, ErrorCode::too_many_columns);
}

TEST(Plan, ManyColumnsOfOneNameTakeNoTime) {
  std::string text = "a";
  for (std::size_t column = 1; column < columns_max; ++column) text += ",a";
  const PaddedText padded(text + "\n");
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(1));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->columns.back().name, "a_16384");
}

TEST(Plan, NotesKeepTheFirstHundredRows) {
  std::string text = "k,l\n";
  for (int row = 1; row <= 500; ++row) text += row % 2 == 0 ? "x\n" : "x,y\n";
  const PaddedText padded(text);
  const Result<Plan> plan = make_plan(padded.view(), with_batch_size(10));
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->notes.size(), 1u);
  EXPECT_EQ(plan->short_rows, 250u);
  EXPECT_EQ(plan->notes[0].rows.size(), 100u);
  EXPECT_EQ(plan->notes[0].rows[99], 200u);
}

char sniffed(std::string_view text) {
  const PaddedText padded(text);
  return sniff(padded.view())->delimiter;
}

TEST(Sniff, LooksOnlyAtTheBeginning) {
  std::string text = "a;b;c\n";
  while (text.size() < 100'000) text += "1,5;2,5;3,5\n";
  EXPECT_EQ(sniffed(text), ';');
  // Cut inside a quoted cell.
  EXPECT_EQ(sniffed("a|b\n1|2\n3|4\n5|\"x,y,z"), '|');
  EXPECT_EQ(sniffed(""), ',');
  EXPECT_EQ(sniffed("\xef\xbb\xbf\"a;b\"\tc\n1\t2\n"), '\t');
}

/// Records and those of them that have as many cells as the first, by the exact reader.
struct Records {
  std::uint64_t header_cells = 0;
  std::uint64_t count = 0;
  std::uint64_t matching = 0;
};

Records read_records(std::string_view sample, char delimiter) {
  Records records;
  for (std::uint64_t at = skip_line_ends(sample, 0); at < sample.size() && records.count < 1000;) {
    std::uint64_t cells = 0;
    CellRead read;
    do {
      read = read_cell(sample, at, delimiter, [](char) {});
      at = read.next;
      ++cells;
    } while (read.end == CellEnd::delimiter);
    if (read.end == CellEnd::file && records.count > 1) break;
    if (records.count == 0) records.header_cells = cells;
    ++records.count;
    if (cells == records.header_cells) ++records.matching;
    at = skip_line_ends(sample, at);
  }
  return records;
}

char best_delimiter(std::string_view sample) {
  sample = sample.substr(0, 64u << 10);
  char best = ',';
  Records best_records = read_records(sample, best);
  for (const char delimiter : {';', '\t', '|'}) {
    const Records records = read_records(sample, delimiter);
    if (records.header_cells < 2) continue;
    const std::uint64_t have = records.matching * best_records.count;
    const std::uint64_t had = best_records.matching * records.count;
    const bool more_alike = have > had || (have == had && records.header_cells > best_records.header_cells);
    if (best_records.header_cells >= 2 && !more_alike) continue;
    best = delimiter;
    best_records = records;
  }
  return best;
}

/// Small texts of telling bytes, and long ones that end anywhere about the end of the sample.
TEST(Sniff, SaysWhatTheExactReaderSays) {
  constexpr std::string_view alphabet = "aa,;|\t\"\n\r";
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (!supported(isa)) continue;
    ASSERT_TRUE(select_kernel(name(isa)));
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
      std::mt19937_64 random(seed);
      std::size_t size = random() % 60;
      if (seed % 400 == 0) size = 65'000 + random() % 1'200;
      const std::size_t letters = seed % 3 == 0 ? 6 : alphabet.size();
      std::string text;
      while (text.size() < size) {
        text += alphabet[random() % letters];
        if (letters == 6 && random() % 8 == 0) text += '\n';
      }
      ASSERT_EQ(sniffed(text), best_delimiter(text))
          << name(isa) << ' ' << seed << ' ' << text.substr(0, 100);
    }
  }
  ASSERT_TRUE(select_kernel(""));
}

TEST(SelectKernel, SaysWhatIsWrong) {
  EXPECT_EQ(select_kernel("avx1024").error().code, ErrorCode::bad_value);
  ASSERT_TRUE(select_kernel("scalar"));
  EXPECT_EQ(active_isa(), Isa::scalar);
  ASSERT_TRUE(select_kernel(""));
}

/// Plans `text` from pieces of `piece` bytes, each time elsewhere in memory and with other bytes behind it.
Result<Plan> plan_in_pieces(std::string_view text, std::size_t piece, const PlanSettings& settings) {
  Planner planner(settings);
  for (std::size_t size = piece; size < text.size(); size += piece)
    planner.read(PaddedText(text.substr(0, size)).view());
  return planner.finish(PaddedText(text).view());
}

void expect_same_in_pieces(std::string_view text, const PlanSettings& settings, std::string_view what) {
  const PaddedText padded(text);
  const Result<Plan> whole = make_plan(padded.view(), settings);
  for (const std::size_t piece :
       {std::size_t{256} << 10, std::size_t{70'000}, std::size_t{16'384 + 64 + 7}}) {
    const Result<Plan> plan = plan_in_pieces(text, piece, settings);
    ASSERT_EQ(plan.has_value(), whole.has_value()) << what;
    if (plan) {
      EXPECT_EQ(*plan, *whole) << what << ", " << piece;
    } else {
      EXPECT_EQ(plan.error().code, whole.error().code) << what;
      EXPECT_EQ(plan.error().at, whole.error().at) << what;
      EXPECT_EQ(plan.error().detail, whole.error().detail) << what;
    }
  }
}

std::string many_rows(std::string_view row, std::size_t bytes) {
  std::string text = "one,two\n";
  while (text.size() < bytes) text += row;
  return text;
}

TEST(Planner, PiecesGiveThePlanOfTheWhole) {
  constexpr std::size_t bytes = 700'000;
  for (const std::uint32_t batch_size : {1u, 100u, 1'000'000u}) {
    for (const std::uint64_t room : {std::uint64_t{5'000}, std::uint64_t{64} << 20}) {
      PlanSettings settings;
      settings.batch_size = batch_size;
      settings.max_batch_bytes = 1024 + room;
      for (const std::string_view row : {"1,2\n", "1,\"2\n\"\r\n", "\"1 \"\"\",2\r", "1,2,3\n1\n",
                                         "\xc3\xa4,\xf0\x9f\x98\x80\n", "1,2\n\n\r\n"})
        expect_same_in_pieces(many_rows(row, bytes), settings, row);
      // Line ends over every place where a piece may end.
      for (const char* row : {"1,2\r\n", "1,2\n"}) {
        std::string gaps = many_rows(row, 200'000);
        gaps += std::string(150'000, '\n') + many_rows(row, 100'000) + std::string(200'000, '\r');
        expect_same_in_pieces(gaps, settings, "gaps");
      }
    }
  }
}

TEST(Planner, PiecesGiveTheErrorOfTheWhole) {
  const std::string rows = many_rows("1,2\n", 400'000);
  PlanSettings settings;
  expect_same_in_pieces(rows + "\"3,4\n" + rows, settings, "unclosed quote");
  expect_same_in_pieces(rows + "3,\xff\n" + rows, settings, "no UTF-8");
  expect_same_in_pieces(rows + "3,\xe2\x82", settings, "a character cut by the end");
  expect_same_in_pieces("one,\"two\n" + rows, settings, "a header that never ends");
  expect_same_in_pieces("one,t\xffo\n" + rows, settings, "a header that is no UTF-8");
  expect_same_in_pieces("PK\x03\x04" + rows, settings, "no CSV");
  expect_same_in_pieces(std::string(300'000, '\n'), settings, "nothing");
  expect_same_in_pieces(std::string(300'000, 'x') + ",two\n" + rows, settings, "a long header");
  settings.delimiter = '\n';
  expect_same_in_pieces(rows, settings, "bad settings");
  settings.delimiter = ',';
  settings.reject_ragged = true;
  expect_same_in_pieces(rows + "1\n" + rows, settings, "ragged");
  settings.reject_ragged = false;
  settings.max_rows = 17;
  expect_same_in_pieces(rows, settings, "too many rows");
  settings.max_rows = 0;
  settings.max_batch_bytes = 2'000;
  expect_same_in_pieces(rows + std::string(5'000, 'x') + ",2\n" + rows, settings, "a row too large");
}

TEST(Planner, ARowThatIsTooLongIsNamedInPiecesToo) {
  const std::string text = many_rows("1,2\n", 100'000) + std::string(row_bytes_max + 1000, 'x') + "\n1,2\n";
  PlanSettings settings;
  const PaddedText padded(text);
  const Result<Plan> whole = make_plan(padded.view(), settings);
  const Result<Plan> plan = plan_in_pieces(text, std::size_t{4} << 20, settings);
  ASSERT_FALSE(plan || whole);
  EXPECT_EQ(plan.error().code, ErrorCode::row_too_long);
  EXPECT_EQ(plan.error().detail, whole.error().detail);
}

}  // namespace
}  // namespace pulter::csv
