#include "engine/store/tiered_spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "codec/base/digest.h"
#include "engine/store/disk_spool.h"
#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "engine/store/spool_key.h"
#include "io/sim/sim_io.h"
#include "io/unique_fd.h"
#include "io/uring/uring_io.h"
#include "tests/unit/engine/store/spool_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

class TieredSpoolTest : public testing::Test {
 protected:
  TieredSpoolTest() { tiered_.set_small_max(100); }
  ~TieredSpoolTest() override {
    store_.crash(false);
    client_.drain();
    io_.run_until_idle();
  }

  template <class T>
  T await(io::Task<T> task) {
    return await_task(scope_, std::move(task), &client_);
  }
  model::SpoolFile put(std::string_view content, std::size_t piece = 7) {
    return put_into(tiered_, scope_, content, piece, &client_);
  }
  /// The file as it comes out of the store with the import that names it.
  model::SpoolFile store(const model::SpoolFile& file) {
    CreateImport create;
    create.import.id = "imp_" + file.key;
    create.import.template_id = "default";
    create.import.planned = true;
    create.import.file = create.import.text = file;
    model::Webhook& webhook = create.ensured.emplace();
    webhook.id = "wh_1";
    webhook.url = "https://example.com/";
    webhook.template_id = "default";
    create.only_ensured = true;
    auto reply = await(client_.call(std::move(create)));
    EXPECT_TRUE(reply.done()) << reply.detail;
    EXPECT_FALSE(reply.value->text.content);
    return reply.value->text;
  }
  Result<std::shared_ptr<OpenFile>> open(const model::SpoolFile& file) {
    return await(tiered_.open(scope_, file));
  }
  void expect_opens(const model::SpoolFile& file, std::string_view content) {
    auto opened = open(file);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    expect_reads(**opened, content);
  }
  ErrorCode open_error(const model::SpoolFile& file) {
    auto opened = open(file);
    EXPECT_FALSE(opened.has_value());
    return opened ? ErrorCode::io_failed : opened.error().code;
  }
  /// What the store has under that key.
  std::string stored_bytes(const std::string& key) {
    GetSmallFile get{key};
    auto reply = await(client_.call(std::move(get)));
    return reply.value.value_or("none");
  }
  void change_stored_bytes(const std::string& key, std::string_view content) {
    Query query = core_->database().query("UPDATE small_files SET content = ? WHERE key = ?");
    query.bind_blob(content).bind(key);
    ASSERT_TRUE(query.run());
  }

  io::SimIo io_;
  std::unique_ptr<Core> core_ = *open_core();
  InlineStore store_{*core_, io_};
  StoreClient client_{store_, io_};
  MemorySpool large_;
  TieredSpool tiered_{large_, client_};
  io::Scope scope_{io_};
};

TEST_F(TieredSpoolTest, ASmallFileComesWithItsContentAndLeavesNothingInTheSpool) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{99}, std::size_t{100}}) {
    const std::string content = some_content(size);
    const model::SpoolFile file = put(content);
    EXPECT_TRUE(is_small_key(file.key)) << file.key;
    EXPECT_FALSE(is_spool_key(file.key));
    EXPECT_EQ(file.length, size);
    EXPECT_EQ(file.digest, digest_text(content));
    ASSERT_TRUE(file.content);
    EXPECT_LE(file.content->capacity(), size + csv::padding_bytes) << "no more memory than it has bytes";
    expect_opens(file, content);
    EXPECT_EQ(large_.files(), 0U);
    EXPECT_TRUE(await(tiered_.remove(scope_, file.key)).has_value());
  }
}

TEST_F(TieredSpoolTest, WhatGrowsOverTheBoundGoesToTheSpoolWhole) {
  for (const std::size_t piece : {std::size_t{7}, std::size_t{100}, std::size_t{101}, std::size_t{1000}}) {
    const std::string content = some_content(101);
    const model::SpoolFile file = put(content, piece);
    EXPECT_TRUE(is_spool_key(file.key)) << file.key;
    EXPECT_FALSE(file.content);
    EXPECT_EQ(file.digest, digest_text(content));
    expect_opens(file, content);
    EXPECT_TRUE(await(tiered_.remove(scope_, file.key)).has_value());
    EXPECT_EQ(large_.files(), 0U);
  }
}

TEST_F(TieredSpoolTest, IsReadFromTheStoreWhereItIsNotRemembered) {
  const model::SpoolFile file = store(put("a,b\n1,2\n"));
  EXPECT_EQ(stored_bytes(file.key), "a,b\n1,2\n") << "the padding is not stored";
  EXPECT_FALSE(store_.recent_files().find(file.key));
  expect_opens(file, "a,b\n1,2\n");
}

TEST_F(TieredSpoolTest, WhatWasReadOnceIsRemembered) {
  const model::SpoolFile file = store(put("a,b\n1,2\n"));
  expect_opens(file, "a,b\n1,2\n");
  change_stored_bytes(file.key, "");
  expect_opens(file, "a,b\n1,2\n");
}

TEST_F(TieredSpoolTest, WhatNoImportNamesIsNotRemembered) {
  const model::SpoolFile file = put("a,b\n1,2\n");
  expect_opens(file, "a,b\n1,2\n");
  EXPECT_FALSE(store_.recent_files().find(file.key));
}

TEST_F(TieredSpoolTest, ChangedContentIsNoticed) {
  const model::SpoolFile file = store(put("a,b\n1,2\n"));
  change_stored_bytes(file.key, "a,b\n1,3\n");
  EXPECT_EQ(open_error(file), ErrorCode::file_read_failed);
}

TEST_F(TieredSpoolTest, WhatRetentionRemovedIsGoneAtOnce) {
  const model::SpoolFile file = store(put("a,b\n"));
  expect_opens(file, "a,b\n");
  auto removed = await(client_.call(RetentionStep{8'000'000'000'000}));
  ASSERT_TRUE(removed.done());
  ASSERT_EQ(removed.value->spool_keys, std::vector<std::string>{file.key});
  EXPECT_TRUE(await(tiered_.remove(scope_, file.key)).has_value());
  EXPECT_EQ(open_error(file), ErrorCode::gone);
}

TEST_F(TieredSpoolTest, AStoreThatIsGoneSaysNothingAboutTheFile) {
  const model::SpoolFile file = store(put("a,b\n"));
  store_.crash(false);
  EXPECT_EQ(open_error(file), ErrorCode::cancelled);
}

TEST_F(TieredSpoolTest, LimitsHoldForSmallFilesToo) {
  // Below the bound, at it, and over it, where the large spool counts.
  for (const std::size_t limit : {std::size_t{10}, std::size_t{100}, std::size_t{150}}) {
    for (const std::size_t piece : {std::size_t{1}, limit}) {
      auto upload = await(tiered_.begin(scope_, limit));
      for (std::size_t done = 0; done < limit; done += piece)
        ASSERT_TRUE(await((*upload)->append(scope_, std::string(piece, 'x'))).has_value()) << limit;
      const auto refused = await((*upload)->append(scope_, "x"));
      ASSERT_FALSE(refused.has_value()) << limit;
      EXPECT_EQ(refused.error().code, ErrorCode::file_too_large);
      EXPECT_NE(refused.error().detail.find(std::to_string(limit)), std::string::npos);
    }
    auto upload = await(tiered_.begin(scope_, limit));
    EXPECT_FALSE(await((*upload)->append(scope_, std::string(limit + 1, 'x'))).has_value()) << "at once";
    auto whole = await(tiered_.begin(scope_, limit));
    ASSERT_TRUE(await((*whole)->append(scope_, std::string(limit, 'x'))).has_value());
    EXPECT_EQ(await((*whole)->finish(scope_))->length, limit);
  }
}

/// Descriptors are the system's own, so these run on a ring and a disk.
class AdoptTest : public testing::Test {
 protected:
  void SetUp() override {
    auto ring = io::UringIo::create({});
    if (!ring) GTEST_SKIP() << ring.error().detail;
    io_ = std::move(*ring);
    large_ = *DiskSpool::open(folder_.file("spool"));
    store_ = std::make_unique<InlineStore>(*core_, *io_);
    client_ = std::make_unique<StoreClient>(*store_, *io_);
    tiered_ = std::make_unique<TieredSpool>(*large_, *client_);
    scope_ = std::make_unique<io::Scope>(*io_);
  }
  io::UniqueFd file_with(std::string_view content) {
    const std::string path = folder_.file("source.csv");
    std::ofstream(path, std::ios::binary) << content;
    return io::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  /// A pipe with all of it inside and nobody who writes any more.
  static io::UniqueFd pipe_with(std::string_view content) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const io::UniqueFd write_end(ends[1]);
    EXPECT_EQ(::write(write_end.get(), content.data(), content.size()), static_cast<ssize_t>(content.size()));
    return io::UniqueFd(ends[0]);
  }
  Result<model::SpoolFile> adopt(const io::UniqueFd& fd, std::uint64_t max_bytes = 0) {
    return await_task(*scope_, tiered_->adopt(*scope_, fd.get(), max_bytes, nullptr), client_.get());
  }
  void expect_adopts(const io::UniqueFd& fd, std::string_view content, bool small) {
    auto file = adopt(fd);
    ASSERT_TRUE(file.has_value()) << file.error().detail;
    EXPECT_EQ(is_small_key(file->key), small) << content.size();
    EXPECT_EQ(file->length, content.size());
    EXPECT_EQ(file->digest, digest_text(content));
    auto opened = await_task(*scope_, tiered_->open(*scope_, *file), client_.get());
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    expect_reads(**opened, content);
  }

  static constexpr std::size_t bound = limits::small_file_bytes_max;
  TemporaryFolder folder_;
  std::unique_ptr<io::Io> io_;
  std::unique_ptr<Core> core_ = *open_core();
  std::unique_ptr<DiskSpool> large_;
  std::unique_ptr<InlineStore> store_;
  std::unique_ptr<StoreClient> client_;
  std::unique_ptr<TieredSpool> tiered_;
  std::unique_ptr<io::Scope> scope_;
};

TEST_F(AdoptTest, FilesUpToTheBoundAreSmall) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, bound - 1, bound, bound + 1, 3 * bound})
    expect_adopts(file_with(some_content(size)), some_content(size), size <= bound);
}

TEST_F(AdoptTest, APipeLosesNothing) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, bound, bound + 1, 5 * bound / 2})
    expect_adopts(pipe_with(some_content(size)), some_content(size), false);
}

TEST_F(AdoptTest, WhereADescriptorStandsDoesNotMatter) {
  for (const std::size_t size : {std::size_t{100}, bound + 50, 3 * bound}) {
    const io::UniqueFd fd = file_with(some_content(size));
    ASSERT_EQ(::lseek(fd.get(), 60, SEEK_SET), 60);
    expect_adopts(fd, some_content(size), size <= bound);
  }
}

TEST_F(AdoptTest, LimitsHold) {
  for (const std::size_t size : {std::size_t{100}, bound, 3 * bound}) {
    const io::UniqueFd fd = file_with(some_content(size));
    EXPECT_TRUE(adopt(fd, size).has_value()) << size;
    const auto refused = adopt(fd, size - 1);
    ASSERT_FALSE(refused.has_value()) << size;
    EXPECT_EQ(refused.error().code, ErrorCode::file_too_large);
  }
}

RecentFiles::Content content_of(std::size_t bytes) {
  std::string content;
  content.reserve(bytes);
  content.append(bytes, 'x');
  return std::make_shared<const std::string>(std::move(content));
}

TEST(RecentFilesTest, KeepsWhatWasUsedLastWithinItsBytes) {
  RecentFiles recent;
  const RecentFiles::Content third = content_of(limits::small_files_recent_bytes_max / 3 - 1000);
  for (const char* key : {"1", "2", "3"}) recent.put(key, third);
  EXPECT_EQ(recent.find("1"), third) << "there is room for three";
  recent.put("4", content_of(1));
  recent.put("5", third);
  EXPECT_FALSE(recent.find("2")) << "nobody asked for it";
  EXPECT_TRUE(recent.find("1"));
  EXPECT_TRUE(recent.find("3"));
  EXPECT_TRUE(recent.find("4"));
  recent.put("5", third);
  EXPECT_TRUE(recent.find("1")) << "the same once more takes no room";
  EXPECT_EQ(recent.find("5"), third);
}

TEST(RecentFilesTest, CountsWhatItTakesAndNotOnlyWhatIsRead) {
  RecentFiles recent;
  // Of one byte each, with the key that a small file has.
  const auto key = [](std::size_t i) {
    std::string text = std::to_string(i);
    return std::string(30 - text.size(), '0') + text;
  };
  constexpr std::size_t count = limits::small_files_recent_bytes_max / RecentFiles::entry_bytes + 1000;
  for (std::size_t i = 0; i < count; ++i) recent.put(key(i), content_of(1));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) kept += static_cast<std::size_t>(recent.find(key(i)) != nullptr);
  EXPECT_LE(kept * (RecentFiles::entry_bytes + 30 + 1), limits::small_files_recent_bytes_max);
  EXPECT_GE(kept * (RecentFiles::entry_bytes + 30 + 1), limits::small_files_recent_bytes_max * 8 / 10);
  EXPECT_TRUE(recent.find(key(count - 1)));
  EXPECT_FALSE(recent.find(key(0)));
}

TEST(RecentFilesTest, WhatIsErasedGivesItsRoomBack) {
  RecentFiles recent;
  const RecentFiles::Content half = content_of(limits::small_files_recent_bytes_max / 2 - 1000);
  recent.put("1", half);
  for (int i = 0; i < 10; ++i) {
    recent.put("2", half);
    recent.erase("2");
    recent.erase("2");
    EXPECT_FALSE(recent.find("2"));
  }
  EXPECT_TRUE(recent.find("1"));
}

}  // namespace
}  // namespace pulter::store
