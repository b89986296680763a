// The judge itself on trial: short histories made by hand, each with one thing that is wrong, and the same
// without it. A planted bug shows that a run finds something; these show which words of the judge find it.
#include "tests/sim/judge.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace pulter::sim {
namespace {

using namespace std::chrono_literals;
using store::Disposition;
using store::Status;

Plan one_webhook() {
  Plan plan;
  plan.webhooks.emplace_back();
  plan.webhooks[0].schedule_s = {0, 5, 30};
  plan.imports.emplace_back();
  plan.imports[0].csv = "c0\nr1\nr2\nr3\n";
  return plan;
}

class JudgeOnTrial : public testing::Test {
 protected:
  JudgeOnTrial() : judge_(plan_, diary_) {
    judge_.add_webhook("wh_0", "whsec_none");
    judge_.set_waiting_resends([this](const std::string& id) { return waiting_.contains(id); });
    judge_.begin_life();
    pass(0s);
  }

  void pass(io::Duration duration) {
    now_ += duration;
    judge_.set_now(now_,
                   std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count());
  }

  static std::string event_of(std::uint64_t index) { return "evt_" + std::to_string(index); }

  /// The receiver gets batch `index` whole.
  std::size_t comes(std::uint64_t index, std::uint32_t attempt, Kind kind) {
    judge_.made_durable(event_of(index));
    return comes_with(event_of(index), attempt, kind, judge_.expected(0).body("imp_0", "all", index));
  }
  std::size_t comes_with(const std::string& event_id, std::uint32_t attempt, Kind kind, std::string body) {
    Receipt receipt;
    receipt.at = now_;
    receipt.life = judge_.life();
    receipt.event_id = event_id;
    receipt.attempt = attempt;
    receipt.kind = kind;
    receipt.may_count = kind == Kind::ok;
    receipt.body = std::move(body);
    return judge_.received(std::move(receipt));
  }

  store::Record record(std::uint64_t index, std::uint32_t attempt, Disposition disposition,
                       std::int32_t status) {
    store::Record record;
    record.lane.webhook_id = "wh_0";
    record.import_id = "imp_0";
    record.cursor = index;
    record.attempt.id = "att_" + std::to_string(++attempts_);
    record.attempt.event_id = event_of(index);
    record.attempt.number = attempt;
    record.attempt.status = status;
    record.disposition = disposition;
    record.attempt.outcome = status == 0                             ? model::Outcome::unknown
                             : disposition == Disposition::delivered ? model::Outcome::delivered
                                                                     : model::Outcome::refused;
    return record;
  }
  void stored(const store::Record& record, Status status = Status::done) {
    judge_.recorded(record, status, now_);
  }

  void delivers(std::uint64_t index, std::uint32_t attempt = 1) {
    judge_.answering(comes(index, attempt, Kind::ok));
    stored(record(index, attempt, Disposition::delivered, 200));
  }
  void fails(std::uint64_t index, std::uint32_t attempt) {
    judge_.answering(comes(index, attempt, Kind::server_error));
    stored(record(index, attempt, Disposition::retry, 500));
  }

  [[nodiscard]] bool finds(std::string_view what) const { return diary_.first_fault().starts_with(what); }
  [[nodiscard]] bool content() const { return diary_.faults() == 0; }

  Plan plan_ = one_webhook();
  Diary diary_;
  Judge judge_;
  io::Instant now_{1h};
  std::set<std::string> waiting_;
  int attempts_ = 0;
};

TEST_F(JudgeOnTrial, SeesARequestThatIsLoggedAsWholeAndWasNot) {
  store::Record record = this->record(1, 1, Disposition::retry, 0);
  stored(record);
  EXPECT_TRUE(content()) << diary_.first_fault();
  judge_.received_part(judge_.life(), "evt_1", 1);
  EXPECT_TRUE(finds("outcome: evt_1 is logged as sent whole")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, HasNothingAgainstAnImportThatGoesWell) {
  delivers(1);
  fails(2, 1);
  pass(5s);
  delivers(2, 2);
  delivers(3);
  EXPECT_TRUE(content()) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, SeesARetryThatDoesNotWaitAsThePlanSays) {
  fails(1, 1);  // its record says: at once
  pass(4s);
  (void)comes(1, 2, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, CountsThePlacesOfTheSchedule) {
  fails(1, 1);
  pass(5s);
  fails(1, 2);
  pass(6s);  // the second wait is of 30 s
  (void)comes(1, 3, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, SeesOneAttemptTooMany) {
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    fails(1, attempt);
    pass(31s);
  }
  EXPECT_TRUE(finds("schedule: evt_1 is to be tried again after the last")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, TakesRetryAfterForAFloor) {
  const std::size_t receipt = comes(1, 1, Kind::busy);
  judge_.answering(receipt);
  judge_.asked_to_wait(receipt, now_ + 20s);
  stored(record(1, 1, Disposition::retry, 429));
  pass(10s);
  (void)comes(1, 2, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, AllowsOneFreeAttemptForAStaleConnectionAndNotTwo) {
  (void)comes(1, 1, Kind::reset);
  store::Record stale = record(1, 1, Disposition::retry, 0);
  stale.spends_budget = false;
  stored(stale);
  EXPECT_TRUE(content()) << diary_.first_fault();
  (void)comes(1, 2, Kind::reset);
  stale = record(1, 2, Disposition::retry, 0);
  stale.spends_budget = false;
  stored(stale);
  EXPECT_TRUE(finds("schedule: evt_1 is tried again for nothing")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, DoesNotExcuseWhatTheReceiverGotAndRefused) {
  judge_.answered_uncalled(0, now_ + 25ms);
  judge_.answering(comes(1, 1, Kind::server_error));
  stored(record(1, 1, Disposition::delivered, 200));
  EXPECT_TRUE(finds("I1: evt_1 is logged as delivered")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, ExcusesAnAnswerThatWasThereBeforeTheRequest) {
  judge_.answered_uncalled(0, now_ + 25ms);
  stored(record(1, 1, Disposition::delivered, 200));
  EXPECT_TRUE(content()) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, HoldsARecordThatGotLostForNotThere) {
  judge_.answering(comes(1, 1, Kind::ok));
  stored(record(1, 1, Disposition::delivered, 200), Status::unknown);
  (void)comes(1, 1, Kind::ok);
  EXPECT_TRUE(content()) << diary_.first_fault();
  (void)comes(2, 1, Kind::ok);
  EXPECT_TRUE(finds("I3: evt_2")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, HoldsARecordThatFoundTheDiskFullForNotThere) {
  judge_.answering(comes(1, 1, Kind::ok));
  stored(record(1, 1, Disposition::delivered, 200), Status::disk_full);
  (void)comes(2, 1, Kind::ok);
  EXPECT_TRUE(finds("I3: evt_2")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, SeesAnAttemptThatIsMadeTwiceInOneLife) {
  (void)comes(1, 1, Kind::hang);
  (void)comes(1, 1, Kind::ok);
  EXPECT_TRUE(finds("I3: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, AllowsARepeatAfterACrashOnlyOfWhatIsNotInTheStore) {
  delivers(1);
  (void)comes(2, 1, Kind::ok);
  judge_.crashed();
  judge_.begin_life();
  (void)comes(2, 1, Kind::ok);
  EXPECT_TRUE(content()) << diary_.first_fault();
  (void)comes(1, 1, Kind::ok);
  EXPECT_TRUE(finds("I3: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, HoldsARetryToItsTimeWhenAResendWasRefused) {
  fails(1, 1);
  judge_.asks_to_resend("evt_1");
  judge_.resend_answered("evt_1", false);
  (void)comes(1, 2, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, LetsAResendHurryOneRetryAndNotTheNext) {
  fails(1, 1);
  judge_.asks_to_resend("evt_1");
  judge_.resend_answered("evt_1", true);
  pass(1s);
  fails(1, 2);
  EXPECT_TRUE(content()) << diary_.first_fault();
  pass(1s);
  (void)comes(1, 3, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, EndsAResendsLeaveWithTheResend) {
  delivers(1);
  judge_.asks_to_resend("evt_1");
  waiting_.insert("evt_1");
  judge_.resend_answered("evt_1", true);
  judge_.stopped("imp_0");
  for (std::uint32_t attempt = 2; attempt < 6; ++attempt) {  // nobody counts these: they were asked for
    delivers(1, attempt);
    pass(1s);
  }
  EXPECT_TRUE(content()) << diary_.first_fault();
  waiting_.clear();
  for (std::uint32_t attempt = 6; attempt < 9; ++attempt) delivers(1, attempt);
  EXPECT_TRUE(finds("stop: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, ForgetsAResendThatACrashTookAlong) {
  fails(1, 1);
  judge_.asks_to_resend("evt_1");
  judge_.crashed();
  judge_.begin_life();  // it may have been done, so one attempt may come at once
  pass(1s);
  fails(1, 2);
  EXPECT_TRUE(content()) << diary_.first_fault();
  pass(1s);
  (void)comes(1, 3, Kind::ok);
  EXPECT_TRUE(finds("schedule: evt_1")) << diary_.first_fault();
}

TEST_F(JudgeOnTrial, ReadsTheBodyOfAnImportThatFailed) {
  judge_.made_durable("evt_9");
  std::string body = judge_.expected(0).failed_body("imp_0");
  (void)comes_with("evt_9", 1, Kind::ok, body);
  EXPECT_TRUE(content()) << diary_.first_fault();
  judge_.made_durable("evt_8");
  body.insert(body.find("\"data\":[") + 8, "{\"c0\":\"r1\"}");
  (void)comes_with("evt_8", 1, Kind::ok, body);
  EXPECT_TRUE(finds("I1: the rows of evt_8")) << diary_.first_fault();
}

}  // namespace
}  // namespace pulter::sim
