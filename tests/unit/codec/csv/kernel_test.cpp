// What the kernels answer, each against the plainest way to say it.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>

#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

class KernelTable : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!supported(GetParam())) GTEST_SKIP() << "this processor has no " << name(GetParam());
    ASSERT_TRUE(select_kernel(name(GetParam())));
  }
  void TearDown() override { ASSERT_TRUE(select_kernel("")); }
};

/// By the definition: decode, and see whether encoding gives the same bytes.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
    };
    const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    unsigned point = size == 1 ? byte(0) : byte(0) & (0xffu >> (size + 1));
    if (size > 1 && (byte(0) < 0xc0 || byte(0) >= 0xf8)) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((byte(k) & 0xc0) != 0x80) return false;
      point = point << 6 | (byte(k) & 0x3f);
    }
    const std::size_t shortest = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (size != shortest || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff) return false;
    i += size;
  }
  return true;
}

/// As a scan marks them; in the slack behind them everything is marked.
std::string high_marks(std::string_view text) {
  std::string marks((text.size() + 63) / 64, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0x80) != 0) marks[i / 64] = static_cast<char>(marks[i / 64] | 1 << (i % 64 / 8));
  }
  return marks + std::string(64, '\xff');
}

bool kernel_says_utf8(std::string_view text) {
  const std::string marks = high_marks(text);
  return active_kernel().utf8(text.data(), text.size(), reinterpret_cast<const std::uint8_t*>(marks.data()));
}

TEST_P(KernelTable, Utf8OfEveryFourInterestingBytes) {
  constexpr std::array<unsigned char, 24> bytes = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                                   0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
                                                   0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5, 0xf8, 0xff};
  std::string text(300, 'x');
  std::size_t place = 3;
  for (const unsigned char a : bytes) {
    for (const unsigned char b : bytes) {
      for (const unsigned char c : bytes) {
        for (const unsigned char d : bytes) {
          const std::array<unsigned char, 4> four = {a, b, c, d};
          const std::string_view sequence(reinterpret_cast<const char*>(four.data()), 4);
          // Within a block, and across the edge of two.
          place = place == 3 + 62 ? 3 + 5 : place == 3 + 5 ? 3 + 61 : place == 3 + 61 ? 3 + 63 : 3 + 62;
          text.replace(place, 4, sequence);
          ASSERT_EQ(kernel_says_utf8({text.data() + 3, 200}), is_utf8(sequence))
              << testing::PrintToString(sequence);
          text.replace(place, 4, "xxxx");
        }
      }
    }
  }
}

TEST_P(KernelTable, Utf8InPieces) {
  std::string text = "abc";
  for (int i = 0; i < 400; ++i) text += i % 3 == 0 ? "é" : i % 3 == 1 ? "字" : "😀x";
  std::string padded = text + std::string(64, '\x80');
  for (std::size_t cut = 3; cut < text.size(); ++cut) {
    ASSERT_TRUE(kernel_says_utf8({padded.data() + 3, cut - 3})) << cut;
    ASSERT_TRUE(kernel_says_utf8({padded.data() + cut, text.size() - cut})) << cut;
    if ((static_cast<unsigned char>(text[cut]) & 0xc0) != 0x80) continue;
    std::string wrong = padded;
    wrong[cut] = 'x';
    ASSERT_FALSE(kernel_says_utf8({wrong.data() + cut, text.size() - cut})) << cut;
  }
}

TEST_P(KernelTable, AnswersAsTheScalarOne) {
  const Kernel& kernel = active_kernel();
  constexpr std::string_view alphabet = "aaaaaaaaaaaa,,,,,\n\n\r\"\"\\\t\xc3";
  const auto have = std::make_unique<CellIndex>();
  const auto want = std::make_unique<CellIndex>();
  const auto have_ends = std::make_unique<RowEnds>();
  const auto want_ends = std::make_unique<RowEnds>();
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random(seed);
    const std::size_t size = random() % (seed % 50 == 0 ? scan_chunk_bytes : 400);
    std::string text;
    while (text.size() < size + 64) text += alphabet[random() % (seed % 3 == 0 ? 17 : alphabet.size())];
    kernel.index(text.data(), size, ',', *have);
    kernel_scalar.index(text.data(), size, ',', *want);
    ASSERT_EQ(have->separators, want->separators) << seed;
    ASSERT_EQ(have->rows, want->rows);
    ASSERT_TRUE(std::equal(have->at, have->at + have->separators + 1, want->at));
    ASSERT_TRUE(std::equal(have->row_end, have->row_end + have->rows, want->row_end));
    ASSERT_TRUE(std::equal(have->special, have->special + size / 64 + 1, want->special));
    ASSERT_TRUE(std::equal(have->quotes, have->quotes + size / 64 + 1, want->quotes));
    ASSERT_EQ(kernel.controls(text.data(), size), kernel_scalar.controls(text.data(), size));

    ScanCarry carry{random() % 2 == 0 ? 0 : ~std::uint64_t{0}, 0, random() % 2, 0};
    carry.opens = carry.inside == 0 ? carry.line_end | (random() % 2) : 0;
    carry.line_end = carry.inside == 0 ? carry.line_end : 0;
    ScanCarry carry_wanted = carry;
    RegularRows regular{static_cast<std::uint32_t>(1 + random() % 3), 0, 1 + random() % 40, 0, 0, 0};
    regular.delimiters_left = static_cast<std::uint32_t>(random() % regular.columns);
    RegularRows regular_wanted = regular;
    HighMarks high{};
    HighMarks high_unwanted{};
    const std::size_t skipped = kernel.skip(text.data(), size / 64 * 64, ',', carry, regular, high.of);
    ASSERT_EQ(skipped, kernel_scalar.skip(text.data(), size / 64 * 64, ',', carry_wanted, regular_wanted,
                                          high_unwanted.of))
        << seed;
    ASSERT_EQ(regular.rows, regular_wanted.rows);
    ASSERT_EQ(regular.delimiters_left, regular_wanted.delimiters_left);
    ASSERT_EQ(regular.blank_lines, regular_wanted.blank_lines);
    ASSERT_TRUE(regular.rows == 0 || regular.last_row_end == regular_wanted.last_row_end);

    kernel.scan(text.data() + skipped, size - skipped, ',', carry, *have_ends, high.of + skipped / 64);
    kernel_scalar.scan(text.data() + skipped, size - skipped, ',', carry_wanted, *want_ends,
                       high_unwanted.of + skipped / 64);
    const std::string want_high = high_marks(std::string_view(text).substr(0, size));
    for (std::size_t block = 0; block * 64 < size; ++block) {
      ASSERT_EQ(high.of[block], static_cast<std::uint8_t>(want_high[block])) << seed << " block " << block;
    }
    ASSERT_EQ(have_ends->count, want_ends->count) << seed;
    ASSERT_EQ(have_ends->delimiters, want_ends->delimiters);
    ASSERT_EQ(have_ends->blank_lines, want_ends->blank_lines);
    ASSERT_TRUE(std::equal(have_ends->end, have_ends->end + have_ends->count, want_ends->end));
    ASSERT_TRUE(std::equal(have_ends->before, have_ends->before + have_ends->count, want_ends->before));
    ASSERT_EQ(carry.inside, carry_wanted.inside);
    ASSERT_TRUE(carry.inside != 0 || carry.opens == carry_wanted.opens);
    ASSERT_EQ(carry.line_end, carry_wanted.line_end);
    ASSERT_EQ(carry.carriage, carry_wanted.carriage);
  }
}

INSTANTIATE_TEST_SUITE_P(All, KernelTable, testing::Values(Isa::scalar, Isa::avx2, Isa::avx512),
                         [](const auto& kernel) { return std::string(name(kernel.param)); });

}  // namespace
}  // namespace pulter::csv
