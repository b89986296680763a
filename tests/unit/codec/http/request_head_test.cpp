#include "codec/http/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pulter::http {
namespace {

RequestHead example() {
  return {.target = "/hook?x=1",
          .host = "example.com:8443",
          .content_length = 274,
          .event_id = "evt_01HF7YAT00000000000000000A",
          .timestamp = 1'700'000'000,
          .signature = "v1,Skvddn5jAiboj4S1Mi4oJuExe/+ZJTMrf6GlgV0fO7c=",
          .attempt = 2,
          .user_agent = "Pulter/0.1.0",
          .extra = {}};
}

constexpr std::string_view expected =
    "POST /hook?x=1 HTTP/1.1\r\nHost: example.com:8443\r\nUser-Agent: Pulter/0.1.0\r\n"
    "Content-Type: application/json\r\nContent-Length: 274\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
    "webhook-id: evt_01HF7YAT00000000000000000A\r\nwebhook-timestamp: 1700000000\r\n"
    "webhook-signature: v1,Skvddn5jAiboj4S1Mi4oJuExe/+ZJTMrf6GlgV0fO7c=\r\nPulter-Attempt: 2\r\n\r\n";

TEST(RequestHead, EndsWhereTheHeadroomEnds) {
  std::string buffer(head_bytes_max, '?');
  const std::size_t size = write_head_right_aligned(buffer, example());
  EXPECT_EQ(size, head_size(example()));
  EXPECT_EQ(buffer.substr(buffer.size() - size), expected);
  EXPECT_EQ(buffer.substr(0, buffer.size() - size), std::string(buffer.size() - size, '?'));
}

TEST(RequestHead, ExactRoomIsEnough) {
  std::string buffer(expected.size(), '?');
  EXPECT_EQ(write_head_right_aligned(buffer, example()), expected.size());
  EXPECT_EQ(buffer, expected);
}

TEST(RequestHead, CustomHeadersComeLast) {
  const std::vector<HeaderField> extra = {{"Authorization", "Bearer x"}, {"X-Empty", ""}};
  RequestHead head = example();
  head.extra = extra;
  std::string buffer(head_bytes_max, '\0');
  const std::size_t size = write_head_right_aligned(buffer, head);
  EXPECT_EQ(buffer.substr(buffer.size() - size), std::string(expected.substr(0, expected.size() - 2)) +
                                                     "Authorization: Bearer x\r\nX-Empty: \r\n\r\n");
}

TEST(RequestHeadDeathTest, LimitsAreTheCallersDuty) {
  std::string small(expected.size() - 1, '\0');
  EXPECT_DEATH((void)write_head_right_aligned(small, example()), "check failed");
  std::string buffer(head_bytes_max, '\0');
  RequestHead injected = example();
  injected.target = "/a\r\nX: y";
  EXPECT_DEATH((void)write_head_right_aligned(buffer, injected), "check failed");
  injected.target = "/a HTTP/1.1";
  EXPECT_DEATH((void)write_head_right_aligned(buffer, injected), "check failed");
}

}  // namespace
}  // namespace pulter::http
