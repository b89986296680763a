#include "codec/base/digest.h"

#include <gtest/gtest.h>

namespace pulter {
namespace {

TEST(Digest, KnownValues) {
  // xxhsum -H2 of the empty input and of "a".
  EXPECT_EQ(digest_text(""), "xxh3:99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(digest_text("a"), "xxh3:a96faf705af16834e6c632b61e964e1f");
}

TEST(Digest, AnyCutGivesTheSame) {
  std::string body;
  for (int i = 0; i < 3000; ++i) body.push_back(static_cast<char>(i * 31 + i / 7));
  const std::string whole = digest_text(body);
  for (const std::size_t step : {1UL, 2UL, 63UL, 64UL, 65UL, 240UL, 241UL, 1024UL, 2999UL}) {
    Digest digest;
    for (std::size_t at = 0; at < body.size(); at += step)
      digest.update(std::string_view(body).substr(at, step));
    EXPECT_EQ(digest.text(), whole) << step;
    EXPECT_EQ(digest.text(), whole) << "asking twice changes nothing";
  }
  EXPECT_EQ(Digest().text(), digest_text(""));
}

}  // namespace
}  // namespace pulter
