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

}  // namespace
}  // namespace pulter::store
