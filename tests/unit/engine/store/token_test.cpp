#include "tests/unit/engine/store/store_bench.h"

namespace pulter::store {
namespace {

class Tokens : public StoreBench {};

TEST_F(Tokens, AreFoundByDigestListedAndDeleted) {
  const model::Token first = must(CreateToken{{"tok_1", "ops", "admin", "d1", 0}});
  EXPECT_EQ(first.created_at_ms, now_ms);
  must(CreateToken{{"tok_2", "", "upload:tpl_1", "d2", 0}});
  EXPECT_EQ(must(FindToken{"d1"}).name, "ops");
  EXPECT_EQ(must(FindToken{"d2"}).scope, "upload:tpl_1");
  EXPECT_EQ(ask(FindToken{"d3"}).status, Status::not_found);
  const auto listing = must(ListTokens{{1, ""}});
  ASSERT_EQ(listing.items.size(), 1U);
  EXPECT_EQ(listing.items[0].id, "tok_2");
  EXPECT_EQ(must(ListTokens{{1, listing.next}}).items[0].id, "tok_1");
  must(DeleteToken{"tok_1"});
  EXPECT_EQ(ask(FindToken{"d1"}).status, Status::not_found);
  EXPECT_EQ(ask(DeleteToken{"tok_1"}).status, Status::not_found);
}

class Figures : public StoreBench {
 protected:
  Figures() {
    make_webhook("wh_1");
    make_import("imp_1");
    deliver("imp_1", "wh_1", 1);
    deliver("imp_1", "wh_1", 2);
  }
};

TEST_F(Figures, OneLetterABatch) {
  const std::string before = must(ListBatchMarks{"imp_1", "wh_1"});
  EXPECT_TRUE(before.starts_with("dd.")) << before;
  must(a_record(open_event("imp_1", "wh_1", 3), Disposition::halted));
  EXPECT_TRUE(must(ListBatchMarks{"imp_1", "wh_1"}).starts_with("ddh"));
  EXPECT_EQ(must(ListBatchMarks{"imp_1", "wh_1"}).size(), before.size());
  EXPECT_EQ(ask(ListBatchMarks{"imp_1", "wh_none"}).status, Status::not_found);
}

TEST_F(Figures, CountsTotalsLanesAndAttempts) {
  const Totals imports = must(CountImports{});
  EXPECT_EQ(imports.total, 1U);
  ASSERT_EQ(imports.counts.size(), 1U);
  EXPECT_EQ(imports.counts[0].second, 1U);
  ListImports other;
  other.file_name_part = "no such name";
  EXPECT_EQ(must(CountImports{other}).total, 0U);
  EXPECT_EQ(must(ListImports{other}).items.size(), 0U);
  ListEvents first;
  first.index = 1;
  EXPECT_EQ(must(CountEvents{first}).total, 1U);
  first.until_ms = 1;
  EXPECT_EQ(must(CountEvents{first}).total, 0U);

  ListEvents oldest;
  oldest.oldest_first = true;
  oldest.page.limit = 1;
  const auto page = must(oldest);
  EXPECT_EQ(page.items.at(0).index, 1U);
  oldest.page.cursor = page.next;
  EXPECT_EQ(must(oldest).items.at(0).index, 2U);

  EXPECT_EQ(must(ListRecentAttempts{}).size(), 2U);
  EXPECT_EQ(must(ListRecentAttempts{"imp_1", "wh_1", 0, 1}).size(), 1U);
  const auto lanes = must(ListLanes{});
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes[0].import_id, "imp_1");
  EXPECT_GT(lanes[0].queue, 0U);
}

}  // namespace
}  // namespace pulter::store
