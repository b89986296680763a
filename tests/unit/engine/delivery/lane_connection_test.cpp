// What a lane does with its kept-alive connection between two requests, in virtual time.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/engine/delivery/lane_fixture.h"

namespace pulter::delivery {
namespace {

class LaneConnection : public testing::Test {
 protected:
  bool completes_through(const model::Webhook& webhook) {
    return completes(engine_, start_import(engine_, "name\na\nb\n", webhook.url, 100));
  }

  SimEngine engine_{11};
  SimReceiver first_{engine_.world(), 9000, secret};
  SimReceiver second_{engine_.world(), 9001, secret};
};

TEST_F(LaneConnection, MayEndWhileARetryIsWaitedFor) {
  first_.set_script([](const Receipt&, std::size_t number) {
    Reaction busy{.answer = "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", .close_after = true};
    return number < 3 ? busy : Reaction{};
  });
  const model::Webhook webhook = engine_.make_webhook("http://127.0.0.1:9000/hook", secret);
  ASSERT_TRUE(completes_through(webhook));
  EXPECT_EQ(first_.history().size(), 3U);
}

TEST_F(LaneConnection, IsNotUsedForAnotherPlace) {
  model::Webhook webhook = engine_.make_webhook("http://127.0.0.1:9000/hook", secret);
  ASSERT_TRUE(completes_through(webhook));
  EXPECT_EQ(first_.history().size(), 1U);
  // The connection is kept for a moment; the webhook moves meanwhile.
  webhook.url = "http://127.0.0.1:9001/hook";
  store::PutWebhook put;
  put.webhook = webhook;
  put.create = false;
  ASSERT_TRUE(engine_.ask(std::move(put)).done());
  ASSERT_TRUE(completes_through(webhook));
  EXPECT_EQ(first_.history().size(), 1U);
  EXPECT_EQ(second_.history().size(), 1U);
}

}  // namespace
}  // namespace pulter::delivery
