// Every short string over the symbols that matter, read and written by every kernel, against the reference.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/unit/codec/json/differential.h"

namespace pulter::json {
namespace {

class Exhaustive : public testing::TestWithParam<csv::Isa> {
 protected:
  void SetUp() override {
    if (!csv::supported(GetParam())) GTEST_SKIP() << "this processor has no " << csv::name(GetParam());
    ASSERT_TRUE(csv::select_kernel(csv::name(GetParam())));
  }
  void TearDown() override { ASSERT_TRUE(csv::select_kernel("")); }

  /// All strings of `size` symbols, so set that they end a file, and so that they lie across the edge of a
  /// block; of the longest ones every second string in each place.
  void run(std::size_t size) {
    Check check;
    check.settings.delimiter = ',';
    check.settings.batch_size = 2;
    const std::string at_end = "k,l\n";
    const std::string across = "k,l\n" + std::string(60 - size / 2 - 1, 'x') + "\n";
    std::uint64_t count = 0;
    each_string(size, [&](std::string_view text) {
      ++count;
      if (size < 7 || count % 2 == 0) compare(at_end + std::string(text), check);
      if (size < 7 || count % 2 == 1) compare(across + std::string(text) + "\nz,\"\"\n", check);
    });
    std::printf("%zu symbols: %llu strings\n", size, static_cast<unsigned long long>(count));
  }

  static void compare(const std::string& file, const Check& check) {
    const std::string difference = differs(file, check);
    if (difference.empty()) return;
    std::fprintf(stderr, "%s: %s\n", testing::PrintToString(file).c_str(), difference.c_str());
    std::abort();
  }
};

/// PULTER_TEST_SYMBOLS: which lengths, as the first and the last of them; "0-6" where it is not set.
TEST_P(Exhaustive, EveryString) {
  const char* wish = std::getenv("PULTER_TEST_SYMBOLS");  // NOLINT: this program has one thread
  const std::string lengths = wish != nullptr ? wish : "0-6";
  ASSERT_EQ(lengths.size(), 3u);
  for (auto size = static_cast<std::size_t>(lengths[0] - '0');
       size <= static_cast<std::size_t>(lengths[2] - '0'); ++size) {
    run(size);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Exhaustive,
                         testing::Values(csv::Isa::scalar, csv::Isa::avx2, csv::Isa::avx512),
                         [](const auto& kernel) { return std::string(csv::name(kernel.param)); });

}  // namespace
}  // namespace pulter::json
