#include <chrono>
#include <optional>

#include "engine/store/sqlite_store.h"
#include "io/scope.h"
#include "io/sim/sim_io.h"
#include "io/uring/uring_io.h"
#include "tests/unit/engine/store/store_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

using namespace std::chrono_literals;

template <class R>
io::Task<> ask_into(StoreClient& client, R request, std::optional<Reply<typename R::Answer>>& out) {
  auto reply = co_await client.call(std::move(request));
  out = std::move(reply);
}

/// A shard of one flow: turns until what it asked was answered.
class Shard {
 public:
  Shard(Store& store, io::Io& its_io) : io(its_io), scope(its_io), client(store, its_io) {}

  template <class R>
  Reply<typename R::Answer> ask(R request) {
    std::optional<Reply<typename R::Answer>> reply;
    scope.spawn(ask_into(client, std::move(request), reply));
    turn_until([&] { return reply.has_value(); });
    return std::move(*reply);
  }
  template <class Done>
  void turn_until(Done done) {
    const io::Instant end = io.now() + 20s;
    while (!done()) {
      PULTER_CHECK(io.now() < end);
      io.run_once(end);
      client.drain();
    }
  }

  io::Io& io;
  io::Scope scope;
  StoreClient client;
};

model::Webhook webhook_named(const std::string& id) {
  model::Webhook webhook;
  webhook.id = id;
  webhook.url = "https://example.com/" + id;
  webhook.secrets = {{"whsec_x", 0}};
  webhook.template_id = "default";
  return webhook;
}

CreateImport import_named(const std::string& id) {
  CreateImport create;
  create.import.id = id;
  create.import.template_id = "default";
  create.import.planned = true;
  create.import.count = 3;
  create.plan = "plan";
  return create;
}

void main_path(Shard& shard) {
  EXPECT_EQ(shard.ask(EnsureWebhook{webhook_named("wh_1")}).value->id, "wh_1");
  const auto created = shard.ask(import_named("imp_1"));
  ASSERT_TRUE(created.done()) << created.detail;
  const std::uint64_t epoch = *shard.ask(AcquireShard{model::store_shard_of("wh_1")}).value;
  const LaneKey lane{"wh_1", epoch};
  EXPECT_EQ(shard.ask(NextWork{lane}).value->import.id, "imp_1");
  model::Event event;
  event.id = "evt_1";
  event.import_id = "imp_1";
  event.index = 1;
  EXPECT_TRUE(shard.ask(OpenEvent{lane, 1, event}).done());
  Record record;
  record.lane = lane;
  record.import_id = "imp_1";
  record.cursor = 1;
  record.next_cursor = 2;
  record.attempt.id = "att_1";
  record.attempt.event_id = "evt_1";
  EXPECT_TRUE(shard.ask(record).value->go_on);
  EXPECT_EQ(shard.ask(GetImport{"imp_1"}).value->deliveries.at(0).cursor, 2U);
  const auto missing = shard.ask(GetImport{"imp_2"});
  EXPECT_EQ(missing.status, Status::not_found);
  EXPECT_FALSE(missing.value.has_value());
  EXPECT_EQ(shard.client.waiting(), 0U);
}

TEST(StoreClientTest, OverTheInlineStoreInVirtualTime) {
  auto core = open_core();
  ASSERT_TRUE(core.has_value());
  io::SimIo io;
  InlineStore store(**core, io);
  Shard shard(store, io);
  const io::Instant start = io.now();
  main_path(shard);
  EXPECT_GE(io.now() - start, 8 * 200us) << "each of its steps waited for a commit of its own";
}

TEST(StoreClientTest, OverTheSqliteStoreAndARing) {
  TemporaryFolder folder;
  SqliteStoreSettings settings;
  settings.path = folder.file("pulter.db");
  settings.unix_ms = [] { return std::int64_t{1}; };
  auto store = SqliteStore::open(std::move(settings));
  ASSERT_TRUE(store.has_value());
  auto io = io::UringIo::create({});
  if (!io) GTEST_SKIP() << io.error().detail;
  Shard shard(**store, **io);
  main_path(shard);
}

TEST(StoreClientTest, CallsOfOneTurnShareACommit) {
  auto core = open_core();
  io::SimIo io;
  InlineStore store(**core, io);
  Shard shard(store, io);
  shard.ask(EnsureWebhook{webhook_named("wh_1")});
  const std::uint64_t before = store.groups();
  std::vector<std::optional<Reply<model::Import>>> replies(100);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    shard.scope.spawn(ask_into(shard.client, import_named("imp_" + std::to_string(i)), replies[i]));
  }
  EXPECT_EQ(shard.client.waiting(), 100U);
  shard.turn_until([&] { return shard.client.waiting() == 0; });
  EXPECT_LE(store.groups() - before, 2U) << "the first one alone, the others while it was committed";
  std::int64_t seq = 0;
  for (const auto& reply : replies) EXPECT_EQ(reply->value->deliveries.at(0).seq, ++seq);
}

TEST(StoreClientTest, ACallEndsWithItsAnswerAlsoWhenItsScopeIsCancelled) {
  auto core = open_core();
  io::SimIo io;
  InlineStore store(**core, io);
  Shard shard(store, io);
  shard.ask(EnsureWebhook{webhook_named("wh_1")});
  io::Scope inner(io, &shard.scope);
  std::optional<Reply<model::Import>> reply;
  inner.spawn(ask_into(shard.client, import_named("imp_1"), reply));
  inner.cancel();
  EXPECT_FALSE(reply.has_value());
  shard.turn_until([&] { return reply.has_value(); });
  EXPECT_TRUE(reply->done());
  EXPECT_EQ(inner.running(), 0U);
}

class InlineStoreTest : public testing::Test {
 protected:
  InlineStoreTest() : core(std::move(*open_core())) {}

  /// A process: a store and a shard on the disk `core`.
  struct Process {
    Process(Core& core, io::Io& io) : store(core, io), shard(store, io) {}
    InlineStore store;
    Shard shard;
  };

  io::SimIo io;
  std::unique_ptr<Core> core;
};

TEST_F(InlineStoreTest, ACrashKeepsOrDropsTheGroupThatIsUnderWay) {
  for (const bool keep : {false, true}) {
    const std::string id = keep ? "imp_kept" : "imp_dropped";
    std::optional<Reply<model::Import>> first;
    std::optional<Reply<model::Import>> behind;
    {
      Process process(*core, io);
      process.shard.ask(EnsureWebhook{webhook_named("wh_1")});
      process.shard.scope.spawn(ask_into(process.shard.client, import_named(id), first));
      process.shard.scope.spawn(ask_into(process.shard.client, import_named(id + "_behind"), behind));
      process.store.crash(keep);
      process.shard.turn_until([&] { return first.has_value() && behind.has_value(); });
      EXPECT_EQ(first->status, Status::fenced);
      EXPECT_EQ(behind->status, Status::fenced);
      EXPECT_EQ(process.shard.ask(GetImport{id}).status, Status::fenced) << "it is dead";
      io.run_until_idle();
    }
    Process process(*core, io);
    EXPECT_EQ(process.shard.ask(GetImport{id}).status, keep ? Status::done : Status::not_found);
    EXPECT_EQ(process.shard.ask(GetImport{id + "_behind"}).status, Status::not_found);
  }
}

TEST_F(InlineStoreTest, ANewProcessFencesTheOld) {
  Process old(*core, io);
  old.shard.ask(EnsureWebhook{webhook_named("wh_1")});
  const std::uint64_t epoch = *old.shard.ask(AcquireShard{model::store_shard_of("wh_1")}).value;
  Process current(*core, io);
  EXPECT_EQ(*current.shard.ask(AcquireShard{model::store_shard_of("wh_1")}).value, epoch + 1);
  EXPECT_EQ(old.shard.ask(NextWork{{"wh_1", epoch}}).status, Status::fenced);
}

TEST_F(InlineStoreTest, TimesOfRowsAreThoseOfTheSimulation) {
  Process process(*core, io);
  process.shard.ask(EnsureWebhook{webhook_named("wh_1")});
  const auto before = std::chrono::floor<std::chrono::milliseconds>(io.wall_now()).time_since_epoch().count();
  const auto reply = process.shard.ask(import_named("imp_1"));
  EXPECT_GE(reply.value->created_at_ms, before);
  EXPECT_LE(reply.value->created_at_ms, before + 2);
}

TEST_F(InlineStoreTest, InjectedTroubleIsAnsweredAndClears) {
  Process process(*core, io);
  process.shard.ask(EnsureWebhook{webhook_named("wh_1")});
  process.store.set_trouble("The disk is full.");
  const auto refused = process.shard.ask(import_named("imp_1"));
  EXPECT_EQ(refused.status, Status::disk_full);
  EXPECT_EQ(refused.detail, "The disk is full.");
  EXPECT_EQ(process.store.trouble(), "The disk is full.");
  process.store.set_trouble("");
  EXPECT_TRUE(process.shard.ask(import_named("imp_1")).done());
}

TEST_F(InlineStoreTest, LatencyIsTheCallers) {
  io::Duration latency = 3ms;
  InlineStore store(*core, io, [&] { return latency; });
  Shard shard(store, io);
  const io::Instant start = io.now();
  shard.ask(GetImporter{"default"});
  EXPECT_GE(io.now() - start, 3ms);
  latency = 5s;
  shard.ask(GetImporter{"default"});
  EXPECT_GE(io.now() - start, 5s);
}

}  // namespace
}  // namespace pulter::store
