#include "tools/pulter/event_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace pulter::tool {
namespace {

constexpr std::string_view stream =
    "retry: 2000\n\n:\n\nid: a-1\nevent: event\ndata: {\"id\":\"evt_1\"}\n\n"
    "data: one\r\ndata: two\r\n\r\nevent: reset\n\nevent:import\ndata:x\n\n";

std::vector<std::string> messages(std::size_t piece) {
  EventStreamReader reader;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(stream.substr(at, piece),
                [&](const StreamMessage& message) { out.push_back(message.kind + " " + message.data); });
  }
  return out;
}

TEST(EventStreamReader, AnyCutGivesTheSameMessages) {
  const std::vector<std::string> expected{"event {\"id\":\"evt_1\"}", "message one\ntwo", "import x"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) EXPECT_EQ(messages(piece), expected) << piece;
}

TEST(LastShown, WhatWasJustSaidIsNoNews) {
  LastShown shown;
  EXPECT_TRUE(shown.is_news("evt_1", "delivering"));
  EXPECT_TRUE(shown.is_news("evt_1", "delivered"));
  EXPECT_FALSE(shown.is_news("evt_1", "delivered"));
  EXPECT_TRUE(shown.is_news("evt_2", "delivered")) << "of another one it is";
  EXPECT_TRUE(shown.is_news("evt_1", "delivering")) << "it may come again, as in a resend";
}

TEST(LastShown, RemembersTheNewestAndNotAll) {
  LastShown shown;
  for (std::size_t i = 0; i < 5 * LastShown::things_max; ++i) {
    EXPECT_TRUE(shown.is_news("evt_" + std::to_string(i), "x"));
    // Asking for an old one makes it a new one, so each turn has two.
    const std::size_t before = LastShown::things_max / 2 - 1;
    if (i >= before) {
      EXPECT_FALSE(shown.is_news("evt_" + std::to_string(i - before), "x")) << i;
    }
  }
  EXPECT_TRUE(shown.is_news("evt_0", "x"));
}

}  // namespace
}  // namespace pulter::tool
