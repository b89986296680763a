#include "engine/delivery/outcome.h"

#include <gtest/gtest.h>

namespace pulter::delivery {
namespace {

using model::Outcome;
using store::Disposition;

ExchangeFacts answered(std::int32_t status) {
  ExchangeFacts facts;
  facts.status = status;
  facts.answer_complete = facts.sent_any = facts.sent_whole = true;
  facts.answer_bytes = 20;
  facts.body_bytes = 4711;
  return facts;
}

ExchangeFacts failed(ErrorCode code, bool sent_whole) {
  ExchangeFacts facts;
  facts.sent_any = facts.sent_whole = sent_whole;
  facts.error = Error{code, -1, "it broke"};
  return facts;
}

struct Row {
  std::int32_t status;
  Outcome outcome;
  Disposition disposition;
};

TEST(Outcome, FollowsTheTableOfTheContract) {
  const Row rows[] = {
      {200, Outcome::delivered, Disposition::delivered}, {201, Outcome::delivered, Disposition::delivered},
      {204, Outcome::delivered, Disposition::delivered}, {299, Outcome::delivered, Disposition::delivered},
      {301, Outcome::refused, Disposition::halted},      {302, Outcome::refused, Disposition::halted},
      {304, Outcome::refused, Disposition::halted},      {308, Outcome::refused, Disposition::halted},
      {400, Outcome::refused, Disposition::halted},      {401, Outcome::refused, Disposition::halted},
      {404, Outcome::refused, Disposition::halted},      {408, Outcome::refused, Disposition::retry},
      {410, Outcome::refused, Disposition::gone},        {413, Outcome::refused, Disposition::halted},
      {422, Outcome::refused, Disposition::halted},      {425, Outcome::refused, Disposition::retry},
      {429, Outcome::refused, Disposition::retry},       {500, Outcome::refused, Disposition::retry},
      {503, Outcome::refused, Disposition::retry},       {599, Outcome::refused, Disposition::retry}};
  for (const Row& row : rows) {
    const Verdict verdict = judge_exchange(answered(row.status), model::Webhook{});
    EXPECT_EQ(verdict.outcome, row.outcome) << row.status;
    EXPECT_EQ(verdict.disposition, row.disposition) << row.status;
    EXPECT_EQ(verdict.error.empty(), row.outcome == Outcome::delivered) << row.status;
  }
}

TEST(Outcome, RetryOn4xxRetriesAll4xxBut410) {
  model::Webhook webhook;
  webhook.retry_on_4xx = true;
  EXPECT_EQ(judge_exchange(answered(404), webhook).disposition, Disposition::retry);
  EXPECT_EQ(judge_exchange(answered(413), webhook).disposition, Disposition::retry);
  EXPECT_EQ(judge_exchange(answered(410), webhook).disposition, Disposition::gone);
  EXPECT_EQ(judge_exchange(answered(302), webhook).disposition, Disposition::halted);
}

TEST(Outcome, SaysWhatToDoAbout413AndRedirects) {
  const Verdict too_large = judge_exchange(answered(413), model::Webhook{});
  EXPECT_NE(too_large.error.find("4711 bytes"), std::string::npos);
  EXPECT_NE(too_large.error.find("batchSize"), std::string::npos);
  ExchangeFacts moved = answered(301);
  moved.location = "https://elsewhere.example/";
  EXPECT_NE(judge_exchange(moved, model::Webhook{}).error.find("https://elsewhere.example/"),
            std::string::npos);
}

TEST(Outcome, UnknownOnlyWhenAllOfItWasSent) {
  const Verdict before = judge_exchange(failed(ErrorCode::connect_failed, false), model::Webhook{});
  EXPECT_EQ(before.outcome, Outcome::unreachable);
  EXPECT_EQ(before.disposition, Disposition::retry);
  const Verdict after = judge_exchange(failed(ErrorCode::timed_out, true), model::Webhook{});
  EXPECT_EQ(after.outcome, Outcome::unknown);
  EXPECT_EQ(after.disposition, Disposition::retry);
  EXPECT_FALSE(after.at_once);
}

TEST(Outcome, TwoHundredCountsOnlyWhenItsAnswerIsComplete) {
  ExchangeFacts cut = failed(ErrorCode::connection_closed, true);
  cut.status = 200;
  cut.answer_bytes = 100;
  EXPECT_EQ(judge_exchange(cut, model::Webhook{}).disposition, Disposition::retry);
  cut.status = 400;
  EXPECT_EQ(judge_exchange(cut, model::Webhook{}).disposition, Disposition::halted);
}

TEST(Outcome, StaleConnectionIsTriedAgainAtOnceOnlyBeforeAnyAnswerByte) {
  ExchangeFacts stale = failed(ErrorCode::connection_closed, true);
  stale.reused_connection = true;
  EXPECT_TRUE(judge_exchange(stale, model::Webhook{}).at_once);
  stale.answer_bytes = 1;
  EXPECT_FALSE(judge_exchange(stale, model::Webhook{}).at_once);
  stale.answer_bytes = 0;
  stale.reused_connection = false;
  EXPECT_FALSE(judge_exchange(stale, model::Webhook{}).at_once);
}

TEST(Outcome, RetryAfterIsAFloorForAnyStatusThatIsRetried) {
  ExchangeFacts busy = answered(503);
  busy.retry_after_s = 120;
  EXPECT_EQ(judge_exchange(busy, model::Webhook{}).floor_s, 120);
  ExchangeFacts fine = answered(200);
  fine.retry_after_s = 120;
  EXPECT_EQ(judge_exchange(fine, model::Webhook{}).floor_s, 0);
}

}  // namespace
}  // namespace pulter::delivery
