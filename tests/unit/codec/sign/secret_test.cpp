#include "codec/sign/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace pulter::sign {
namespace {

std::string key_text(const Secret& secret) {
  return {secret.key().begin(), secret.key().end()};
}

TEST(Secret, PrefixMeansBase64) {
  const auto secret = Secret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  ASSERT_TRUE(secret.has_value());
  ASSERT_EQ(secret->key().size(), 32U);
  for (std::uint8_t i = 0; i < 32; ++i) EXPECT_EQ(secret->key()[i], i);
}

TEST(Secret, AnythingElseIsRaw) {
  for (const std::string_view text : {"x", "hunter2", "WHSEC_AAEC", "whsec", "whsec-AAEC", "\xff\x01 é"}) {
    const auto secret = Secret::parse(text);
    ASSERT_TRUE(secret.has_value()) << text;
    EXPECT_EQ(key_text(*secret), text);
  }
}

TEST(Secret, RefusesWithoutRepeatingIt) {
  for (const std::string& text :
       {std::string(), std::string("whsec_"), std::string("whsec_abc"), std::string("whsec_ab=c"),
        std::string("whsec_AAEC AwQF"), std::string("whsec_AAE\n"), std::string("whsec_AA_-"),
        std::string("whsec_===="), std::string("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
        std::string(secret_chars_max + 1, 'x')}) {
    const auto secret = Secret::parse(text);
    ASSERT_FALSE(secret.has_value()) << text;
    EXPECT_EQ(secret.error().code, ErrorCode::bad_secret);
    if (text.size() > 8) {
      EXPECT_EQ(secret.error().detail.find(text.substr(6)), std::string::npos);
    }
  }
}

TEST(Secret, GeneratedOnesReadBack) {
  std::array<std::uint8_t, 32> random;
  std::ranges::generate(random, [n = std::uint8_t{200}]() mutable { return n += 7; });
  const std::string text = generate_secret(random);
  EXPECT_TRUE(text.starts_with("whsec_"));
  EXPECT_EQ(text.size(), 50U);
  const auto secret = Secret::parse(text);
  ASSERT_TRUE(secret.has_value());
  EXPECT_TRUE(std::ranges::equal(secret->key(), random));
}

}  // namespace
}  // namespace pulter::sign
