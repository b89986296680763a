#include "engine/store/spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "codec/base/digest.h"
#include "engine/store/disk_spool.h"
#include "engine/store/memory_spool.h"
#include "engine/store/spool_key.h"
#include "io/sim/sim_io.h"
#include "io/uring/uring_io.h"
#include "tests/unit/engine/store/spool_bench.h"
#include "tests/unit/engine/store/temporary_folder.h"

namespace pulter::store {
namespace {

/// The same questions to both: a folder over a ring, and memory in virtual time.
class SpoolTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (on_disk()) {
      auto ring = io::UringIo::create({});
      if (!ring) GTEST_SKIP() << ring.error().detail;
      io_ = std::move(*ring);
      auto opened = DiskSpool::open(folder.file("spool"));
      ASSERT_TRUE(opened.has_value());
      spool_ = std::move(*opened);
    } else {
      io_ = std::make_unique<io::SimIo>();
      spool_ = std::make_unique<MemorySpool>();
    }
    scope_.emplace(*io_);
  }
  bool on_disk() const { return GetParam(); }

  template <class T>
  T await(io::Task<T> task) {
    return await_task(*scope_, std::move(task));
  }
  model::SpoolFile put(std::string_view content) {
    return put_into(*spool_, *scope_, content, content.size() / 2 + 1);
  }
  std::vector<std::string> list() {
    auto keys = await(spool_->list(*scope_, 8'000'000'000'000));
    EXPECT_TRUE(keys.has_value());
    std::ranges::sort(*keys);
    return *keys;
  }

  TemporaryFolder folder;
  std::unique_ptr<io::Io> io_;
  std::unique_ptr<Spool> spool_;
  std::optional<io::Scope> scope_;
};

TEST_P(SpoolTest, WhatWasPutReadsBack) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096},
                                 std::size_t{65'536}, std::size_t{3'000'000}}) {
    const std::string content = some_content(size);
    const model::SpoolFile file = put(content);
    EXPECT_TRUE(is_spool_key(file.key)) << file.key;
    EXPECT_EQ(file.length, size);
    EXPECT_EQ(file.digest, digest_text(content));
    auto opened = await(spool_->open(*scope_, file));
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    expect_reads(**opened, content);
  }
}

TEST_P(SpoolTest, AnUploadThatIsDroppedLeavesNothing) {
  {
    auto upload = await(spool_->begin(*scope_, 0));
    ASSERT_TRUE(await((*upload)->append(*scope_, "half of it")).has_value());
  }
  EXPECT_TRUE(list().empty());
}

TEST_P(SpoolTest, TooLargeIsRefusedWithTheLimit) {
  auto upload = await(spool_->begin(*scope_, 10));
  ASSERT_TRUE(await((*upload)->append(*scope_, "0123456789")).has_value());
  const auto refused = await((*upload)->append(*scope_, "x"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::file_too_large);
  EXPECT_NE(refused.error().detail.find("10"), std::string::npos);
}

TEST_P(SpoolTest, AdoptsADescriptorsContent) {
  const std::string path = folder.file("source.csv");
  std::ofstream(path) << "a,b\n1,2\n";
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const auto file = await(spool_->adopt(*scope_, fd, 0, nullptr));
  ASSERT_TRUE(file.has_value()) << file.error().detail;
  EXPECT_EQ(file->length, 8U);
  EXPECT_EQ(file->digest, digest_text("a,b\n1,2\n"));
  std::ofstream(path) << "changed by its owner";
  auto opened = await(spool_->open(*scope_, *file));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ((*opened)->bytes(), "a,b\n1,2\n") << "ours is a copy";
  const auto refused = await(spool_->adopt(*scope_, fd, 5, nullptr));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::file_too_large);
  EXPECT_EQ(list().size(), 1U);
  ::close(fd);
}

TEST_P(SpoolTest, ListsByAgeAndRemoves) {
  const model::SpoolFile one = put("one");
  const model::SpoolFile two = put("two");
  std::vector<std::string> both{one.key, two.key};
  std::ranges::sort(both);
  EXPECT_EQ(list(), both);
  EXPECT_TRUE(await(spool_->list(*scope_, 1000)).value().empty()) << "nothing is that old";
  EXPECT_TRUE(await(spool_->remove(*scope_, one.key)).has_value());
  EXPECT_TRUE(await(spool_->remove(*scope_, one.key)).has_value()) << "twice is once";
  EXPECT_EQ(list(), std::vector<std::string>{two.key});
  const auto gone = await(spool_->open(*scope_, one));
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, ErrorCode::gone);
}

TEST_P(SpoolTest, AnOpenFileOutlivesItsRemoval) {
  const model::SpoolFile file = put("still here");
  auto opened = await(spool_->open(*scope_, file));
  ASSERT_TRUE(await(spool_->remove(*scope_, file.key)).has_value());
  EXPECT_EQ((*opened)->bytes(), "still here");
  EXPECT_FALSE((*opened)->failed());
}

INSTANTIATE_TEST_SUITE_P(OnDisk, SpoolTest, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(InMemory, SpoolTest, testing::Values(false));

class DiskSpoolTest : public SpoolTest {};
INSTANTIATE_TEST_SUITE_P(OnDisk, DiskSpoolTest, testing::Values(true));

TEST_P(DiskSpoolTest, FilesArePrivate) {
  const model::SpoolFile file = put("secret");
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("spool/" + file.key).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_P(DiskSpoolTest, AFileThatWasChangedFromOutsideIsRefused) {
  const model::SpoolFile file = put("a,b\n1,2\n");
  const std::string path = folder.file("spool/" + file.key);
  ASSERT_EQ(::truncate(path.c_str(), 3), 0);
  const auto refused = await(spool_->open(*scope_, file));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::file_read_failed);
}

/// Changes the file that is being copied.
class Meddler final : public io::CopyReader {
 public:
  explicit Meddler(std::string path) : path_(std::move(path)) {}
  void read(std::string_view copied, bool whole) noexcept override {
    if (!whole) std::fstream(path_, std::ios::in | std::ios::out).seekp(2'000'000) << "changed meanwhile";
    length = copied.size();
  }
  std::size_t length = 0;

 private:
  std::string path_;
};

TEST_P(DiskSpoolTest, TheDigestIsOfTheCopyWhateverBecomesOfTheSource) {
  const std::string path = folder.file("source.csv");
  std::ofstream(path) << some_content(3'000'000);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Meddler meddler(path);
  const auto file = await(spool_->adopt(*scope_, fd, 0, &meddler));
  ::close(fd);
  ASSERT_TRUE(file.has_value()) << file.error().detail;
  EXPECT_EQ(meddler.length, 3'000'000U) << "it was shown all of it";
  auto opened = await(spool_->open(*scope_, *file));
  ASSERT_TRUE(opened.has_value());
  EXPECT_NE((*opened)->bytes(), some_content(3'000'000));
  EXPECT_EQ(file->digest, digest_text((*opened)->bytes()));
}

TEST_P(DiskSpoolTest, AFileThatIsCutUnderTheReaderFails) {
  const model::SpoolFile file = put(std::string(100'000, 'x'));
  auto opened = await(spool_->open(*scope_, file));
  ASSERT_TRUE(opened.has_value());
  ASSERT_EQ(::truncate(folder.file("spool/" + file.key).c_str(), 4096), 0);
  std::size_t sum = 0;
  for (const char byte : (*opened)->bytes()) sum += static_cast<unsigned char>(byte);
  EXPECT_LE(sum, 100'000U * 'x');
  EXPECT_TRUE((*opened)->failed());
}

TEST_P(DiskSpoolTest, WhatACrashLeftIsListedAndCanBeRemoved) {
  std::ofstream(folder.file("spool/.new-0123456789abcdef01234567")) << "half";
  std::ofstream(folder.file("spool/notes.txt")) << "somebody's own";
  EXPECT_EQ(list(), std::vector<std::string>{".new-0123456789abcdef01234567"});
  EXPECT_TRUE(await(spool_->remove(*scope_, ".new-0123456789abcdef01234567")).has_value());
  EXPECT_TRUE(list().empty());
}

class MemorySpoolTest : public SpoolTest {};
INSTANTIATE_TEST_SUITE_P(InMemory, MemorySpoolTest, testing::Values(false));

TEST_P(MemorySpoolTest, FaultsOnDemand) {
  auto& spool = static_cast<MemorySpool&>(*spool_);
  const model::SpoolFile file = spool.put(*io_, "content");
  auto opened = await(spool.open(*scope_, file));
  spool.set_failing(true);
  EXPECT_TRUE((*opened)->failed());
  spool.set_room(4);
  auto upload = await(spool.begin(*scope_, 0));
  EXPECT_TRUE(await((*upload)->append(*scope_, "1234")).has_value());
  EXPECT_EQ(await((*upload)->append(*scope_, "5")).error().code, ErrorCode::disk_full);
  EXPECT_EQ(spool.files(), 1U);
}

TEST(SpoolKey, OnlyHexDigitsMakeAName) {
  io::SimIo io;
  const std::string key = make_spool_key(io);
  EXPECT_TRUE(is_spool_key(key));
  EXPECT_NE(key, make_spool_key(io));
  for (const char* bad : {"", "0", "../../../etc/passwd", "0123456789abcdef0123456789abcde/",
                          "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_FALSE(is_spool_key(bad)) << bad;
  }
}

}  // namespace
}  // namespace pulter::store
