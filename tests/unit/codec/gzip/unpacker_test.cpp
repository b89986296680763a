// codec/gzip: every cut of the input and of the output is the same; damage, bombs and left-overs are errors.

#include "codec/gzip/unpacker.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/gzip.h"

namespace pulter::gzip {
namespace {

using namespace std::string_literals;

std::string packed(std::string_view text, int level = 6) {
  return test::gzipped(text, level);
}

/// The content, or "!code at".
std::string unpacked(std::string_view bytes, std::size_t step, std::size_t room, UnpackLimits limits = {}) {
  const auto problem = [](const Error& error) {
    return "!" + std::string(name(error.code)) + " " + std::to_string(error.at);
  };
  Unpacker unpacker(limits);
  std::string all;
  std::string piece;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    for (std::string_view part = bytes.substr(at, step); !part.empty();) {
      piece.clear();
      const Result<std::size_t> taken = unpacker.feed(part, piece, room);
      if (!taken) return problem(taken.error());
      EXPECT_LE(piece.size(), room);
      part.remove_prefix(*taken);
      all += piece;
    }
  }
  const Result<> end = unpacker.finish();
  EXPECT_EQ(unpacker.packed_bytes(), bytes.size());
  EXPECT_EQ(unpacker.unpacked_bytes(), all.size());
  return end ? all : problem(end.error());
}

std::string unpacked(std::string_view bytes, UnpackLimits limits = {}) {
  const std::string whole = unpacked(bytes, bytes.size() + 1, 1 << 20, limits);
  for (const std::size_t step : {1u, 2u, 7u, 19u}) {
    for (const std::size_t room : {1u, 3u, 1000u})
      EXPECT_EQ(unpacked(bytes, step, room, limits), whole) << step << " " << room;
  }
  return whole;
}

TEST(Gzip, IsKnownByItsHead) {
  EXPECT_TRUE(is_gzip(packed("a,b\n")));
  EXPECT_TRUE(is_gzip("\x1f\x8b\x08\x00"s));
  EXPECT_FALSE(is_gzip("\x1f\x8b\x08"s));
  EXPECT_FALSE(is_gzip("\x1f\x8b\x07\x00"s));
  EXPECT_FALSE(is_gzip("\x1f\x8b\x08\x20"s));
  EXPECT_FALSE(is_gzip("a,b\n1,2\n"));
  EXPECT_FALSE(is_gzip(""));
}

TEST(Gzip, MembersAreOneContent) {
  EXPECT_EQ(unpacked(packed("")), "");
  EXPECT_EQ(unpacked(packed("a,b\n1,2\n")), "a,b\n1,2\n");
  EXPECT_EQ(unpacked(packed("a,b\n", 0)), "a,b\n");
  EXPECT_EQ(unpacked(packed("a,b\n1,") + packed("") + packed("2\n")), "a,b\n1,2\n");
  std::mt19937_64 random(7);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(random() % 1000) + (i % 5 == 4 ? "\n" : ",");
  EXPECT_EQ(unpacked(packed(text)), text);
}

TEST(Gzip, AHeaderMayHaveNameCommentAndMore) {
  // RFC 1952, section 2.3: FEXTRA, FNAME, FCOMMENT, without FHCRC.
  std::string bytes = packed("a\n1\n");
  bytes[3] = 4 + 8 + 16;
  bytes.insert(10, "\x02\x00xy"s + "people.csv\0"s + "a comment\0"s);
  EXPECT_EQ(unpacked(bytes), "a\n1\n");
}

TEST(Gzip, ZerosBehindItArePadding) {
  EXPECT_EQ(unpacked(packed("a\n1\n") + std::string(700, '\0')), "a\n1\n");
  const std::string first = packed("a\n");
  const std::string at = std::to_string(first.size() + 1);
  EXPECT_EQ(unpacked(first + "\0"s + packed("1\n")), "!bad_compression " + at);
}

TEST(Gzip, NothingElseMayFollow) {
  const std::string bytes = packed("a\n1\n");
  EXPECT_EQ(unpacked(bytes + "x"), "!bad_compression " + std::to_string(bytes.size()));
  EXPECT_EQ(unpacked(bytes + "2\n3\n"), "!bad_compression " + std::to_string(bytes.size()));
  EXPECT_TRUE(unpacked(bytes + "\x1f", bytes.size() + 1, 100).starts_with("!bad_compression"));
  EXPECT_TRUE(unpacked(bytes + "\x1fzz", 1, 100).starts_with("!bad_compression"));
}

TEST(Gzip, EveryCutIsNoticed) {
  const std::string bytes = packed("name,city\nAda,London\nBob,Bonn\n") + packed("Eve,Rome\n");
  const std::size_t second = packed("name,city\nAda,London\nBob,Bonn\n").size();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string got = unpacked(bytes.substr(0, size), size + 1, 1000);
    if (size == second) {
      EXPECT_EQ(got, "name,city\nAda,London\nBob,Bonn\n");
    } else {
      EXPECT_EQ(got, "!bad_compression " + std::to_string(size));
    }
  }
}

TEST(Gzip, AFlippedBitNeverGivesAnotherContent) {
  const std::string text = "name,city\nAda,London\nBob,Bonn\n";
  const std::string bytes = packed(text);
  for (std::size_t i = 10; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = bytes;
      broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
      // A few bits mean nothing: those that fill up the last byte before the checksum.
      const std::string got = unpacked(broken, 100, 1000);
      const bool noticed = got.starts_with("!bad_compression");
      EXPECT_TRUE(noticed || (i == bytes.size() - 9 && got == text)) << i << " " << bit;
    }
  }
}

TEST(Gzip, WhatIsNoGzipIsRefused) {
  EXPECT_EQ(unpacked(""), "!bad_compression 0");
  EXPECT_TRUE(unpacked("a,b\n1,2\n", 100, 100).starts_with("!bad_compression"));
  // The zlib format (RFC 1950) is another one.
  EXPECT_TRUE(unpacked("\x78\x9c\x03\x00\x00\x00\x00\x01"s, 100, 100).starts_with("!bad_compression"));
}

TEST(Gzip, BombsAreRefusedEarly) {
  const std::string bomb = packed(std::string(8u << 20, 'a'), 9);
  const UnpackLimits tight{.ratio_max = 100, .free_bytes = 1u << 20};
  EXPECT_TRUE(unpacked(bomb, 1000, 64 * 1024, tight).starts_with("!bad_compression"));
  EXPECT_EQ(unpacked(bomb, 1000, 64 * 1024).size(), 8u << 20);
  const UnpackLimits few{.bytes_max = 1000};
  EXPECT_TRUE(unpacked(bomb, 1000, 64 * 1024, few).starts_with("!file_too_large"));
  EXPECT_EQ(unpacked(packed(std::string(1000, 'a')), few).size(), 1000u);
  // It is noticed before much of it was unpacked.
  Unpacker unpacker(tight);
  std::string piece;
  std::string_view rest = bomb;
  Result<std::size_t> taken = 0;
  while (taken) {
    piece.clear();
    taken = unpacker.feed(rest, piece, 64 * 1024);
    if (taken) rest.remove_prefix(*taken);
  }
  EXPECT_LE(unpacker.unpacked_bytes(), (1u << 20) + 64 * 1024);
  EXPECT_NE(taken.error().detail.find("100 times"), std::string::npos);
}

}  // namespace
}  // namespace pulter::gzip
