#include "codec/sign/hmac.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/reference/sha256.h"

namespace pulter::sign {
namespace {

std::string from_hex(std::string_view hex) {
  if (hex == "-") return {};
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Case {
  int number = 0;
  bool valid = false;
  std::string key;
  std::string message;
  std::string tag;
};

std::vector<Case> wycheproof() {
  std::ifstream file(PULTER_GOLDEN_SIGN "/hmac_sha256.txt");
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    int number = 0;
    std::string verdict;
    std::string key;
    std::string message;
    std::string tag;
    words >> number >> verdict >> key >> message >> tag;
    cases.push_back({number, verdict == "valid", from_hex(key), from_hex(message), from_hex(tag)});
  }
  return cases;
}

void expect_verdict(const Case& test, const Sha256Sum& sum) {
  const bool same = std::ranges::equal(bytes_of(test.tag), std::span(sum).first(test.tag.size()));
  EXPECT_EQ(same, test.valid) << "Wycheproof case " << test.number;
}

TEST(HmacSha256, Wycheproof) {
  const std::vector<Case> cases = wycheproof();
  ASSERT_EQ(cases.size(), 174U);
  for (const Case& test : cases) {
    HmacSha256 mac(bytes_of(test.key));
    mac.update(test.message);
    expect_verdict(test, mac.finish());
  }
}

// The same in groups: each case beside the two that follow it, whose keys and lengths differ.
TEST(HmacSha256, WycheproofSideBySide) {
  const std::vector<Case> cases = wycheproof();
  for (const Sha256Kernel kernel : {Sha256Kernel::boringssl, best_sha256_kernel()}) {
    for (std::size_t first = 0; first + sha256_lanes_max <= cases.size(); ++first) {
      const std::span<const Case> group = std::span(cases).subspan(first, sha256_lanes_max);
      std::vector<HmacSha256> macs;
      for (const Case& test : group) macs.emplace_back(bytes_of(test.key));
      std::vector<Sha256::Part> parts;
      for (std::size_t i = 0; i < group.size(); ++i) parts.push_back({&macs[i].message(), group[i].message});
      Sha256::update_together(parts, kernel);
      for (std::size_t i = 0; i < group.size(); ++i) expect_verdict(group[i], macs[i].finish());
    }
  }
}

TEST(HmacSha256, KeysOfAllLengths) {
  for (std::size_t length = 0; length <= 200; ++length) {
    const std::string key(length, '\xaa');
    HmacSha256 mac(bytes_of(key));
    mac.update("Hi ");
    mac.update("There");
    EXPECT_EQ(mac.finish(), reference::hmac_sha256(key, "Hi There")) << length;
  }
}

TEST(HmacSha256, Rfc4231Case2) {
  HmacSha256 mac(bytes_of("Jefe"));
  mac.update("what do ya want for nothing?");
  constexpr Sha256Sum expected = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
                                  0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
                                  0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
  EXPECT_EQ(mac.finish(), expected);
}

}  // namespace
}  // namespace pulter::sign
