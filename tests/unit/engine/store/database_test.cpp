#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "engine/store/migrations/migrations.h"
#include "tests/unit/engine/store/fault_vfs.h"
#include "tests/unit/engine/store/store_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

Result<std::unique_ptr<Database>> open_at(const std::string& path) {
  return open_database({.path = path}, 1);
}

TEST(DatabaseFile, SchemaSaysWhoseItIs) {
  auto db = open_at(":memory:");
  ASSERT_TRUE(db.has_value());
  Query version = (*db)->query("PRAGMA user_version");
  ASSERT_TRUE(version.row());
  EXPECT_EQ(version.integer(), 10);
  Query application = (*db)->query("PRAGMA application_id");
  ASSERT_TRUE(application.row());
  EXPECT_EQ(application.integer(), application_id);
}

TEST(DatabaseFile, EveryTableIsStrict) {
  auto db = open_at(":memory:");
  Query loose = (*db)->query(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE "
      "'sqlite_%'");
  while (loose.row()) ADD_FAILURE() << loose.text();
}

TEST(DatabaseFile, AStateThatNobodyKnowsIsRefused) {
  auto db = open_at(":memory:");
  ASSERT_TRUE(db.has_value());
  const auto insert = [&](const char* state) {
    (*db)
        ->query(
            "INSERT INTO events (id, import_id, webhook_id, name, batch_index, first_row, row_count, "
            "body_bytes,"
            " body_digest, state, attempts, attempts_in_budget, last_status, next_attempt_at, delivered_at,"
            " created_at) VALUES ('evt_' || ?, '', '', 'all', 0, 0, 0, 0, '', ?, 0, 0, 0, 0, 0, 0)")
        .with(state, state)
        .run();
    return !(*db)->take_failure();
  };
  for (const char* state : {"pending", "delivering", "delivered", "halted", "cancelled"})
    EXPECT_TRUE(insert(state));
  EXPECT_FALSE(insert("lost"));
  Query sound = (*db)->query("PRAGMA integrity_check");
  ASSERT_TRUE(sound.row());
  EXPECT_EQ(sound.text(), "ok");
}

// A list in a constraint is a table that SQLite fills for each row it checks: a third of the time of a batch
// once.
TEST(DatabaseFile, WhatEveryBatchWritesNeedsNoTableOfItsOwn) {
  auto db = open_at(":memory:");
  ASSERT_TRUE(db.has_value());
  for (const char* sql :
       {"UPDATE events SET state = ?, attempts = attempts + 1 WHERE id = ?",
        "INSERT INTO events (id, import_id, webhook_id, name, batch_index, first_row, row_count, body_bytes,"
        " body_digest, state, attempts, attempts_in_budget, last_status, next_attempt_at, delivered_at, "
        "created_at)"
        " VALUES ('', '', '', '', 0, 0, 0, 0, '', ?, 0, 0, 0, 0, 0, 0)",
        "UPDATE deliveries SET cursor = ?, open_event_id = ? WHERE import_id = ? AND webhook_id = ?"}) {
    Query program = (*db)->query(std::string("EXPLAIN ") + sql);
    int steps = 0;
    for (; program.row(); ++steps) {
      program.integer();
      EXPECT_NE(program.text(), "OpenEphemeral") << sql;
    }
    EXPECT_GT(steps, 10) << sql;
  }
}

TEST(DatabaseFile, OpenedAgainItIsTheSame) {
  TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) {
    auto db = open_at(folder.file("p.db"));
    ASSERT_TRUE(db.has_value()) << db.error().detail;
    ASSERT_TRUE(begin_epoch(**db).has_value());
    Query epoch = (*db)->query("SELECT min(epoch), max(epoch), count(*) FROM store_shards");
    ASSERT_TRUE(epoch.row());
    EXPECT_EQ(epoch.integer(), i + 1);
    EXPECT_EQ(epoch.integer(), i + 1);
    EXPECT_EQ(epoch.integer(), 256);
    Query importers = (*db)->query("SELECT count(*) FROM importers");
    ASSERT_TRUE(importers.row());
    EXPECT_EQ(importers.integer(), 1);
  }
}

class OlderDatabase : public StoreBench {
 protected:
  /// Makes the file as the program of that version left it, with those rows, and opens it as today's does.
  void open_older(std::size_t version, const std::string& rows) {
    {
      auto db = Database::open({.path = folder.file("p.db")});
      ASSERT_TRUE(db.has_value());
      const Database::Undefended undefended(**db);
      for (std::size_t i = 0; i < version; ++i) ASSERT_TRUE((*db)->execute(migrations()[i]));
      ASSERT_TRUE((*db)->execute(rows.c_str())) << (*db)->take_failure()->detail;
      const std::string stamp = "PRAGMA application_id = " + std::to_string(application_id) +
                                "; PRAGMA user_version = " + std::to_string(version);
      ASSERT_TRUE((*db)->execute(stamp.c_str()));
    }
    open(folder.file("p.db"));
  }
  static std::string import_row(const std::string& id, const std::string& text_key, int text_length) {
    return "INSERT INTO imports VALUES (NULL, '" + id +
           "', 'default', 'queued', 'contacts.csv', 'key', 1234, '', '" + text_key + "', " +
           std::to_string(text_length) +
           ", '', 5000, 1, '{}', '{}', '{}', 1, 100, 3, 'utf-8', ',', '[]', '[]', '', '', 0, 0, 0, '', NULL, "
           "1, 0,"
           " 0);";
  }

  TemporaryFolder folder;
};

TEST_F(OlderDatabase, WhatItKeepsIsCountedWhenItIsTakenOver) {
  open_older(6, import_row("imp_1", "key", 1234) + import_row("imp_2", "key-text", 10));
  EXPECT_EQ(must(SumSpoolBytes{}), 1234U + 1234U + 10U);
}

TEST_F(OlderDatabase, AttemptsStayWithTheirEvents) {
  std::string rows;
  for (const char* id : {"evt_a", "evt_b"}) {
    rows += std::string("INSERT INTO events VALUES (NULL, '") + id +
            "', '', 'wh_1', 'test', 0, 1, 1, 9, '', 'delivered', 2, 2, 200, 0, 5, 1);";
  }
  for (const char* attempt : {"'att_1', 'evt_b', 1", "'att_2', 'evt_a', 1", "'att_3', 'evt_b', 2"}) {
    rows += std::string("INSERT INTO attempts VALUES (NULL, ") + attempt +
            ", 'test', 1, 2, -1, -1, -1, 3, 4, 5, '127.0.0.1:9', 'A: b', 9, '', 503, x'00ff', x'6e6f', "
            "'refused', '');";
  }
  open_older(8, rows);
  const auto of_b = must(ListAttempts{"evt_b", {}}).items;
  ASSERT_EQ(of_b.size(), 2U);
  EXPECT_EQ(of_b[0].id + of_b[1].id, "att_1att_3");
  EXPECT_EQ(of_b[1].event_id, "evt_b");
  EXPECT_EQ(of_b[1].number, 2U);
  EXPECT_EQ(of_b[1].response_headers, std::string("\0\xff", 2));
  EXPECT_EQ(must(ListAttempts{"evt_a", {}}).items.size(), 1U);
  Query lost = core->database().query("PRAGMA foreign_key_check");
  EXPECT_FALSE(lost.row());
}

void expect_refused(const std::string& path, ErrorCode code, const std::string& words) {
  const auto db = open_at(path);
  ASSERT_FALSE(db.has_value());
  EXPECT_EQ(name(db.error().code), name(code)) << db.error().detail;
  EXPECT_NE(db.error().detail.find(path), std::string::npos) << db.error().detail;
  EXPECT_NE(db.error().detail.find(words), std::string::npos) << db.error().detail;
}

TEST(DatabaseFile, GarbageIsNamedWithTheCure) {
  TemporaryFolder folder;
  std::ofstream(folder.file("p.db")) << std::string(8192, 'x');
  expect_refused(folder.file("p.db"), ErrorCode::store_corrupt, "backup");
}

TEST(DatabaseFile, ADamagedPageIsNamedWithTheCure) {
  TemporaryFolder folder;
  { ASSERT_TRUE(open_at(folder.file("p.db")).has_value()); }
  {
    // The page of the schema itself.
    std::fstream file(folder.file("p.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file << std::string(3000, '\xee');
  }
  expect_refused(folder.file("p.db"), ErrorCode::store_corrupt, "backup");
}

TEST(DatabaseFile, AnotherProgramsFileIsLeftAlone) {
  TemporaryFolder folder;
  {
    auto other = Database::open({.path = folder.file("p.db")});
    ASSERT_TRUE(other.has_value());
    ASSERT_TRUE((*other)->execute("CREATE TABLE t (x); PRAGMA user_version = 7"));
  }
  expect_refused(folder.file("p.db"), ErrorCode::store_corrupt, "another program");
}

TEST(DatabaseFile, ANewerSchemaIsRefused) {
  TemporaryFolder folder;
  {
    auto db = open_at(folder.file("p.db"));
    ASSERT_TRUE((*db)->execute("PRAGMA user_version = 99"));
  }
  expect_refused(folder.file("p.db"), ErrorCode::not_supported, "99");
}

TEST(DatabaseFile, AMissingFolderIsSaid) {
  expect_refused("/nonexistent/pulter/p.db", ErrorCode::store_unavailable, "Check the disk");
}

class Faults : public StoreBench {
 protected:
  Faults() {
    durability = Durability::commit;
    FaultVfs::install();
    reopen();
    make_webhook("wh_1");
  }
  ~Faults() override { FaultVfs::heal(); }
  void reopen() {
    core.reset();
    auto db = open_database({.path = folder.file("p.db"), .read_only = false, .vfs = FaultVfs::name}, now_ms);
    ASSERT_TRUE(db.has_value()) << db.error().detail;
    auto journal = Journal::open(folder.file("p.db"), FaultVfs::name);
    ASSERT_TRUE(journal.has_value()) << journal.error().detail;
    core = std::make_unique<Core>(std::move(*db), std::move(*journal));
    const auto started = core->start();
    ASSERT_TRUE(started.has_value()) << started.error().detail;
  }
  Reply<model::Import> try_import(const std::string& id) {
    return ask(CreateImport{an_import(id), "plan", "", ""});
  }

  TemporaryFolder folder;
};

TEST_F(Faults, EachCommitIsSynced) {
  const int before = FaultVfs::syncs;
  make_import("imp_1");
  EXPECT_GT(FaultVfs::syncs, before);
  const int after = FaultVfs::syncs;
  must(GetImport{"imp_1"});
  next_work("wh_1");
  EXPECT_EQ(FaultVfs::syncs, after) << "what only reads costs no sync";
}

TEST_F(Faults, ADiskThatIsFullRecoversByItself) {
  make_import("imp_1");
  FaultVfs::fail_write_full = true;
  const auto refused = try_import("imp_2");
  EXPECT_EQ(refused.status, Status::disk_full);
  EXPECT_NE(refused.detail.find("full"), std::string::npos) << refused.detail;
  EXPECT_EQ(ask(ProbeWrite{}).status, Status::disk_full);
  EXPECT_NE(core->trouble().find("full"), std::string::npos);
  EXPECT_FALSE(core->stopped().has_value());
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1") << "reading goes on";
  FaultVfs::fail_write_full = false;
  EXPECT_EQ(ask(ProbeWrite{}).status, Status::done);
  EXPECT_EQ(core->trouble(), "") << "noticed although nobody had anything to write";
  EXPECT_EQ(try_import("imp_2").status, Status::done);
}

TEST_F(Faults, FullByThePageLimitToo) {
  ASSERT_TRUE(core->database().execute("PRAGMA max_page_count = 80"));
  Status status = Status::done;
  int i = 0;
  for (; i < 5000 && status == Status::done; ++i) {
    const auto reply =
        ask(CreateImport{an_import("imp_" + std::to_string(i)), std::string(2000, 'p'), "", ""});
    status = reply.status;
  }
  EXPECT_EQ(status, Status::disk_full);
  const std::int64_t kept = count_rows("imports");
  EXPECT_EQ(kept, i - 1) << "all that was answered done is there, and nothing else";
  EXPECT_EQ(count_rows("plans"), kept);
  ASSERT_TRUE(core->database().execute("PRAGMA max_page_count = 100000"));
  EXPECT_EQ(try_import("imp_more").status, Status::done);
}

TEST_F(Faults, AWriteErrorTakesTheGroupBack) {
  FaultVfs::fail_write_io = true;
  const auto refused = try_import("imp_1");
  EXPECT_EQ(refused.status, Status::unavailable);
  EXPECT_NE(refused.detail.find("Check the disk"), std::string::npos) << refused.detail;
  FaultVfs::fail_write_io = false;
  EXPECT_EQ(ask(GetImport{"imp_1"}).status, Status::not_found);
  EXPECT_EQ(try_import("imp_1").status, Status::done);
}

TEST_F(Faults, AFailedSyncIsNeverTriedAgain) {
  make_import("imp_1");
  FaultVfs::fail_sync = true;
  EXPECT_EQ(try_import("imp_2").status, Status::unknown) << "whether it is on the disk is not known";
  FaultVfs::fail_sync = false;
  const int syncs = FaultVfs::syncs;
  const auto refused = try_import("imp_3");
  EXPECT_EQ(refused.status, Status::unavailable);
  EXPECT_NE(refused.detail.find("Sync"), std::string::npos) << refused.detail;
  EXPECT_NE(refused.detail.find("start pulterd again"), std::string::npos) << refused.detail;
  ASSERT_TRUE(core->stopped().has_value());
  core->tidy(true);
  EXPECT_EQ(FaultVfs::syncs, syncs);
  reopen();
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1");
}

TEST_F(Faults, WhatIsInTheJournalWaitsForRoom) {
  durability = Durability::journal;
  make_import("imp_1");
  FaultVfs::fail_write_full = true;
  EXPECT_EQ(try_import("imp_2").status, Status::disk_full);
  EXPECT_TRUE(core->is_behind()) << "the transaction is gone, and imp_1 with it for now";
  EXPECT_EQ(try_import("imp_3").status, Status::disk_full);
  core->settle();
  EXPECT_NE(core->trouble().find("full"), std::string::npos);
  EXPECT_FALSE(core->stopped().has_value());
  FaultVfs::fail_write_full = false;
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1") << "and back as soon as there is room";
  EXPECT_EQ(count_rows("imports"), 1);
  EXPECT_EQ(try_import("imp_2").status, Status::done);
  EXPECT_EQ(core->trouble(), "");
}

/// Where the database reuses its pages, as with retention, its log is all that has to grow.
TEST_F(Faults, OnAFullDiskTheLogIsEmptiedAlsoForWhatWaitsInTheJournal) {
  make_import("imp_1");
  next_work("wh_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  const BeginAttempt touch{lane("wh_1"), event.id};
  must(touch);
  ASSERT_TRUE(core->database().checkpoint());
  // The log's file keeps its size when it is emptied: up to there it has room.
  const std::string log = folder.file("p.db-wal");
  const auto size = std::filesystem::file_size(log);
  PutImporter change{.importer = must(GetImporter{"default"}), .create = false};
  for (int i = 0; i < 1000 && std::filesystem::file_size(log) == size; ++i) {
    change.importer.name = std::to_string(i);
    must(change);
  }
  FaultVfs::fail_growth = true;
  durability = Durability::journal;
  must(touch);
  ASSERT_TRUE(core->has_uncommitted());
  for (int i = 0; i < 3 && !core->is_behind(); ++i) {
    core->settle();
    if (!core->is_behind()) must(touch);
  }
  ASSERT_TRUE(core->is_behind()) << "there is no room for the log";
  EXPECT_EQ(ask(touch).status, Status::disk_full);
  core->tidy(false);
  EXPECT_TRUE(core->has_uncommitted());
  core->settle();
  EXPECT_FALSE(core->has_uncommitted()) << core->trouble();
  EXPECT_EQ(ask(touch).status, Status::done);
  EXPECT_EQ(core->trouble(), "");
}

TEST_F(Faults, AJournalThatCannotBeWrittenIsNotUsedAnyMore) {
  durability = Durability::journal;
  make_import("imp_1");
  EXPECT_TRUE(core->has_uncommitted());
  FaultVfs::fail_journal = SQLITE_IOERR_WRITE;
  EXPECT_EQ(try_import("imp_2").status, Status::done) << "a commit does as well";
  EXPECT_FALSE(core->has_uncommitted());
  EXPECT_NE(core->journal_trouble(), "");
  EXPECT_EQ(core->trouble(), "");
  FaultVfs::fail_journal = SQLITE_OK;
  EXPECT_EQ(try_import("imp_3").status, Status::done);
  EXPECT_FALSE(core->has_uncommitted());
  reopen();
  EXPECT_EQ(count_rows("imports"), 3);
  make_import("imp_4");
  EXPECT_TRUE(core->has_uncommitted()) << "the next start tries it again";
}

TEST_F(Faults, ARecordWithoutRoomIsCommittedAndTheNextOneIsWritten) {
  durability = Durability::journal;
  make_import("imp_1");
  FaultVfs::fail_journal = SQLITE_FULL;
  EXPECT_EQ(try_import("imp_2").status, Status::done);
  FaultVfs::fail_journal = SQLITE_OK;
  EXPECT_EQ(core->journal_trouble(), "");
  make_import("imp_3");
  EXPECT_TRUE(core->has_uncommitted());
  core->database().execute("ROLLBACK");  // a crash
  reopen();
  EXPECT_EQ(count_rows("imports"), 3);
}

TEST_F(Faults, ACommitWithoutRoomLosesNothingThatWasAnswered) {
  durability = Durability::journal;
  ASSERT_TRUE(core->database().execute("PRAGMA max_page_count = 80"));
  Status status = Status::done;
  int i = 0;
  for (; i < 5000 && status == Status::done; ++i)
    status = ask(CreateImport{an_import("imp_" + std::to_string(i)), std::string(2000, 'p'), "", ""}).status;
  EXPECT_EQ(status, Status::disk_full);
  EXPECT_GT(i, 10);
  ASSERT_TRUE(core->database().execute("PRAGMA max_page_count = 100000"));
  must(ProbeWrite{});
  EXPECT_EQ(count_rows("imports"), i - 1);
  EXPECT_EQ(count_rows("plans"), i - 1);
}

TEST_F(Faults, AJournalThatCannotBeSyncedIsLeftAlone) {
  durability = Durability::journal;
  make_import("imp_1");
  FaultVfs::fail_sync = true;
  EXPECT_EQ(try_import("imp_2").status, Status::unknown);
  FaultVfs::fail_sync = false;
  EXPECT_EQ(try_import("imp_3").status, Status::unavailable);
  ASSERT_TRUE(core->stopped().has_value());
  EXPECT_NE(core->stopped()->find("-requests"), std::string::npos) << *core->stopped();
  reopen();
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1");
  EXPECT_EQ(ask(GetImport{"imp_3"}).status, Status::not_found);
}

TEST_F(Faults, AJournalThatCannotBeReadStopsTheStart) {
  durability = Durability::journal;
  make_import("imp_1");
  core->database().execute("ROLLBACK");
  FaultVfs::fail_read = true;
  const auto started = core->start();
  FaultVfs::fail_read = false;
  ASSERT_FALSE(started.has_value());
  reopen();
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1");
}

TEST_F(Faults, AFailedSyncOfACheckpointStopsToo) {
  for (int i = 0; i < 40; ++i) {
    must(CreateImport{an_import("imp_" + std::to_string(i)), std::string(200'000, 'p'), "", ""});
  }
  ASSERT_GT(core->database().wal_pages(), 1000);
  FaultVfs::fail_sync = true;
  core->tidy(true);
  FaultVfs::fail_sync = false;
  ASSERT_TRUE(core->stopped().has_value());
  EXPECT_EQ(try_import("imp_more").status, Status::unavailable);
}

TEST_F(Faults, TheLogIsEmptiedIntoTheFile) {
  for (int i = 0; i < 60; ++i) {
    must(CreateImport{an_import("imp_" + std::to_string(i)), std::string(900'000, 'p'), "", ""});
    core->tidy(false);
  }
  EXPECT_LT(std::filesystem::file_size(folder.file("p.db-wal")), 48U << 20U) << "54 MB went through it";
  core->tidy(true);
  EXPECT_LT(core->database().wal_pages(), 1000);
  EXPECT_EQ(count_rows("imports"), 60);
}

}  // namespace
}  // namespace pulter::store
