#include "codec/sign/sha256.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <random>
#include <string>
#include <vector>

#include "codec/sign/sha256_lanes.h"
#include "tests/reference/sha256.h"

namespace pulter::sign {
namespace {

Sha256Sum boringssl_sum(std::string_view text) {
  Sha256Sum sum;
  SHA256(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), sum.data());
  return sum;
}

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::vector<Sha256Kernel> kernels() {
  std::vector<Sha256Kernel> all = {Sha256Kernel::boringssl};
  if (supported(Sha256Kernel::lanes)) all.push_back(Sha256Kernel::lanes);
  return all;
}

// Every text through one call, or cut at the same share of each so that block edges fall anywhere.
void expect_sums(const std::vector<std::string>& texts, Sha256Kernel kernel, std::size_t cuts) {
  std::vector<Sha256> messages(texts.size());
  for (std::size_t cut = 0; cut < cuts; ++cut) {
    std::vector<Sha256::Part> parts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::size_t from = texts[i].size() * cut / cuts;
      const std::size_t to = texts[i].size() * (cut + 1) / cuts;
      parts.push_back({&messages[i], std::string_view(texts[i]).substr(from, to - from)});
    }
    Sha256::update_together(parts, kernel);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(messages[i].finish(), boringssl_sum(texts[i]))
        << texts.size() << " texts, number " << i << " of " << texts[i].size() << " bytes in " << cuts
        << " parts";
  }
}

TEST(Sha256, AllLengthsTo512) {
  for (const Sha256Kernel kernel : kernels()) {
    for (std::size_t length = 0; length <= 512; ++length) {
      for (const std::size_t together : {1UL, 2UL, 3UL}) {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < together; ++i) texts.push_back(noise(length, 1000 * length + i));
        expect_sums(texts, kernel, 1);
        expect_sums(texts, kernel, 3);
      }
    }
  }
}

TEST(Sha256, AllPairsOfLengthsAroundBlocks) {
  const std::vector<std::size_t> lengths = {0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 191, 192, 512};
  for (const Sha256Kernel kernel : kernels()) {
    for (const std::size_t a : lengths) {
      for (const std::size_t b : lengths) {
        for (const std::size_t c : lengths) {
          const std::vector<std::string> texts = {noise(a, a), noise(b, b + 7), noise(c, c + 13)};
          expect_sums(texts, kernel, 1);
          expect_sums(texts, kernel, 2);
        }
      }
    }
  }
}

TEST(Sha256, RandomGroupsOfLongOnes) {
  std::mt19937_64 random(20231114);
  for (const Sha256Kernel kernel : kernels()) {
    for (int round = 0; round < 200; ++round) {
      std::vector<std::string> texts(1 + random() % 9);
      for (std::string& text : texts)
        text = noise(random() % (random() % 4 == 0 ? 200'000 : 5'000), random());
      expect_sums(texts, kernel, 1 + random() % 7);
    }
  }
}

TEST(Sha256, BoringsslAgreesWithTheStandard) {
  // What the others are compared with, compared with FIPS 180-4 step by step.
  for (const std::size_t length : {0UL, 3UL, 55UL, 56UL, 64UL, 1000UL}) {
    const std::string text = noise(length, length);
    EXPECT_EQ(boringssl_sum(text), reference::sha256(text));
  }
}

TEST(Sha256, EachLaneCountOfTheKernelAlone) {
  if (!supported(Sha256Kernel::lanes)) GTEST_SKIP() << "This processor has no SHA instructions.";
  for (std::size_t lane_count = 1; lane_count <= sha256_lanes_max; ++lane_count) {
    for (const std::size_t block_count : {1UL, 2UL, 3UL, 17UL}) {
      std::vector<std::string> texts;
      std::vector<Sha256State> states(lane_count, sha256_start);
      std::vector<Sha256State> expected(lane_count, sha256_start);
      std::vector<std::uint32_t*> state_pointers;
      std::vector<const std::uint8_t*> block_pointers;
      // One byte past an aligned address: blocks stand anywhere in a body.
      for (std::size_t i = 0; i < lane_count; ++i) texts.push_back(noise(64 * block_count + 1, i));
      for (std::size_t i = 0; i < lane_count; ++i) {
        state_pointers.push_back(states[i].data());
        block_pointers.push_back(reinterpret_cast<const std::uint8_t*>(texts[i].data()) + 1);
        SHA256_TransformBlocks(expected[i].data(), block_pointers[i], block_count);
      }
      sha256_lanes_step(state_pointers.data(), block_pointers.data(), lane_count, block_count);
      EXPECT_EQ(states, expected) << lane_count << " lanes, " << block_count << " blocks";
    }
  }
}

TEST(Sha256, LanesMayShareTheirBytes) {
  const std::string text = noise(10'000, 5);
  for (const Sha256Kernel kernel : kernels()) expect_sums({text, text, text, text}, kernel, 3);
}

}  // namespace
}  // namespace pulter::sign
