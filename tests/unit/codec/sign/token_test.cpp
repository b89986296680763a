#include "codec/sign/token.h"

#include <gtest/gtest.h>

#include <array>

namespace pulter::sign {
namespace {

TEST(Token, IsUrlSafeAndHasAllBits) {
  std::array<std::uint8_t, 32> random{};
  random.fill(0xff);
  const std::string text = generate_token(random);
  EXPECT_EQ(text, "plt_" + std::string(42, '_') + "8");
  random.fill(0);
  EXPECT_EQ(generate_token(random), "plt_" + std::string(43, 'A'));
  EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
}

TEST(Token, DigestIsSha256) {
  // FIPS 180-4, the example "abc".
  EXPECT_EQ(token_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Token, Comparison) {
  EXPECT_TRUE(same_secret("", ""));
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

}  // namespace
}  // namespace pulter::sign
