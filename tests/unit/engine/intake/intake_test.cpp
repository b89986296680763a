#include "engine/intake/intake.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "io/sim/sim_io.h"
#include "tests/unit/engine/store/spool_bench.h"

namespace pulter::intake {
namespace {

/// Imports by way of a spool in memory, planned while they come.
class PlannedAhead : public testing::Test {
 protected:
  PlannedAhead() { request_.webhook_url = "https://example.com/"; }
  ~PlannedAhead() override {
    store_.crash(false);
    client_.drain();
    io_.run_until_idle();
  }

  template <class T>
  T await(io::Task<T> task) {
    return store::await_task(scope_, std::move(task), &client_);
  }
  void put_importer(std::uint32_t batch_size) {
    store::PutImporter put{.importer = {}, .create = false};
    put.importer.id = "default";
    put.importer.batch_size = batch_size;
    const auto reply = await(client_.call(std::move(put)));
    ASSERT_TRUE(reply.done()) << reply.detail;
  }
  std::unique_ptr<PlanAhead> begin() { return await(intake_.plan_ahead(scope_, request_)); }
  std::uint64_t batches_of(PlanAhead* ahead) {
    const model::SpoolFile file = store::put_into(spool_, scope_, csv_, csv_.size(), &client_);
    const Result<Accepted> accepted = await(intake_.accept(scope_, request_, file, ahead));
    EXPECT_TRUE(accepted) << accepted.error().detail;
    return accepted ? accepted->import.count : 0;
  }

  const std::string csv_ = "a,b\n1,2\n3,4\n5,6\n7,8\n";
  io::SimIo io_;
  std::unique_ptr<store::Core> core_ = *store::open_core();
  store::InlineStore store_{*core_, io_};
  store::StoreClient client_{store_, io_};
  store::MemorySpool spool_;
  io::Scope scope_{io_};
  Intake intake_{client_, spool_, {.max_file_bytes = 0, .max_rows = 0, .max_batch_bytes = 1 << 20}};
  ImportRequest request_;
};

TEST_F(PlannedAhead, ThePlanMadeMeanwhileCounts) {
  put_importer(2);
  const auto ahead = begin();
  ASSERT_TRUE(ahead);
  // Of a file that would give one batch more: so it is seen which plan was taken.
  const std::string other = csv_ + "9,10\n" + std::string(64, '\0');
  ahead->read(std::string_view(other).substr(0, csv_.size() + 5), true);
  EXPECT_EQ(batches_of(ahead.get()), 3U);
  EXPECT_EQ(batches_of(nullptr), 2U);
}

TEST_F(PlannedAhead, OfSettingsThatAreOthersByNowItDoesNot) {
  put_importer(2);
  const auto ahead = begin();
  ASSERT_TRUE(ahead);
  const std::string padded = csv_ + std::string(64, '\0');
  ahead->read(std::string_view(padded).substr(0, csv_.size()), true);
  put_importer(1);
  EXPECT_EQ(batches_of(ahead.get()), 4U);
}

TEST_F(PlannedAhead, WhereNothingWouldBePlannedAsItIsThereIsNone) {
  request_.encoding = "windows-1252";
  EXPECT_FALSE(begin());
  request_.encoding = "UTF-8";
  EXPECT_TRUE(begin());
  request_.template_id = "nobody";
  EXPECT_FALSE(begin()) << "and the import will say so";
}

}  // namespace
}  // namespace pulter::intake
