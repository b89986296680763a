// Long files, small buffers, every alignment: what short strings cannot reach.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "codec/csv/kernel_table.h"
#include "tests/unit/codec/json/differential.h"

namespace pulter::json {
namespace {

class BatchWriterKernels : public testing::TestWithParam<csv::Isa> {
 protected:
  void SetUp() override {
    if (!csv::supported(GetParam())) GTEST_SKIP() << "this processor has no " << csv::name(GetParam());
    ASSERT_TRUE(csv::select_kernel(csv::name(GetParam())));
  }
  void TearDown() override { ASSERT_TRUE(csv::select_kernel("")); }
};

std::vector<std::size_t> random_buffers(std::mt19937_64& random) {
  constexpr std::size_t count = 400;
  std::vector<std::size_t> buffers;
  buffers.reserve(count + 1);
  const std::size_t most = std::array<std::size_t, 4>{3, 40, 3000, 100'000}[random() % 4];
  for (std::size_t i = 0; i < count; ++i) buffers.push_back(1 + random() % most);
  buffers.push_back(most < 3000 ? 777 : 65'536);
  return buffers;
}

TEST_P(BatchWriterKernels, RandomFilesInRandomBuffers) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    Check check;
    check.settings.delimiter = ',';
    check.settings.batch_size = static_cast<std::uint32_t>(1 + random() % 50);
    check.buffers = random_buffers(random);
    if (seed % 5 == 0) {
      check.settings.drop_unmapped = true;
      check.settings.rename = {{"c", "third"}, {"id", "a \"first\""}};
    }
    const std::string text = random_csv(random, 1 + random() % (seed % 10 == 0 ? 200'000 : 5'000));
    ASSERT_EQ(differs(text, check), "") << "seed " << seed;
  }
}

constexpr std::array<std::string_view, 24> sequences = {
    "\"\"",       "\"a\"",    "\"a\"\"b\"", "\"\"\"\"", "\"a,b\"",   "\"a\nb\"",
    "\"a\r\nb\"", "\"x\"y",   "5\" disk,x", "\r\n",     "\r",        "\n",
    "\n\n",       "\r\n\r\n", "\r\r",       "a\"\"b",   "\"x\"y\"z", ",,",
    ",",          "\\",       "\t",         "\xc3\xa9", "\"\",\"\"", "\"\xf0\x9f\x98\x80\""};

TEST_P(BatchWriterKernels, SpecialSequencesAtEveryOffset) {
  Check check;
  check.settings.delimiter = ',';
  check.settings.batch_size = 3;
  for (const std::string_view sequence : sequences) {
    for (std::size_t offset = 0; offset < 132; ++offset) {
      const std::string before = "k,l,m\n" + std::string(offset, 'x');
      for (const std::string_view after : {"", ",tail\n", "\n\"q\",2,3\n", ",\"\n\"\n"}) {
        const std::string text = before + std::string(sequence) + std::string(after);
        ASSERT_EQ(differs(text, check), "") << testing::PrintToString(text);
        const std::string in_new_cell = before + "," + std::string(sequence) + std::string(after);
        ASSERT_EQ(differs(in_new_cell, check), "") << testing::PrintToString(in_new_cell);
      }
    }
  }
}

/// Pages of the file, groups of blocks and chunks of the kernels, segments of the body: where one ends, the
/// next one must know what came before.
TEST_P(BatchWriterKernels, SpecialSequencesAtEveryEdge) {
  constexpr std::size_t page_bytes = 4096;  // as many as a group of 64 blocks
  Check check;
  check.settings.delimiter = ',';
  check.settings.batch_size = 100'000;
  check.buffers = {page_bytes};
  constexpr std::size_t header_bytes = 6;
  constexpr std::size_t writer_chunk_bytes = 32'768;
  for (const std::size_t edge : {page_bytes, csv::scan_chunk_bytes, header_bytes + csv::scan_chunk_bytes,
                                 header_bytes + writer_chunk_bytes}) {
    for (const std::string_view sequence : sequences) {
      for (std::size_t back = 0; back <= sequence.size() + 1; ++back) {
        // Once as regular rows, which the planning pass skips over, and once as one long cell.
        for (const bool regular : {true, false}) {
          std::string text = "k,l,m\n";
          while (regular && text.size() + 20 < edge - back) text += "1,2,3\n";
          text.append(edge - back - text.size(), 'x');
          text += std::string(sequence) + ",after\n\"q\",2,3\n1,2,3\n";
          text.append(200, 'y');
          ASSERT_EQ(differs(text, check), "")
              << testing::PrintToString(sequence) << " " << edge << " - " << back;
        }
      }
    }
  }
}

/// What has to be escaped at every place of a long cell, alone and in runs that grow more than a step of the
/// kernels has room for.
TEST_P(BatchWriterKernels, EscapesAtEveryPlaceOfALongCell) {
  std::vector<std::string> escapes = {"\"\"", "\"\"\"\"",   "\"\"\"\"\"\"", "\n", "\\",
                                      "\x01", "\"\"\n\"\"", "\r\n",         "\"", "\"\"\""};
  for (const std::size_t size : {8u, 9u, 28u, 29u, 56u, 57u, 120u}) {
    escapes.push_back(std::string(size, '\\'));
    escapes.push_back(std::string(2 * size, '"'));
    escapes.push_back(std::string(size - 1, '\t') + '\x1f');
  }
  Check check;
  check.settings.delimiter = ',';
  for (const std::string& escape : escapes) {
    for (std::size_t place = 0; place < 122; ++place) {
      for (const std::size_t rest : {0u, 1u, 30u, 60u}) {
        std::string cell(place, 'x');
        cell.append(escape).append(rest, 'y');
        std::string text = "k,l\n";
        text.append(place % 11, 'z').append(",\"").append(cell).append("\"\n").append(cell);
        text.append(",\"").append(cell).append("\"\x02\n1,2\n");
        ASSERT_EQ(differs(text, check), "") << testing::PrintToString(text);
      }
    }
  }
}

/// A quote that never closes and blank lines go on for many blocks and chunks.
TEST_P(BatchWriterKernels, LongStretchesOfOneKind) {
  Check check;
  check.settings.delimiter = ',';
  check.settings.batch_size = 7;
  check.buffers = {1000};
  for (const std::string_view unit : {"\n", "\r\n", "\"\"", ",", "x", "\"a\",", "\"\n\",", "\\", "a\"",
                                      "\"\"\"\"\n", "1,2\n", "1,2,3,4,5\n", "1\r\n"}) {
    for (const std::size_t size : {100u, 5'000u, 20'000u, 70'000u, 140'000u}) {
      std::string text = "k,l\nfirst,row\n";
      while (text.size() < size) text += unit;
      ASSERT_EQ(differs(text + "\nlast,row", check), "") << testing::PrintToString(unit) << " " << size;
      ASSERT_EQ(differs(text, check), "") << testing::PrintToString(unit) << " " << size;
    }
  }
}

TEST_P(BatchWriterKernels, EveryCharacterIsEscapedAsItShould) {
  std::string text = "k,l\n";
  for (int c = 0; c < 0x80; ++c) {
    const char quoted[] = {'"', static_cast<char>(c), '"'};
    if (c != '"') text += std::string(quoted, 3) + ",";
    if (c != '"' && c != '\n' && c != '\r' && c != ',') text += static_cast<char>(c);
    text += "\n";
  }
  Check check;
  check.settings.delimiter = ',';
  ASSERT_EQ(differs(text, check), "");
  check.buffers = {1};
  ASSERT_EQ(differs(text, check), "");
}

TEST_P(BatchWriterKernels, BuffersOfEverySize) {
  std::mt19937_64 random(42);
  const std::string text = random_csv(random, 1500) + "\n\"end\"";
  Check check;
  check.settings.delimiter = ',';
  check.settings.batch_size = 1000;
  for (std::size_t size = 1; size < 700; size += size < 80 ? 1 : 37) {
    check.buffers = {size};
    ASSERT_EQ(differs(text, check), "") << "buffers of " << size;
  }
}

TEST_P(BatchWriterKernels, BodiesKeepTheirLimit) {
  for (std::uint64_t seed = 1000; seed < 1080; ++seed) {
    std::mt19937_64 random(seed);
    Check check;
    check.settings.delimiter = ',';
    check.settings.batch_size = static_cast<std::uint32_t>(1 + random() % 500);
    check.settings.envelope_bytes = 200;
    // Rows of these files take up to a few thousand bytes.
    const std::string text = random_csv(random, 60'000);
    for (const std::uint64_t limit : {400'000u, 40'000u, 12'000u}) {
      check.settings.max_batch_bytes = limit;
      const std::string difference = differs(text, check);
      if (difference.find("raise maxBatchBytes") != std::string::npos) continue;
      ASSERT_EQ(difference, "") << "seed " << seed << ", at most " << limit;
    }
  }
}

TEST_P(BatchWriterKernels, WideAndLongKeys) {
  for (const std::size_t key_size : {1u, 20u, 28u, 29u, 40u, 64u, 65u, 300u}) {
    std::string text;
    for (int column = 0; column < 300; ++column) {
      text += (column == 0 ? "" : ",") + std::string(key_size, static_cast<char>('a' + column % 26)) +
              std::to_string(column);
    }
    for (int row = 0; row < 40; ++row) {
      text += "\n0";
      for (int column = 1; column < 300; ++column) text += "," + std::to_string(row * column);
    }
    Check check;
    check.settings.delimiter = ',';
    check.settings.batch_size = 6;
    check.buffers = {50'000};
    ASSERT_EQ(differs(text, check), "") << "keys of " << key_size;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, BatchWriterKernels,
                         testing::Values(csv::Isa::scalar, csv::Isa::avx2, csv::Isa::avx512),
                         [](const auto& kernel) { return std::string(csv::name(kernel.param)); });

}  // namespace
}  // namespace pulter::json
