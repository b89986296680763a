#include "engine/store/tiered_spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>

#include "codec/base/digest.h"
#include "codec/csv/plan.h"
#include "engine/store/inline_store.h"
#include "engine/store/memory_spool.h"
#include "engine/store/spool_key.h"
#include "io/sim/sim_io.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

using namespace std::chrono_literals;

template <class T>
io::Task<> keep_result(io::Task<T> task, std::optional<T>& out) {
  T value = co_await std::move(task);
  out.emplace(std::move(value));
}

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
    std::optional<T> result;
    scope_.spawn(keep_result(std::move(task), result));
    const io::Instant end = io_.now() + 20s;
    while (!result) {
      PULTER_CHECK(io_.now() < end);
      if (!client_.drain()) io_.run_once(end);
    }
    return std::move(*result);
  }
  model::SpoolFile put(std::string_view content, std::size_t piece = 7) {
    auto upload = await(tiered_.begin(scope_, 0));
    for (std::string_view rest = content; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size())))
      EXPECT_TRUE(await((*upload)->append(scope_, rest.substr(0, piece))).has_value());
    auto file = await((*upload)->finish(scope_));
    EXPECT_TRUE(file.has_value());
    return *file;
  }
  /// As CreateImport would.
  void store(const model::SpoolFile& file, std::string_view content) {
    Query query =
        core_->database().query("INSERT INTO small_files (key, content) VALUES (?, ?)").with(file.key);
    query.bind_blob(content);
    ASSERT_TRUE(query.run());
  }
  /// As it comes out of the store, when it is new no longer.
  model::SpoolFile aged(model::SpoolFile file) {
    file.content.reset();
    for (const char* key : {"1", "2"}) {
      const std::size_t size = limits::small_files_recent_bytes_max;
      store_.recent_files().put(key, std::make_shared<std::string>(size, 'x'));
    }
    return file;
  }
  void expect_opens(const model::SpoolFile& file, std::string_view content) {
    auto opened = await(tiered_.open(scope_, file));
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    EXPECT_EQ((*opened)->bytes(), content);
    EXPECT_FALSE((*opened)->failed());
    const char* padding = (*opened)->bytes().data() + content.size();
    EXPECT_TRUE(std::all_of(padding, padding + csv::padding_bytes, [](char c) { return c == '\0'; }));
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
    const std::string content(size, 'x');
    const model::SpoolFile file = put(content);
    EXPECT_TRUE(is_small_key(file.key)) << file.key;
    EXPECT_FALSE(is_spool_key(file.key));
    EXPECT_EQ(file.length, size);
    EXPECT_EQ(file.digest, digest_text(content));
    ASSERT_TRUE(file.content);
    expect_opens(file, content);
    EXPECT_EQ(large_.files(), 0U);
    EXPECT_TRUE(await(tiered_.remove(scope_, file.key)).has_value());
  }
}

TEST_F(TieredSpoolTest, WhatGrowsOverTheBoundGoesToTheSpoolWhole) {
  for (const std::size_t piece : {std::size_t{7}, std::size_t{100}, std::size_t{101}, std::size_t{1000}}) {
    std::string content;
    for (int i = 0; i < 101; ++i) content += static_cast<char>('a' + i % 26);
    const model::SpoolFile file = put(content, piece);
    EXPECT_TRUE(is_spool_key(file.key)) << file.key;
    EXPECT_FALSE(file.content);
    EXPECT_EQ(file.digest, digest_text(content));
    expect_opens(file, content);
    EXPECT_TRUE(await(tiered_.remove(scope_, file.key)).has_value());
    EXPECT_EQ(large_.files(), 0U);
  }
}

TEST_F(TieredSpoolTest, IsReadFromTheStoreWhenItIsNewNoLonger) {
  const model::SpoolFile file = put("a,b\n1,2\n");
  store(file, "a,b\n1,2\n");
  expect_opens(aged(file), "a,b\n1,2\n");
}

TEST_F(TieredSpoolTest, ChangedContentIsNoticed) {
  const model::SpoolFile file = put("a,b\n1,2\n");
  store(file, "a,b\n1,3\n");
  const auto opened = await(tiered_.open(scope_, aged(file)));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::file_read_failed);
}

TEST_F(TieredSpoolTest, WhatRetentionRemovedIsGone) {
  const auto opened = await(tiered_.open(scope_, aged(put("a,b\n"))));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::gone);
}

TEST_F(TieredSpoolTest, AStoreThatIsGoneSaysNothingAboutTheFile) {
  const model::SpoolFile file = aged(put("a,b\n"));
  store_.crash(false);
  const auto opened = await(tiered_.open(scope_, file));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::cancelled);
}

TEST_F(TieredSpoolTest, LimitsHoldForSmallFilesToo) {
  auto upload = await(tiered_.begin(scope_, 10));
  ASSERT_TRUE(await((*upload)->append(scope_, "0123456789")).has_value());
  const auto refused = await((*upload)->append(scope_, "x"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::file_too_large);
}

TEST(RecentFilesTest, KeepsWhatWasUsedLastWithinItsBytes) {
  RecentFiles recent;
  const auto content = std::make_shared<const std::string>(limits::small_files_recent_bytes_max / 2, 'x');
  recent.put("1", content);
  recent.put("2", content);
  EXPECT_TRUE(recent.find("1"));
  recent.put("3", content);
  EXPECT_FALSE(recent.find("2")) << "nobody asked for it";
  EXPECT_TRUE(recent.find("3"));
  EXPECT_TRUE(recent.find("1"));
  recent.put("3", content);
  EXPECT_TRUE(recent.find("1")) << "the same once more takes no room";
}

}  // namespace
}  // namespace pulter::store
