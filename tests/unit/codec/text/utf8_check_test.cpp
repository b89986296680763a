#include <gtest/gtest.h>

#include <random>
#include <string>

#include "codec/base/utf8.h"
#include "codec/text/encoding.h"

namespace pulter::text {
namespace {

// Offset of the first bad byte by the obvious walk; -1 when there is none.
std::int64_t oracle(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = utf8_char_size(text.substr(at));
    if (size == 0) return static_cast<std::int64_t>(at);
    at += size;
  }
  return -1;
}

std::int64_t check_in_steps(std::string_view text, std::size_t step) {
  Utf8Check check;
  for (std::size_t at = 0; at < text.size(); at += step) check.feed(text.substr(at, step));
  check.finish();
  return check.bad_offset();
}

TEST(Utf8Check, EveryShortStringOfTellingBytes) {
  // One byte of each kind that the definition treats differently.
  const std::string symbols = "a\x80\x8f\x90\x9f\xa0\xbf\xc0\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff";
  const std::size_t n = symbols.size();
  for (std::size_t length = 0, count = 1; length <= 4; ++length, count *= n) {
    for (std::size_t code = 0; code < count; ++code) {
      std::string text;
      for (std::size_t i = 0, rest = code; i < length; ++i, rest /= n) text.push_back(symbols[rest % n]);
      const std::int64_t expected = oracle(text);
      for (std::size_t step = 1; step <= 4; ++step)
        ASSERT_EQ(check_in_steps(text, step), expected) << testing::PrintToString(text);
    }
  }
}

TEST(Utf8Check, LongTextsInRandomPieces) {
  std::mt19937 random(11);
  const std::string_view pieces[] = {
      "a", "é", "€", "😀", "plain ASCII of some length, longer than one block of sixty-four bytes, really"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 2'000) text += pieces[random() % 5];
    if (round % 3 != 0) text[random() % text.size()] = static_cast<char>(random());
    if (round % 5 == 0) text.resize(text.size() - 1);
    Utf8Check check;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = random() % 200;
      check.feed(std::string_view(text).substr(at, size));
      at += size;
    }
    EXPECT_EQ(check.finish(), oracle(text) < 0);
    EXPECT_EQ(check.bad_offset(), oracle(text));
  }
}

}  // namespace
}  // namespace pulter::text
