// What a lane does with its kept-alive connection between two requests, in virtual time.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/sim_engine.h"
#include "tests/support/sim_receiver.h"

namespace pulter::delivery {
namespace {

using namespace std::chrono_literals;
using model::ImportState;
using tests::Reaction;
using tests::Receipt;
using tests::SimEngine;
using tests::SimReceiver;

constexpr const char* secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

class LaneConnection : public testing::Test {
 protected:
  std::string import_through(const model::Webhook& webhook) {
    intake::ImportRequest request;
    request.webhook_url = webhook.url;
    auto import = engine_.import("name\na\nb\n", request);
    EXPECT_TRUE(import) << (import ? "" : import.error().detail);
    return import->id;
  }
  bool completes(const std::string& id) {
    return engine_.run_until([&] { return model::state_of(engine_.look(id)) == ImportState::completed; });
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
  ASSERT_TRUE(completes(import_through(webhook)));
  EXPECT_EQ(first_.history().size(), 3U);
}

TEST_F(LaneConnection, IsNotUsedForAnotherPlace) {
  model::Webhook webhook = engine_.make_webhook("http://127.0.0.1:9000/hook", secret);
  ASSERT_TRUE(completes(import_through(webhook)));
  EXPECT_EQ(first_.history().size(), 1U);
  // The connection is kept for a moment; the webhook moves meanwhile.
  webhook.url = "http://127.0.0.1:9001/hook";
  store::PutWebhook put;
  put.webhook = webhook;
  put.create = false;
  ASSERT_TRUE(engine_.ask(std::move(put)).done());
  ASSERT_TRUE(completes(import_through(webhook)));
  EXPECT_EQ(first_.history().size(), 1U);
  EXPECT_EQ(second_.history().size(), 1U);
}

}  // namespace
}  // namespace pulter::delivery
