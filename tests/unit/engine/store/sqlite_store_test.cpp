#include "engine/store/sqlite_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "engine/store/sqlite_schema.h"
#include "tests/unit/engine/store/fault_vfs.h"
#include "tests/unit/engine/store/store_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

/// One client: submits, sleeps until answers wait, and keeps them.
class Client {
 public:
  explicit Client(Store& store)
      : store_(store),
        port_(store.open_port({[](void* self) noexcept { static_cast<Client*>(self)->on_wake(); }, this})) {}

  ~Client() { store_.close_port(port_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  std::uint64_t submit(Request request) {
    store_.submit(port_, next_id_, std::move(request));
    return next_id_++;
  }
  Answer wait() {
    Answer answer;
    while (!store_.take(port_, answer)) {
      std::unique_lock lock(mutex_);
      PULTER_CHECK(
          woken_.wait_for(lock, std::chrono::seconds(20), [this] { return std::exchange(wake_, false); }));
    }
    return answer;
  }
  template <class R>
  Reply<typename R::Answer> ask(R request) {
    const std::uint64_t id = submit(Request(std::move(request)));
    Answer answer = wait();
    EXPECT_EQ(answer.id, id);
    Reply<typename R::Answer> reply{answer.status, answer.detail, {}};
    if (auto* value = std::get_if<typename R::Answer>(&answer.value)) reply.value = std::move(*value);
    return reply;
  }

 private:
  void on_wake() {
    {
      const std::scoped_lock lock(mutex_);
      wake_ = true;
    }
    woken_.notify_one();
  }

  Store& store_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  std::uint64_t next_id_ = 1;
  PortId port_;
};

model::Webhook webhook_named(const std::string& id) {
  model::Webhook webhook;
  webhook.id = id;
  webhook.url = "https://example.com/" + id;
  webhook.secrets = {{"whsec_x", 0}};
  webhook.template_id = "default";
  return webhook;
}

CreateImport import_named(const std::string& id, const std::string& webhook_id = "") {
  CreateImport create;
  create.import.id = id;
  create.import.template_id = "default";
  create.import.planned = true;
  create.import.count = 3;
  create.plan = std::string(64, 'p');
  create.webhook_id = webhook_id;
  return create;
}

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(const std::string& vfs = "") {
    auto store = SqliteStore::open(settings(vfs));
    EXPECT_TRUE(store.has_value()) << (store ? "" : store.error().detail);
    return store ? std::move(*store) : nullptr;
  }
  SqliteStoreSettings settings(const std::string& vfs = "") {
    SqliteStoreSettings settings;
    settings.path = folder.file("pulter.db");
    settings.unix_ms = [this] { return clock_ms.load(); };
    settings.vfs = vfs;
    return settings;
  }

  TemporaryFolder folder;
  std::atomic<std::int64_t> clock_ms = 1'700'000'000'000;
};

TEST_F(SqliteStoreTest, AClientReadsWhatItWrote) {
  const auto store = open();
  Client client(*store);
  EXPECT_EQ(client.ask(EnsureWebhook{webhook_named("wh_1")}).status, Status::done);
  for (int i = 0; i < 50; ++i) {
    const std::string id = "imp_" + std::to_string(i);
    ASSERT_EQ(client.ask(import_named(id)).status, Status::done);
    const auto read = client.ask(GetImport{id});
    ASSERT_EQ(read.status, Status::done) << i;
    EXPECT_EQ(read.value->created_at_ms, clock_ms);
  }
  EXPECT_EQ(store->trouble(), "");
}

TEST_F(SqliteStoreTest, TheFileIsPrivate) {
  const auto store = open();
  Client client(*store);
  ASSERT_EQ(client.ask(EnsureWebhook{webhook_named("wh_1")}).status, Status::done);
  for (const char* name : {"pulter.db", "pulter.db-wal", "pulter.db-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat(folder.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name << ": secrets are in it";
  }
}

TEST_F(SqliteStoreTest, WhatWasAnsweredIsThereAfterAReopen) {
  std::uint64_t epoch = 0;
  {
    const auto store = open();
    Client client(*store);
    client.ask(EnsureWebhook{webhook_named("wh_1")});
    client.ask(import_named("imp_1"));
    epoch = client.ask(AcquireShard{model::store_shard_of("wh_1")}).value.value();
  }
  const auto store = open();
  Client client(*store);
  EXPECT_EQ(client.ask(AcquireShard{model::store_shard_of("wh_1")}).value.value(), epoch + 1);
  EXPECT_EQ(client.ask(NextWork{{"wh_1", epoch}}).status, Status::fenced);
  const auto work = client.ask(NextWork{{"wh_1", epoch + 1}});
  ASSERT_EQ(work.status, Status::done);
  EXPECT_EQ(work.value->import.id, "imp_1");
  EXPECT_EQ(client.ask(ListBusyLanes{model::store_shard_of("wh_1")}).value->size(), 1U);
}

TEST_F(SqliteStoreTest, WhatWasSubmittedIsDoneBeforeItCloses) {
  {
    const auto store = open();
    Client client(*store);
    client.submit(EnsureWebhook{webhook_named("wh_1")});
    for (int i = 0; i < 1200; ++i) client.submit(import_named("imp_" + std::to_string(i)));
  }
  const auto store = open();
  Client client(*store);
  EXPECT_EQ(client.ask(GetImport{"imp_1199"}).status, Status::done);
}

TEST_F(SqliteStoreTest, TwoStoresOnOneFileTheFirstIsFenced) {
  const auto first = open();
  Client old(*first);
  old.ask(EnsureWebhook{webhook_named("wh_1")});
  const std::uint64_t epoch = old.ask(AcquireShard{model::store_shard_of("wh_1")}).value.value();
  const auto second = open();
  EXPECT_EQ(old.ask(NextWork{{"wh_1", epoch}}).status, Status::fenced);
}

TEST_F(SqliteStoreTest, WritesAreAnsweredInOrder) {
  const auto store = open();
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 2000; ++i) ids.push_back(client.submit(import_named("imp_" + std::to_string(i))));
  for (const std::uint64_t id : ids) {
    const Answer answer = client.wait();
    ASSERT_EQ(answer.id, id);
    ASSERT_EQ(answer.status, Status::done) << answer.detail;
  }
}

TEST_F(SqliteStoreTest, WhatWasAnsweredIsInTheFilesAtOnce) {
  const auto store = open();
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  TemporaryFolder copies;
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(client.ask(import_named("imp_" + std::to_string(i))).status, Status::done);
    if (i % 10 != 9) continue;
    // What a power cut leaves at this moment: the database, its log, and what SQLite was not told to commit
    // yet.
    for (const char* end : {"", "-wal", "-requests"}) {
      std::filesystem::copy_file(folder.file("pulter.db") + end, copies.file("pulter.db") + end,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    auto copy = open_core(copies.file("pulter.db"), clock_ms);
    ASSERT_TRUE(copy.has_value()) << copy.error().detail;
    ASSERT_TRUE((*copy)->start().has_value());
    Query imports = (*copy)->database().query("SELECT count(*) FROM imports");
    ASSERT_TRUE(imports.row());
    EXPECT_EQ(imports.integer(), i + 1);
  }
}

TEST_F(SqliteStoreTest, EverythingIsCommittedSoonAfterTheLastRequest) {
  const auto store = open();
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(client.ask(import_named("imp_" + std::to_string(i))).status, Status::done);
  auto other = Database::open({.path = folder.file("pulter.db"), .read_only = true});
  ASSERT_TRUE(other.has_value());
  std::int64_t seen = 0;
  for (int tries = 0; tries < 1000 && seen < 20; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    Query imports = (*other)->query("SELECT count(*) FROM imports");
    if (imports.row()) seen = imports.integer();
  }
  EXPECT_EQ(seen, 20) << "as any other program sees it, though nobody asked";
}

TEST_F(SqliteStoreTest, FourPortsAtOnceKeepOneOrderPerLane) {
  constexpr int imports = 200;
  const auto store = open();
  Client setup(*store);
  for (const char* id : {"wh_1", "wh_2"}) setup.ask(EnsureWebhook{webhook_named(id)});
  std::vector<std::unique_ptr<Client>> clients;
  for (int port = 0; port < 4; ++port) clients.push_back(std::make_unique<Client>(*store));
  // What each port saw as the places of its imports, in the order in which it submitted them.
  std::vector<std::map<std::string, std::vector<std::int64_t>>> places(4);
  std::vector<std::thread> threads;
  for (std::size_t port = 0; port < 4; ++port) {
    threads.emplace_back([&, port] {
      for (int i = 0; i < imports; ++i) {
        clients[port]->submit(import_named("imp_" + std::to_string(port) + "_" + std::to_string(i)));
      }
      for (int i = 0; i < imports; ++i) {
        const Answer answer = clients[port]->wait();
        const auto* import = std::get_if<model::Import>(&answer.value);
        PULTER_CHECK(import != nullptr);
        for (const auto& delivery : import->deliveries)
          places[port][delivery.webhook_id].push_back(delivery.seq);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char* webhook : {"wh_1", "wh_2"}) {
    std::set<std::int64_t> all;
    for (const auto& of_port : places) {
      const auto& mine = of_port.at(webhook);
      EXPECT_TRUE(std::ranges::is_sorted(mine)) << "a port's imports keep their order";
      all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 4U * imports) << "no place is given twice";
    EXPECT_EQ(*all.begin(), 1);
    EXPECT_EQ(*all.rbegin(), 4 * imports) << "and none is left out";
  }
}

TEST_F(SqliteStoreTest, TooManyThatWaitAreRefusedAtOnce) {
  SqliteStoreSettings few = settings();
  few.waiting_max = 4;
  auto store = SqliteStore::open(std::move(few));
  ASSERT_TRUE(store.has_value());
  Client client(**store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  int refused = 0;
  for (int i = 0; i < 500; ++i) client.submit(import_named("imp_" + std::to_string(i)));
  for (int i = 0; i < 500; ++i) {
    const Answer answer = client.wait();
    if (answer.status == Status::unavailable) {
      ++refused;
      EXPECT_NE(answer.detail.find("wait"), std::string::npos);
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(client.ask(GetImport{"imp_0"}).status, Status::done);
}

TEST_F(SqliteStoreTest, TroubleIsToldAndClears) {
  FaultVfs::install();
  const auto store = open(FaultVfs::name);
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  FaultVfs::fail_write_full = true;
  EXPECT_EQ(client.ask(import_named("imp_1")).status, Status::disk_full);
  EXPECT_NE(store->trouble().find("full"), std::string::npos);
  EXPECT_EQ(client.ask(GetWebhook{"wh_1"}).status, Status::done) << "reading goes on";
  FaultVfs::fail_write_full = false;
  EXPECT_EQ(client.ask(import_named("imp_1")).status, Status::done);
  EXPECT_EQ(store->trouble(), "");
}

/// As on a full disk: what was answered is in the journal, and the commit does not go through.
TEST_F(SqliteStoreTest, WhatWasAnsweredIsNeverSaidNotToExist) {
  FaultVfs::install();
  const auto store = open(FaultVfs::name);
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  bool was_journaled = false;
  for (int i = 1; i < 200 && !was_journaled; ++i) {
    const std::string id = "imp_" + std::to_string(i);
    client.submit(import_named(id + "_before"));
    client.submit(import_named(id));
    EXPECT_EQ(client.wait().status, Status::done);
    FaultVfs::fail_log_full = true;
    EXPECT_EQ(client.wait().status, Status::done);
    const auto seen = client.ask(GetImport{id});
    EXPECT_NE(seen.status, Status::not_found) << seen.detail;
    was_journaled = seen.status == Status::unavailable;
    if (was_journaled) {
      EXPECT_NE(seen.detail.find("full"), std::string::npos) << seen.detail;
    }
    EXPECT_NE(client.ask(GetWebhook{"wh_none"}).status, Status::done);
    FaultVfs::fail_log_full = false;
    EXPECT_EQ(client.ask(ProbeWrite{}).status, Status::done);
    EXPECT_EQ(client.ask(GetImport{id}).status, Status::done);
  }
  EXPECT_TRUE(was_journaled);
}

TEST_F(SqliteStoreTest, ASmallFileThatItsDiskDoesNotGiveIsToldAndNotAskedForAgain) {
  FaultVfs::install();
  const std::string content(16'000, 'x');
  {
    const auto store = open(FaultVfs::name);
    Client client(*store);
    client.ask(EnsureWebhook{webhook_named("wh_1")});
    CreateImport create = import_named("imp_1");
    create.import.file = {"small_1", content.size(), "", std::make_shared<const std::string>(content)};
    create.import.text = create.import.file;
    ASSERT_EQ(client.ask(std::move(create)).status, Status::done);
  }
  const auto store = open(FaultVfs::name);
  Client client(*store);
  ASSERT_EQ(client.ask(GetSmallFile{"small_none"}).status, Status::not_found);
  FaultVfs::fail_read = true;
  const auto unreadable = client.ask(GetSmallFile{"small_1"});
  EXPECT_EQ(unreadable.status, Status::unreadable) << "lanes would wait for ever with `unavailable`";
  EXPECT_NE(unreadable.detail.find("small_1"), std::string::npos) << unreadable.detail;
  EXPECT_NE(store->trouble().find("Check the disk"), std::string::npos) << store->trouble();
  client.ask(ProbeWrite{});
  EXPECT_NE(store->trouble(), "") << "a write that goes through says nothing about reading";
  FaultVfs::fail_read = false;
  client.ask(ProbeWrite{});
  EXPECT_EQ(client.ask(GetSmallFile{"small_1"}).value, content);
  EXPECT_EQ(store->trouble(), "");
}

TEST_F(SqliteStoreTest, WhatWasRemovedIsNotInTheFileAnyMore) {
  const std::string marker = "the customer's own words";
  std::string content;
  while (content.size() < 15'000) content += marker;
  const auto file_bytes = [this] {
    std::ifstream file(folder.file("pulter.db"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  auto db = open_database({.path = folder.file("pulter.db"), .read_only = false, .vfs = {}}, clock_ms);
  ASSERT_TRUE(db.has_value());
  (*db)->query("INSERT INTO small_files (key, content) VALUES ('small_1', ?)").bind_blob(content).run();
  ASSERT_TRUE((*db)->checkpoint());
  EXPECT_NE(file_bytes().find(marker), std::string::npos);
  (*db)->query("DELETE FROM small_files").run();
  ASSERT_TRUE((*db)->checkpoint());
  EXPECT_EQ(file_bytes().find(marker), std::string::npos);
}

TEST_F(SqliteStoreTest, ThreadsAreNamedByTheCaller) {
  std::mutex mutex;
  std::set<std::string> names;
  SqliteStoreSettings named = settings();
  named.on_thread_start = [&](std::string_view name) {
    const std::scoped_lock lock(mutex);
    names.emplace(name);
  };
  { auto store = SqliteStore::open(std::move(named)); }
  EXPECT_EQ(names, (std::set<std::string>{"store-reader", "store-writer"}));
}

/// The version that wrote it could not open the database after a migration.
TEST_F(SqliteStoreTest, AJournalOfAnotherVersionIsToldBeforeAnythingIsChanged) {
  const std::string path = folder.file("pulter.db");
  std::uint64_t identity = 0;
  std::uint64_t applied = 0;
  {
    open().reset();
    auto db = open_as_it_is({.path = path, .read_only = false, .vfs = {}});
    ASSERT_TRUE(db.has_value());
    {
      Query query = (*db)->query("SELECT identity, applied FROM journal_position");
      ASSERT_TRUE(query.row());
      identity = query.unsigned_integer();
      applied = query.unsigned_integer();
    }
    ASSERT_TRUE((*db)->execute("PRAGMA user_version = 9"));  // so that there is something to migrate
    auto journal = Journal::open(path);
    std::vector<std::string> payloads;
    ASSERT_FALSE((*journal)->read(identity, applied, payloads));
    (*journal)->begin_record().append("\xff of a later version");
    ASSERT_FALSE((*journal)->append());
  }
  const auto refused = SqliteStore::open(settings());
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().detail.find("Start that version once"), std::string::npos)
      << refused.error().detail;
  auto db = open_as_it_is({.path = path, .read_only = false, .vfs = {}});
  Query version = (*db)->query("PRAGMA user_version");
  ASSERT_TRUE(version.row());
  EXPECT_EQ(version.integer(), 9);
}

TEST_F(SqliteStoreTest, ABadFileIsToldAtTheOpen) {
  if (std::FILE* file = std::fopen(folder.file("pulter.db").c_str(), "w")) {
    std::fputs("this is not a database, this is not a database, this is not a database", file);
    std::fclose(file);
  }
  const auto store = SqliteStore::open(settings());
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().detail.find("pulter.db"), std::string::npos) << store.error().detail;
}

// Information, no gate: figures depend on the disk and on who else runs here.
TEST_F(SqliteStoreTest, FiguresOfGroupedCommits) {
  const auto store = open();
  Client client(*store);
  client.ask(EnsureWebhook{webhook_named("wh_1")});
  const auto seconds_since = [](auto start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  auto start = std::chrono::steady_clock::now();
  constexpr int alone = 100;
  for (int i = 0; i < alone; ++i) client.ask(import_named("one_" + std::to_string(i)));
  std::printf("one at a time: %.0f imports/s\n", alone / seconds_since(start));
  start = std::chrono::steady_clock::now();
  constexpr int together = 4000;
  for (int i = 0; i < together; ++i) client.submit(import_named("many_" + std::to_string(i)));
  for (int i = 0; i < together; ++i) client.wait();
  std::printf("grouped: %.0f imports/s\n", together / seconds_since(start));
}

}  // namespace
}  // namespace pulter::store
