#include "codec/base/ids.h"

#include <gtest/gtest.h>

#include <array>

namespace pulter {
namespace {

using Random = std::array<std::uint8_t, 10>;

TEST(Ids, TimeIsTheExampleOfTheSpecification) {
  // The ulid specification's reference implementations encode 1469918176385 ms as 01ARYZ6S41.
  EXPECT_EQ(make_id("", 1'469'918'176'385, Random{}), "01ARYZ6S410000000000000000");
}

TEST(Ids, ExtremesFitTheAlphabet) {
  Random ones;
  ones.fill(0xff);
  EXPECT_EQ(make_id("evt_", (std::uint64_t{1} << 48) - 1, ones), "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(make_id("evt_", 0, Random{}), "evt_00000000000000000000000000");
}

TEST(Ids, RandomnessIsBigEndian) {
  EXPECT_EQ(make_id("", 0, Random{0, 0, 0, 0, 1, 0x80, 0, 0, 0, 0}),
            "00000000000000000"
            "1"
            "G0000000");
}

TEST(Ids, LaterIsGreaterAsText) {
  Random low{};
  Random high;
  high.fill(0xff);
  EXPECT_LT(make_id("imp_", 1'700'000'000'000, high), make_id("imp_", 1'700'000'000'001, low));
}

TEST(Ids, IsIdTakesOnlyItsOwn) {
  const std::string id = make_id("imp_", 1'700'000'000'000, Random{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_TRUE(is_id("imp_", id));
  EXPECT_FALSE(is_id("tpl_", id));
  EXPECT_FALSE(is_id("imp_", id.substr(1)));
  EXPECT_FALSE(is_id("imp_", id + "0"));
  EXPECT_FALSE(is_id("imp_", ""));
  for (const char bad : {'I', 'L', 'O', 'U', 'a', '-', '\0', ' ', '\x80'}) {
    std::string broken = id;
    broken.back() = bad;
    EXPECT_FALSE(is_id("imp_", broken)) << bad;
  }
  std::string too_large = id;
  too_large[4] = '8';
  EXPECT_FALSE(is_id("imp_", too_large));
}

TEST(IdsDeathTest, TimeBeyond48BitsIsABug) {
  EXPECT_DEATH((void)make_id("", std::uint64_t{1} << 48, Random{}), "check failed");
}

}  // namespace
}  // namespace pulter
