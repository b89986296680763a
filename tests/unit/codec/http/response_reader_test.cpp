#include "codec/http/response_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pulter::http {
namespace {

std::string chunks(std::size_t count) {
  std::string wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) wire += "1\r\nx\r\n";
  return wire + "0\r\n\r\n";
}

std::string headers(std::size_t count) {
  std::string wire = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i < count; ++i) wire += "X: y\r\n";
  return wire + "\r\n";
}

TEST(ResponseReader, OneByteChunksAreBounded) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed(chunks(40'000)));
  EXPECT_EQ(reader.body(), std::string(40'000, 'x'));
  reader.reset();
  EXPECT_EQ(reader.feed(chunks(60'000)).error().code, ErrorCode::response_too_large);
}

TEST(ResponseReader, HeaderCountIsBoundedOverInterimAnswersAndTrailers) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed(headers(256)));
  reader.reset();
  EXPECT_EQ(reader.feed(headers(257)).error().code, ErrorCode::response_too_large);

  ResponseReader second;
  std::string wire;
  for (int i = 0; i < 13; ++i) wire += "HTTP/1.1 103 Hints\r\n" + headers(20).substr(17);
  EXPECT_EQ(second.feed(wire).error().code, ErrorCode::response_too_large);
}

TEST(ResponseReader, InterimAnswersAreBounded) {
  std::string wire;
  for (int i = 0; i < 16; ++i) wire += "HTTP/1.1 100 Continue\r\n\r\n";
  ResponseReader reader;
  ASSERT_TRUE(reader.feed(wire));
  EXPECT_EQ(reader.status(), 0);
  const auto refused = reader.feed("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(refused.error().code, ErrorCode::response_too_large);
}

TEST(ResponseReader, StatusIsKnownBeforeTheBody) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.1 413 Too Large\r\nContent-Length: 100\r\n\r\nsom"));
  EXPECT_EQ(reader.status(), 413);
  EXPECT_FALSE(reader.complete());
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.body(), "som");
  EXPECT_EQ(reader.end_of_stream().error().code, ErrorCode::connection_closed);
  EXPECT_EQ(reader.status(), 413);
}

TEST(ResponseReader, BytesReceivedTellsAStaleConnection) {
  ResponseReader reader;
  const auto closed = reader.end_of_stream();
  EXPECT_EQ(closed.error().at, 0);
  reader.reset();
  ASSERT_TRUE(reader.feed("H"));
  EXPECT_EQ(reader.end_of_stream().error().at, 1);
}

TEST(ResponseReader, BytesAfterTheAnswerInLaterFeeds) {
  ResponseReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(reader.keep_alive());
  ASSERT_TRUE(reader.feed("x"));
  EXPECT_TRUE(reader.trailing());
  EXPECT_FALSE(reader.keep_alive());
}

TEST(ResponseReader, ManyAnswersOnOneReader) {
  ResponseReader reader;
  for (int i = 0; i < 100; ++i) {
    const std::string body(static_cast<std::size_t>(i) * 997, 'b');
    reader.reset();
    ASSERT_TRUE(reader.feed("HTTP/1.1 200 OK\r\nX-Number: " + std::to_string(i) +
                            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    ASSERT_TRUE(reader.keep_alive());
    EXPECT_EQ(reader.body(), body);
    EXPECT_EQ(reader.header("x-number"), std::to_string(i));
    EXPECT_EQ(reader.headers().size(), 2U);
  }
}

TEST(ResponseReader, MovesWithItsState) {
  ResponseReader first;
  ASSERT_TRUE(first.feed("HTTP/1.1 200 OK\r\nContent-Le"));
  ResponseReader second = std::move(first);
  ASSERT_TRUE(second.feed("ngth: 2\r\n\r\nok"));
  EXPECT_TRUE(second.complete());
  EXPECT_EQ(second.body(), "ok");
}

// Broken copies of good answers, in random pieces: no crash, and the same verdict for every cut.
TEST(ResponseReader, MutationsGiveOneVerdict) {
  const std::string good =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"
      "5\r\nhello\r\n3;a=b\r\nyou\r\n0\r\nT: u\r\n\r\n";
  std::mt19937 random(7);
  const std::string symbols = std::string("\r\n\t :;,./0129aHX\x7f\xff") + '\0';
  for (int round = 0; round < 20'000; ++round) {
    std::string wire = good;
    for (unsigned change = 0; change <= random() % 3; ++change) {
      const std::size_t at = random() % wire.size();
      const char symbol = symbols[random() % symbols.size()];
      switch (random() % 3) {
        case 0:
          wire[at] = symbol;
          break;
        case 1:
          wire.insert(at, 1, symbol);
          break;
        default:
          wire.erase(at, 1);
      }
    }
    ResponseReader whole;
    const auto expected = whole.feed(wire);
    ResponseReader pieces;
    Result<ResponseProgress> got = ResponseProgress::need_more;
    for (std::size_t at = 0; at < wire.size() && got;) {
      const std::size_t size = 1 + random() % 9;
      got = pieces.feed(std::string_view(wire).substr(at, size));
      at += size;
    }
    ASSERT_EQ(expected.has_value(), got.has_value()) << wire;
    if (!expected) {
      ASSERT_EQ(expected.error().code, got.error().code) << wire;
    } else {
      ASSERT_EQ(*expected, *got) << wire;
      ASSERT_EQ(whole.body(), pieces.body()) << wire;
      ASSERT_EQ(whole.keep_alive(), pieces.keep_alive()) << wire;
    }
  }
}

}  // namespace
}  // namespace pulter::http
