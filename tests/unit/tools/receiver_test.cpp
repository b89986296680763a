#include <gtest/gtest.h>

#include <string>

#include "tools/pulter/receiver/behaviour.h"
#include "tools/pulter/receiver/history.h"
#include "tools/pulter/receiver/receipt.h"

namespace pulter::tool {
namespace {

std::string body_of(std::uint64_t index, std::uint64_t count, std::uint64_t total_rows,
                    const std::string& rows) {
  return R"({"id":"imp_1","templateId":"tpl_1","index":)" + std::to_string(index) + R"(,"count":)" +
         std::to_string(count) + R"(,"totalRows":)" + std::to_string(total_rows) +
         R"(,"event_name":"all","data":[)" + rows + R"(],"user":{},"metadata":{}})";
}

std::string row(int number) {
  return R"({"a":"1","__index":"00000000-0000-4000-8000-00000000000)" + std::to_string(number) + R"("})";
}

/// What History is given for one request with this body.
struct Sent {
  std::string body;
  Receipt receipt;

  Sent(std::string text, const std::string& webhook_id) : body(std::move(text)) {
    receipt.path = "/hook";
    receipt.webhook_id = webhook_id;
    receipt.head = *read_body_head(body);
    receipt.rows = each_row_id(body, receipt.head, [](std::string_view) {});
    receipt.bytes = body.size();
    receipt.digest = std::to_string(std::hash<std::string>()(body));
  }
};

TEST(BodyHead, ReadsTheContractsOrderAndNothingElse) {
  const auto head = read_body_head(body_of(2, 3, 12'000, ""));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->import_id, "imp_1");
  EXPECT_EQ(head->index, 2U);
  EXPECT_EQ(head->count, 3U);
  EXPECT_EQ(head->total_rows, 12'000U);
  EXPECT_EQ(head->event_name, "all");
  EXPECT_FALSE(read_body_head(R"({"templateId":"tpl_1","id":"imp_1"})"));
  EXPECT_FALSE(read_body_head(R"({ "id":"imp_1"})"));
  EXPECT_FALSE(read_body_head(""));
}

TEST(EachRowId, IsNotFooledByACellThatLooksLikeOne) {
  const std::string body = body_of(
      1, 1, 1, R"({"a":"\",\"__index\":\"x","b":",","__index":"00000000-0000-4000-8000-000000000001"})");
  const auto head = read_body_head(body);
  ASSERT_TRUE(head);
  std::string found;
  EXPECT_EQ(each_row_id(body, *head, [&](std::string_view id) { found += id; }), 1U);
  EXPECT_EQ(found, "00000000-0000-4000-8000-000000000001");
}

class HistoryTest : public testing::Test {
 protected:
  std::string take(const Sent& sent, int status = 200) {
    std::string problem = history.take(sent.receipt, sent.body);
    history.answered(sent.receipt, status);
    return problem;
  }
  History history;
};

TEST_F(HistoryTest, AnOrderlyImportIsFine) {
  EXPECT_EQ(take({body_of(1, 2, 2, row(1)), "evt_1"}), "");
  EXPECT_EQ(take({body_of(2, 2, 2, row(2)), "evt_2"}), "");
  EXPECT_EQ(history.totals().imports_complete, 1U);
  EXPECT_EQ(history.totals().rows, 2U);
}

TEST_F(HistoryTest, ARepeatIsCountedAndMustBeTheSame) {
  EXPECT_EQ(take({body_of(1, 2, 2, row(1)), "evt_1"}, 500), "");
  EXPECT_EQ(take({body_of(1, 2, 2, row(1)), "evt_1"}), "");
  EXPECT_EQ(history.totals().repeats, 1U);
  EXPECT_EQ(history.totals().batches, 1U);
  EXPECT_NE(take({body_of(1, 2, 2, row(3)), "evt_1"}).find("other bytes"), std::string::npos);
}

TEST_F(HistoryTest, ASuccessorOfAnUnansweredBatchIsAProblem) {
  EXPECT_EQ(take({body_of(1, 3, 3, row(1)), "evt_1"}, 503), "");
  EXPECT_NE(take({body_of(2, 3, 3, row(2)), "evt_2"}).find("before batch 1 was answered"), std::string::npos);
}

TEST_F(HistoryTest, AGapARepeatedIndexAndAMissingRowAreProblems) {
  EXPECT_EQ(take({body_of(1, 3, 3, row(1)), "evt_1"}), "");
  EXPECT_NE(take({body_of(1, 3, 3, row(1)), "evt_9"}).find("another webhook-id"), std::string::npos);
  EXPECT_NE(take({body_of(3, 3, 3, row(3)), "evt_3"}).find("came after batch 1"), std::string::npos);
  EXPECT_EQ(history.totals().imports_incomplete, 1U);
}

TEST_F(HistoryTest, ARowThatComesTwiceIsAProblem) {
  EXPECT_EQ(take({body_of(1, 2, 2, row(1)), "evt_1"}), "");
  EXPECT_NE(take({body_of(2, 2, 2, row(1)), "evt_2"}).find("came twice"), std::string::npos);
}

TEST(HashSet, KeepsWhatItWasGiven) {
  HashSet set;
  for (std::uint64_t i = 0; i < 100'000; ++i) EXPECT_TRUE(set.insert(i * 0x9E3779B97F4A7C15U + 7));
  for (std::uint64_t i = 0; i < 100'000; ++i) EXPECT_FALSE(set.insert(i * 0x9E3779B97F4A7C15U + 7));
  EXPECT_EQ(set.size(), 100'000U);
}

TEST(Behaviour, FailsTheRequestsThatItIsTold) {
  const Sent sent(body_of(1, 1, 1, row(1)), "evt_1");
  Behaviour behaviour;
  ASSERT_TRUE(behaviour.add_failure("2:500"));
  ASSERT_TRUE(behaviour.add_failure("3-4:503"));
  std::string statuses;
  for (int i = 0; i < 5; ++i) {
    statuses += std::to_string(behaviour.reply_to(sent.receipt, 1, sent.body).status) + " ";
  }
  EXPECT_EQ(statuses, "200 500 503 503 200 ");
  for (const char* bad : {"", "500", "1:", "1:99", "1:600", "1-:500", "x:500", "1:500x"}) {
    EXPECT_FALSE(behaviour.add_failure(bad)) << bad;
  }
}

TEST(Behaviour, EveryChaosCaseAnswersOrSaysThatItDoesNot) {
  const Sent sent(body_of(1, 1, 1, row(1)), "evt_1");
  for (const ChaosCase& one : chaos_cases()) {
    Behaviour behaviour;
    ASSERT_TRUE(behaviour.set_chaos(one.name));
    const Reply first = behaviour.reply_to(sent.receipt, 1, sent.body);
    EXPECT_TRUE(first.status != 0 || first.close || first.reset) << one.name;
    EXPECT_TRUE(reply_text(first).starts_with("HTTP/1.1 ")) << one.name;
  }
  Behaviour behaviour;
  EXPECT_FALSE(behaviour.set_chaos("no such case"));
}

TEST(Behaviour, AHostileAnswerComesOncePerEventUnlessItCountsAsOne) {
  const Sent sent(body_of(1, 1, 1, row(1)), "evt_1");
  for (const HostileCase& one : hostile_cases()) {
    SCOPED_TRACE(one.name);
    Behaviour behaviour;
    ASSERT_TRUE(behaviour.set_chaos(one.name));
    const bool early = one.when == HostileWhen::early || one.when == HostileWhen::always_early;
    EXPECT_EQ(behaviour.early_reply("evt_1").has_value(), early);
    EXPECT_EQ(behaviour.early_reply("evt_1").has_value(), one.when == HostileWhen::always_early);
    const Reply first = behaviour.reply_to(sent.receipt, 1, sent.body);
    const Reply second = behaviour.reply_to(sent.receipt, 2, sent.body);
    EXPECT_EQ(first.status, one.when == HostileWhen::once ? 0 : 200);
    EXPECT_EQ(second.status, 200);
    EXPECT_TRUE(one.when != HostileWhen::once || second.verbatim.empty());
    EXPECT_TRUE(one.bytes.empty() || early || reply_text(first) == one.bytes);
  }
}

}  // namespace
}  // namespace pulter::tool
