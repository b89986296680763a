#include "engine/store/core/journal.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "codec/base/digest.h"
#include "engine/store/core/request_codec.h"
#include "io/process.h"
#include "tests/unit/engine/store/store_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

// ---- the file

constexpr std::uint64_t identity = 7;
constexpr std::size_t head_bytes = 24;

class JournalFile : public testing::Test {
 protected:
  JournalFile() { std::ofstream(folder.file("p.db")) << "a database"; }
  std::unique_ptr<Journal> open(std::size_t bytes = 4096) {
    auto journal = Journal::open(folder.file("p.db"), "", bytes);
    EXPECT_TRUE(journal.has_value()) << (journal ? "" : journal.error().detail);
    if (!journal) return nullptr;
    EXPECT_FALSE((*journal)->grow());
    return std::move(*journal);
  }
  static bool append(Journal& journal, std::string_view payload) {
    journal.begin_record().append(payload);
    return journal.fits() && !journal.append();
  }
  static std::vector<std::string> read(Journal& journal, std::uint64_t applied, std::uint64_t id = identity) {
    std::vector<std::string> payloads;
    const auto failure = journal.read(id, applied, payloads);
    EXPECT_FALSE(failure) << failure->detail;
    return payloads;
  }
  void overwrite(std::size_t at, std::string_view bytes) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  TemporaryFolder folder;
  const std::string path = folder.file("p.db-requests");
  using Payloads = std::vector<std::string>;
};

TEST_F(JournalFile, WhatWasWrittenIsReadByTheNext) {
  {
    const auto journal = open();
    EXPECT_EQ(read(*journal, 0), Payloads{});
    EXPECT_TRUE(append(*journal, "one"));
    EXPECT_TRUE(append(*journal, std::string("\0\n", 2)));
    EXPECT_TRUE(append(*journal, ""));
    EXPECT_EQ(journal->sequence(), 3U);
  }
  const auto journal = open();
  EXPECT_EQ(read(*journal, 0), (Payloads{"one", std::string("\0\n", 2), ""}));
  EXPECT_EQ(read(*journal, 2), Payloads{""}) << "two are in the database already";
  EXPECT_EQ(read(*journal, 3), Payloads{});
  EXPECT_EQ(journal->sequence(), 3U);
}

TEST_F(JournalFile, ItsSizeNeverChanges) {
  const auto journal = open(10'000);
  EXPECT_EQ(std::filesystem::file_size(path), 10'000U);
  read(*journal, 0);
  EXPECT_TRUE(append(*journal, std::string(10'000 - head_bytes, 'x')));
  EXPECT_FALSE(append(*journal, "")) << "it is full";
  journal->rewind();
  EXPECT_FALSE(append(*journal, std::string(10'001 - head_bytes, 'x')));
  EXPECT_TRUE(append(*journal, std::string(10'000 - head_bytes, 'y')));
  EXPECT_EQ(std::filesystem::file_size(path), 10'000U);
  EXPECT_EQ(read(*open(10'000), 1), Payloads{std::string(10'000 - head_bytes, 'y')});
}

/// Files may be this long meanwhile; what goes beyond fails as on a disk that has no more room than that.
class RoomFor {
 public:
  explicit RoomFor(std::uint64_t bytes) {
    io::ignore_write_signals();
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~RoomFor() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  RoomFor(const RoomFor&) = delete;
  RoomFor& operator=(const RoomFor&) = delete;

 private:
  rlimit before_{};
};

TEST_F(JournalFile, WithoutRoomForAllOfItItStaysAsItWas) {
  constexpr std::size_t large = 1 << 20;
  for (const std::size_t had : {std::size_t{0}, std::size_t{100'000}}) {
    if (had > 0) {
      const auto journal = open(had);
      read(*journal, 0);
      EXPECT_TRUE(append(*journal, "kept"));
    }
    auto journal = Journal::open(folder.file("p.db"), "", large);
    ASSERT_TRUE(journal.has_value()) << journal.error().detail;
    EXPECT_EQ(read(**journal, 0), had > 0 ? Payloads{"kept"} : Payloads{});
    {
      const RoomFor some(300'000);
      EXPECT_FALSE((*journal)->grow()) << "that is no failure";
    }
    EXPECT_EQ(std::filesystem::file_size(path), had) << "nothing of the last room is taken";
    EXPECT_EQ(append(**journal, "x"), had > 0);
    EXPECT_FALSE(append(**journal, std::string(had + 1, 'x')));
  }
  const auto next = open(large);
  EXPECT_EQ(read(*next, 0), (Payloads{"kept", "x"}));
  EXPECT_TRUE(append(*next, std::string(200'000, 'x'))) << "the next start has the room";
}

TEST_F(JournalFile, DamageBeforeOtherRecordsIsToldAndChangesNothing) {
  const auto journal = open();
  read(*journal, 0);
  for (const char* payload : {"first", "second", "third"}) EXPECT_TRUE(append(*journal, payload));
  const std::size_t second = head_bytes + 5;
  for (std::size_t byte = second; byte < second + head_bytes + 6; ++byte) {
    std::ifstream file(path, std::ios::binary);
    const std::string before{std::istreambuf_iterator<char>(file), {}};
    overwrite(byte, std::string(1, static_cast<char>(before[byte] ^ 0x55)));
    std::vector<std::string> payloads;
    const auto failure = journal->read(identity, 0, payloads);
    ASSERT_TRUE(failure) << byte;
    EXPECT_EQ(failure->kind, FailureKind::corrupt);
    EXPECT_NE(failure->detail.find("damaged"), std::string::npos) << failure->detail;
    EXPECT_EQ(payloads, Payloads{});
    EXPECT_EQ(journal->sequence(), 3U);
    EXPECT_EQ(read(*open(), 3), Payloads{}) << "what is committed does not matter any more";
    overwrite(0, before);
  }
  EXPECT_EQ(read(*journal, 0), (Payloads{"first", "second", "third"}));
}

TEST_F(JournalFile, ARecordLongerThanSqliteWritesAtOnce) {
  const std::size_t bytes = 1 << 20;
  const std::string payload(4 * 131'072 - head_bytes, 'z');
  const auto journal = open(bytes);
  read(*journal, 0);
  EXPECT_TRUE(append(*journal, payload));
  EXPECT_EQ(read(*open(bytes), 0), Payloads{payload});
}

TEST_F(JournalFile, RecordsOfAnEarlierRoundDoNotCount) {
  const auto journal = open();
  read(*journal, 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(append(*journal, "old"));
  journal->rewind();
  EXPECT_TRUE(append(*journal, "new"))
      << "as long as an old one, so that the second old one stands behind it";
  EXPECT_EQ(read(*open(), 3), Payloads{"new"});
}

TEST_F(JournalFile, HalfARecordEndsIt) {
  {
    const auto journal = open();
    read(*journal, 0);
    EXPECT_TRUE(append(*journal, "first"));
    EXPECT_TRUE(append(*journal, "second"));
  }
  const std::size_t second = head_bytes + 5;
  for (std::size_t byte = second; byte < second + head_bytes + 6; ++byte) {
    std::ifstream file(path, std::ios::binary);
    const std::string before{std::istreambuf_iterator<char>(file), {}};
    overwrite(byte, std::string(1, static_cast<char>(before[byte] ^ 0x55)));
    const auto journal = open();
    EXPECT_EQ(read(*journal, 0), Payloads{"first"}) << byte;
    EXPECT_EQ(journal->sequence(), 1U);
    overwrite(0, before);
  }
  EXPECT_EQ(read(*open(), 0), (Payloads{"first", "second"}));
}

TEST_F(JournalFile, OneOfAnotherDatabaseIsEmpty) {
  const auto journal = open();
  read(*journal, 0);
  EXPECT_TRUE(append(*journal, "mine"));
  EXPECT_EQ(read(*journal, 0, identity + 1), Payloads{});
  EXPECT_EQ(read(*journal, 0), Payloads{"mine"});
}

TEST_F(JournalFile, OneOfALaterStateIsRefused) {
  const auto journal = open();
  read(*journal, 5);
  EXPECT_TRUE(append(*journal, "six"));
  std::vector<std::string> payloads;
  const auto failure = journal->read(identity, 4, payloads);
  ASSERT_TRUE(failure.has_value());
  EXPECT_NE(failure->detail.find("Move that file away"), std::string::npos) << failure->detail;
  EXPECT_EQ(read(*journal, 9), Payloads{}) << "everything is in the database";
  EXPECT_EQ(journal->sequence(), 9U);
}

// ---- requests as bytes

model::Event full_event() {
  return {"evt", "imp", "wh", "all", 3,   21, 10, 4711, "xxh3:1", model::EventState::pending,
          2,     1,     503,  170,   160, 150};
}

Record full_record() {
  Record record;
  record.lane = {"wh_1", 9};
  record.import_id = "imp_1";
  record.cursor = 4;
  record.task_id = 5;
  record.attempt = {"att",
                    "evt",
                    2,
                    model::Trigger::retry,
                    100,
                    200,
                    {1, 2, 3, 4, 5, 6},
                    "127.0.0.1:1",
                    "A: b",
                    300,
                    "xxh3:2",
                    422,
                    "C: d",
                    std::string("\0body", 5),
                    model::Outcome::refused,
                    "no"};
  record.disposition = Disposition::halted;
  record.spends_budget = false;
  record.next_cursor = 6;
  record.retry_at_ms = 7;
  record.reason = "why";
  record.row_errors = {{1, "f", "m", "wh_1", 2}, {3, "g", "n", "", 0}};
  record.next_event = full_event();
  record.next_leaves = true;
  return record;
}

CreateImport full_create() {
  CreateImport create;
  model::Import& import = create.import;
  import.id = "imp_1";
  import.template_id = "default";
  import.file_name = "a.csv";
  std::string content = "a,b\n1,2\n";
  import.file = {"small_1", content.size(), "xxh3:3",
                 std::make_shared<const std::string>(content + std::string(csv::padding_bytes, '\0'))};
  import.text = {"text_1", 99, "xxh3:4"};
  import.settings = {10,   false,       ";", "latin1", 5, 6, true, {{"a", "b"}, { "c", "d" }},
                     true, "{\"u\":1}", "{}"};
  import.planned = true;
  import.total_rows = 100;
  import.count = 10;
  import.encoding = "utf-8";
  import.delimiter = ",";
  import.columns = {{ "A", "a" }};
  import.notes = {{ "short_rows", "two", { 1, 2 } }};
  import.error = {"broken", "in row 3"};
  import.created_at_ms = -1;
  create.plan = std::string("pl\0an", 5);
  create.webhook_id = "wh_1";
  create.idempotency_key = "key";
  model::Webhook webhook;
  webhook.id = "wh_2";
  webhook.url = "https://x";
  webhook.secrets = {{"whsec_a", 1}, {"whsec_b", 0}};
  webhook.events = {"all", "import.completed"};
  webhook.template_id = "default";
  webhook.headers = {{"X", "y"}};
  webhook.retry_schedule_s = {1, 2, 3};
  webhook.on_halt = model::OnHalt::hold;
  webhook.tls = {"ca", "cert", "key"};
  create.ensured = webhook;
  create.only_ensured = true;
  return create;
}

std::vector<Request> examples() {
  return {full_record(),
          OpenEvent{{"wh_1", 1}, 2, full_event()},
          BeginAttempt{{"wh_2", 3}, "evt"},
          full_create(),
          Record{},
          CreateImport{}};
}

std::string encode(std::int64_t now_ms, const std::vector<Request>& requests) {
  std::string out;
  encode_group(now_ms, out);
  for (const Request& request : requests) encode_request(request, out);
  return out;
}

TEST(RequestCodec, WhatIsReadIsWhatWasWritten) {
  const std::string bytes = encode(1234, examples());
  const auto group = decode_group(bytes);
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->now_ms, 1234);
  ASSERT_EQ(group->requests.size(), examples().size());
  EXPECT_EQ(encode(group->now_ms, group->requests), bytes);
  // Structs whose members only have defaults would go round whatever is left out, so some are looked at.
  const auto& record = std::get<Record>(group->requests[0]);
  EXPECT_EQ(record.attempt.response_body, full_record().attempt.response_body);
  EXPECT_EQ(record.attempt.phases.receive_us, 6);
  EXPECT_EQ(record.row_errors.size(), 2U);
  ASSERT_TRUE(record.next_event.has_value());
  EXPECT_EQ(record.next_event->created_at_ms, 150);
  const auto& create = std::get<CreateImport>(group->requests[3]);
  EXPECT_EQ(*create.import.file.content, *full_create().import.file.content) << "with its padding";
  EXPECT_EQ(create.import.text.content, nullptr);
  EXPECT_EQ(create.import.created_at_ms, -1);
  EXPECT_EQ(create.ensured, full_create().ensured);
  EXPECT_EQ(create.import.notes, full_create().import.notes);
}

TEST(RequestCodec, TheFormatHasAVersion) {
  // When this fails the bytes have changed: raise journal_format, then set the digest anew.
  EXPECT_EQ(journal_format, 1);
  EXPECT_EQ(digest_text(encode(1234, examples())), "xxh3:d99c9276c73c8efd1549f529cf4e813f");
  std::string bytes = encode(1234, examples());
  bytes[0] = journal_format + 1;
  EXPECT_FALSE(decode_group(bytes).has_value());
}

TEST(RequestCodec, OtherBytesAreRefusedOrRead) {
  const std::string bytes = encode(1, examples());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto group = decode_group(std::string_view(bytes).substr(0, length));
    EXPECT_TRUE(!group || group->requests.size() < examples().size()) << length;
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string other = bytes;
    for (int n = 0; n < 3; ++n) other[random() % other.size()] = static_cast<char>(random());
    (void)decode_group(other);  // nothing is read beyond the end, which the sanitizers see
  }
}

TEST(RequestCodec, WhatPeopleAskForIsNotJournaled) {
  EXPECT_FALSE(is_journaled(PutWebhook{}));
  EXPECT_FALSE(is_journaled(CommandImport{}));
  EXPECT_FALSE(is_journaled(RetentionStep{}));
  EXPECT_FALSE(is_journaled(FillImport{}));
  for (const Request& request : examples()) EXPECT_TRUE(is_journaled(request));
}

// ---- a store with a journal

/// Everything in a database but what differs from run to run.
std::string dump(Core& core) {
  std::ostringstream out;
  std::vector<std::string> tables;
  {
    Query query = core.database().query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (query.row()) tables.push_back(query.text());
  }
  for (const std::string& table : tables) {
    if (table == "journal_position" || table == "store_shards" || table.starts_with("sqlite_")) continue;
    std::vector<std::string> columns;
    {
      Query query = core.database().query("SELECT name FROM pragma_table_info(?)").with(table);
      while (query.row()) columns.push_back(query.text());
    }
    std::string list;
    for (const std::string& column : columns)
      list += (list.empty() ? "quote(" : " || '|' || quote(") + column + ")";
    std::vector<std::string> rows;
    {
      Query query = core.database().query("SELECT " + list + " FROM " + table);
      while (query.row()) rows.push_back(query.text());
    }
    std::ranges::sort(rows);
    for (const std::string& row : rows) out << table << ": " << row << "\n";
  }
  return out.str();
}

class JournaledStore : public StoreBench {
 protected:
  void restart() {
    const auto started = core->start();
    ASSERT_TRUE(started.has_value()) << started.error().detail;
  }
};

TEST_F(JournaledStore, AGroupWaitsForItsCommitAndOutlivesACrash) {
  make_webhook("wh_1");
  EXPECT_FALSE(core->has_uncommitted()) << "what people ask for is committed";
  make_import("imp_1");
  const model::Event event = open_event("imp_1", "wh_1", 1);
  must(a_record(event, Disposition::delivered));
  EXPECT_TRUE(core->has_uncommitted());
  EXPECT_TRUE(core->database().in_transaction());
  const std::string before = dump(*core);
  core->database().execute("ROLLBACK");  // what a crash leaves: the last commit, and the journal
  EXPECT_EQ(count_rows("imports"), 0);
  restart();
  EXPECT_EQ(count_rows("imports"), 1);
  EXPECT_EQ(count_rows("attempts"), 1);
  EXPECT_FALSE(core->has_uncommitted());
  restart();
  EXPECT_EQ(count_rows("attempts"), 1) << "once is enough";
}

TEST_F(JournaledStore, SettlingCommits) {
  make_webhook("wh_1");
  make_import("imp_1");
  core->settle();
  EXPECT_FALSE(core->has_uncommitted());
  EXPECT_FALSE(core->database().in_transaction());
  core->settle();
  make_import("imp_2");
  durability = Durability::commit;
  make_import("imp_3");
  EXPECT_FALSE(core->has_uncommitted()) << "a commit takes along what waits";
  restart();
  EXPECT_EQ(count_rows("imports"), 3);
}

TEST_F(JournaledStore, RefusedRequestsAreNotWritten) {
  make_webhook("wh_1");
  make_import("imp_1");
  EXPECT_EQ(ask(CreateImport{an_import("imp_1"), "plan", "", ""}).status, Status::conflict);
  EXPECT_EQ(ask(OpenEvent{{"wh_1", 12345}, 1, an_event("imp_1", 1)}).status, Status::fenced);
  restart();
  EXPECT_EQ(count_rows("imports"), 1);
  EXPECT_EQ(count_rows("events"), 0);
}

TEST_F(JournaledStore, WhatWasAnsweredAndIsRefusedNowIsTold) {
  make_webhook("wh_1");
  make_import("imp_1");
  core->database().execute("ROLLBACK");
  core->database().execute("DELETE FROM importers");  // as on a database that the journal does not belong to
  const auto started = core->start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().detail.find("does not fit"), std::string::npos) << started.error().detail;
  const auto again = core->start();
  ASSERT_FALSE(again) << "it is not forgotten";
}

TEST_F(JournaledStore, WhenItIsFullACommitMakesRoom) {
  make_webhook("wh_1");
  int commits = 0;
  for (int i = 0; i < 400; ++i) {
    must(CreateImport{an_import("imp_" + std::to_string(i)), std::string(1000, 'p'), "", ""});
    commits += core->has_uncommitted() ? 0 : 1;
  }
  EXPECT_GT(commits, 3);
  EXPECT_LT(commits, 40);
  must(CreateImport{an_import("imp_large"), std::string(100'000, 'p'), "", ""});
  EXPECT_FALSE(core->has_uncommitted()) << "what is larger than all of it";
  restart();
  EXPECT_EQ(count_rows("imports"), 401);
}

TEST_F(JournaledStore, AGroupThatIsTakenBackTakesNoneBeforeIt) {
  make_webhook("wh_1");
  model::Import small = an_import("imp_1");
  small.file = small.text = {"small_1", 3, "", std::make_shared<const std::string>("a,b")};
  must(CreateImport{small, "plan", "", ""});
  EXPECT_TRUE(core->has_uncommitted());
  small.id = "imp_2";  // its file's key is taken: it fails after its row was written
  EXPECT_EQ(ask(CreateImport{small, "plan", "", ""}).status, Status::unavailable);
  EXPECT_TRUE(core->is_behind());
  make_import("imp_3");
  EXPECT_FALSE(core->is_behind());
  EXPECT_EQ(count_rows("imports"), 2);
  EXPECT_EQ(must(GetImport{"imp_1"}).id, "imp_1");
}

/// Two databases are asked the same: one commits each group, one journals them, and both crash at the same
/// moments. A crash takes the open transaction of the second one.
TEST(JournaledStores, AreTheSameAsCommittedOnes) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    auto committing = *open_core();
    auto journaling = *open_core();
    std::mt19937 random(seed);
    const auto both = [&](const Request& request, std::int64_t now_ms) {
      std::vector<Status> statuses;
      for (Core* core : {committing.get(), journaling.get()}) {
        std::vector<Job> jobs;
        jobs.push_back(Job{0, 1, request});
        std::vector<JobAnswer> answers;
        core->run_group(jobs, now_ms, answers,
                        core == journaling.get() ? Durability::journal : Durability::commit);
        statuses.push_back(answers.front().answer.status);
      }
      EXPECT_EQ(statuses[0], statuses[1]);
      return statuses[0];
    };
    const auto start = [&] {
      ASSERT_TRUE(committing->start().has_value());
      ASSERT_TRUE(journaling->start().has_value());
    };
    start();
    std::uint64_t epoch = 1;
    model::Webhook webhook;
    webhook.id = "wh_1";
    webhook.url = "https://example.com";
    webhook.secrets = {{"whsec_x", 0}};
    EXPECT_EQ(both(PutWebhook{webhook, true}, 1), Status::done);
    int imports = 0;
    std::uint64_t done = 0;
    for (int step = 0; step < 200; ++step) {
      const std::int64_t now_ms = 1000 + step;
      const std::string id = "imp_" + std::to_string(random() % static_cast<unsigned>(imports + 1));
      const std::uint64_t cursor = 1 + random() % 3;
      model::Event event;
      event.id = "evt_" + id + std::to_string(cursor);
      event.import_id = id;
      event.index = cursor;
      event.rows = 10;
      event.body_digest = "xxh3:1";
      Status status = Status::done;
      switch (random() % 12) {
        case 0: {
          model::Import import;
          import.id = "imp_" + std::to_string(imports++);
          import.template_id = "default";
          import.file = import.text = {"key_" + import.id, 3, "", std::make_shared<const std::string>("a,b")};
          import.planned = true;
          import.count = 3;
          status = both(CreateImport{import, "plan", "", step % 3 == 0 ? "key" : ""}, now_ms);
          break;
        }
        case 1:
        case 2:
        case 3:
          status = both(OpenEvent{{"wh_1", epoch}, cursor, event}, now_ms);
          break;
        case 4:
          status = both(CommandImport{id, static_cast<ImportCommand>(random() % 3)}, now_ms);
          break;
        case 5:
          start();
          ++epoch;
          break;
        case 6:
          journaling->settle();
          break;
        case 7:
          status = both(BeginAttempt{{"wh_1", epoch}, event.id}, now_ms);
          break;
        default: {
          Record record;
          record.lane = {"wh_1", epoch};
          record.import_id = id;
          record.cursor = cursor;
          record.attempt.id = "att_" + std::to_string(step);
          record.attempt.event_id = event.id;
          record.attempt.status = 200;
          record.disposition = random() % 4 == 0 ? Disposition::retry : Disposition::delivered;
          record.next_cursor = cursor == 3 ? 5 : cursor + 1;
          record.row_errors = {{1, "f", "m"}};
          if (cursor < 3 && random() % 2 == 0) {
            record.next_event = event;
            record.next_event->id = "evt_" + id + std::to_string(cursor + 1);
            record.next_event->index = cursor + 1;
          }
          status = both(record, now_ms);
        }
      }
      done += status == Status::done ? 1 : 0;
    }
    start();
    EXPECT_GT(done, 40U);
    ASSERT_EQ(dump(*committing), dump(*journaling)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace pulter::store
