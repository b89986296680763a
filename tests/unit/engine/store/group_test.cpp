#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

/// Several requests in one commit.
class Groups : public StoreBench {
 protected:
  Groups() {
    durability = Durability::commit;
    make_webhook("wh_1");
    must(CreateImport{with_small_file("imp_0", "small_taken"), "plan", "", ""});
  }
  static model::Import with_small_file(const std::string& id, const std::string& key) {
    model::Import import = an_import(id);
    import.file = import.text = {key, 3, "", std::make_shared<const std::string>("a,b")};
    return import;
  }
  std::vector<Answer> run_together(std::vector<Request> requests) {
    std::vector<Job> jobs;
    for (Request& request : requests) jobs.push_back({0, jobs.size(), std::move(request)});
    std::vector<JobAnswer> answers;
    core->run_group(jobs, now_ms, answers);
    std::vector<Answer> out;
    for (JobAnswer& each : answers) out.push_back(std::move(each.answer));
    return out;
  }
  /// The import's row is written before its file's key turns out to be taken, which only a damaged database
  /// would have.
  std::vector<Answer> one_of_two_fails_halfway() {
    return run_together({CreateImport{with_small_file("imp_good", "small_good"), "plan", "", ""},
                         CreateImport{with_small_file("imp_bad", "small_taken"), "plan", "", ""}});
  }
};

TEST_F(Groups, WhoIsRefusedBeforeItWroteDisturbsNobody) {
  const auto answers = run_together({CreateImport{with_small_file("imp_1", "small_1"), "plan", "", ""},
                                     CreateImport{an_import("imp_0"), "plan", "", ""},
                                     CommandImport{"imp_none", ImportCommand::pause},
                                     CreateImport{with_small_file("imp_2", "small_2"), "plan", "", ""}});
  EXPECT_EQ(answers[0].status, Status::done);
  EXPECT_EQ(answers[1].status, Status::conflict);
  EXPECT_EQ(answers[2].status, Status::not_found);
  EXPECT_EQ(answers[3].status, Status::done);
  EXPECT_EQ(count_rows("imports"), 3);
}

TEST_F(Groups, WhoFailsHalfwayTakesItsGroupBackOnceAndThenItselfAlone) {
  auto answers = one_of_two_fails_halfway();
  EXPECT_EQ(answers[0].status, Status::unavailable);
  EXPECT_EQ(answers[1].status, Status::unavailable);
  EXPECT_NE(answers[0].detail.find("Try again"), std::string::npos) << answers[0].detail;
  EXPECT_EQ(count_rows("imports"), 1) << "nothing of the group stays";
  answers = one_of_two_fails_halfway();
  EXPECT_EQ(answers[0].status, Status::done) << answers[0].detail;
  EXPECT_EQ(answers[1].status, Status::unavailable);
  EXPECT_EQ(count_rows("imports"), 2);
  EXPECT_EQ(count_rows("deliveries"), 2);
  EXPECT_FALSE(core->stopped());
}

}  // namespace
}  // namespace pulter::store
