#include "io/file/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "io/file/mapped_file.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "pulter-files-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override {
    const std::vector<FolderEntry> entries = *list_folder(folder);
    for (const FolderEntry& entry : entries) EXPECT_TRUE(remove_file(folder + "/" + entry.name));
    EXPECT_EQ(::rmdir(folder.c_str()), 0);
  }
  [[nodiscard]] std::string read_back(const std::string& name) const {
    const Result<UniqueFd> fd = open_to_read(folder + "/" + name);
    if (!fd) return "(none)";
    std::string bytes(*file_size(fd->get()), '\0');
    EXPECT_EQ(::read(fd->get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

  std::string folder;
};

TEST_F(Files, ATemporaryFileAppearsUnderItsNameWhenItIsKept) {
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->append("hello "));
  ASSERT_TRUE(file->append("world"));
  EXPECT_EQ(read_back("kept"), "(none)");
  ASSERT_TRUE(file->keep("kept"));
  EXPECT_EQ(read_back("kept"), "hello world");
}

TEST_F(Files, ATemporaryFileThatIsDroppedLeavesNothing) {
  {
    Result<TemporaryFile> file = TemporaryFile::create(folder);
    ASSERT_TRUE(file);
    EXPECT_EQ(list_folder(folder)->size(), 1U);
    Result<TemporaryFile> moved = std::move(file);
    ASSERT_TRUE(moved->append("x"));
    *moved = std::move(*TemporaryFile::create(folder));
    EXPECT_EQ(list_folder(folder)->size(), 1U);
  }
  EXPECT_TRUE(list_folder(folder)->empty());
}

TEST_F(Files, CopiesAWholeFileWhateverItsPosition) {
  const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
  const std::string bytes(1'000'000, 'c');
  ASSERT_TRUE(write_all(source.get(), bytes, "source"));
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->copy_from(source.get(), 1'000'000), 1'000'000U);
  EXPECT_EQ(::lseek(source.get(), 0, SEEK_CUR), 1'000'000) << "the source's position is its owner's";
  ASSERT_TRUE(file->keep("copy"));
  EXPECT_TRUE(read_back("copy") == bytes);
}

TEST_F(Files, CopiesWithinOneFileSystem) {
  Result<TemporaryFile> first = TemporaryFile::create(folder);
  ASSERT_TRUE(first && first->append("shared blocks") && first->keep("first"));
  const Result<UniqueFd> source = open_to_read(folder + "/first");
  Result<TemporaryFile> second = TemporaryFile::create(folder);
  ASSERT_TRUE(source && second);
  EXPECT_EQ(second->copy_from(source->get(), UINT64_MAX), 13U);
  ASSERT_TRUE(second->keep("second"));
  EXPECT_EQ(read_back("second"), "shared blocks");
}

TEST_F(Files, CopiesWhatIsLongerThanOneWindowOfTheMapping) {
  constexpr off_t length = (off_t{64} << 20U) + 5000;
  const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
  ASSERT_EQ(::ftruncate(source.get(), length), 0);
  for (const off_t at : {off_t{0}, (off_t{64} << 20U) - 2, length - 4})
    ASSERT_EQ(::pwrite(source.get(), "mark", 4, at), 4);
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->copy_from(source.get(), UINT64_MAX), static_cast<std::uint64_t>(length));
  ASSERT_TRUE(file->keep("copy"));
  std::string expected(static_cast<std::size_t>(length), '\0');
  ASSERT_EQ(::pread(source.get(), expected.data(), expected.size(), 0), length);
  EXPECT_TRUE(read_back("copy") == expected);
}

// A mapping shows zeros behind the end of a file that is cut: they must never be taken for its content.
TEST_F(Files, AFileThatIsCutMeanwhileIsRefusedOrCopiedAsItWas) {
  constexpr off_t length = off_t{4} << 20U;
  const std::string bytes(static_cast<std::size_t>(length), 'c');
  for (int round = 0; round < 60; ++round) {
    const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
    ASSERT_TRUE(write_all(source.get(), bytes, "source"));
    Result<TemporaryFile> file = TemporaryFile::create(folder);
    ASSERT_TRUE(file);
    Result<std::uint64_t> copied = std::uint64_t{0};
    {
      std::jthread cutter([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(20 * round));
        EXPECT_EQ(::ftruncate(source.get(), length - 1000 - round), 0);
      });
      copied = file->copy_from(source.get(), UINT64_MAX);
    }
    ASSERT_TRUE(file->keep("cut"));
    if (!copied) {
      EXPECT_EQ(copied.error().code, ErrorCode::file_read_failed);
    } else {
      EXPECT_TRUE(read_back("cut") == bytes.substr(0, *copied)) << "round " << round;
    }
  }
}

/// Keeps what it was shown, and does something before the second piece.
class Keeper final : public CopyReader {
 public:
  void read(std::string_view copied, bool whole) noexcept override {
    EXPECT_FALSE(was_whole) << "nothing comes after the last call";
    ASSERT_GE(copied.size(), bytes.size()) << "only ever more";
    EXPECT_TRUE(copied.starts_with(bytes)) << "and the same";
    bytes = copied;
    was_whole = whole;
    ++calls;
    volatile char padding = 0;
    for (std::size_t i = 0; i < MappedFile::padding_bytes; ++i) padding = copied.data()[copied.size() + i];
    static_cast<void>(padding);
    if (calls == 1 && meanwhile) meanwhile();
  }

  std::string bytes;
  bool was_whole = false;
  int calls = 0;
  std::function<void()> meanwhile;
};

std::string numbered(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += std::to_string(bytes.size()) + '\n';
  bytes.resize(size);
  return bytes;
}

TEST_F(Files, WhoReadsAlongIsShownTheWholeCopy) {
  constexpr std::size_t piece = 256 * 1024;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, piece - 1, piece,
                                 piece + 1, 4 * piece, 4 * piece + 4096, 5 * piece - 64}) {
    const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
    ASSERT_TRUE(write_all(source.get(), numbered(size), "source"));
    Result<TemporaryFile> file = TemporaryFile::create(folder);
    ASSERT_TRUE(file);
    Keeper keeper;
    EXPECT_EQ(file->copy_from(source.get(), UINT64_MAX, &keeper), size);
    EXPECT_TRUE(keeper.was_whole);
    EXPECT_TRUE(keeper.bytes == numbered(size)) << size;
    EXPECT_LE(static_cast<std::size_t>(keeper.calls), size / piece + 2) << "in pieces";
    ASSERT_TRUE(file->keep("copy"));
    EXPECT_TRUE(read_back("copy") == numbered(size)) << size;
  }
}

/// A pipe with all of it inside and nobody who writes any more.
UniqueFd pipe_with(std::string_view bytes) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd write_end(ends[1]);
  EXPECT_EQ(::write(write_end.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return UniqueFd(ends[0]);
}

TEST_F(Files, WhoReadsAlongIsShownAPipeAndAProcFileToo) {
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  Keeper piped;
  EXPECT_EQ(file->copy_from(pipe_with("piped").get(), 5, &piped), 5U);
  EXPECT_TRUE(piped.was_whole);
  EXPECT_EQ(piped.bytes, "piped");
  const Result<UniqueFd> proc = open_to_read("/proc/version");
  Result<TemporaryFile> version = TemporaryFile::create(folder);
  ASSERT_TRUE(proc && version);
  Keeper kept;
  const Result<std::uint64_t> length = version->copy_from(proc->get(), 1000, &kept);
  ASSERT_TRUE(length);
  EXPECT_GT(*length, 0U);
  EXPECT_EQ(kept.bytes.size(), *length);
  EXPECT_TRUE(kept.was_whole);
}

TEST_F(Files, WhoReadsAlongSeesTheCopyAndNotWhatBecomesOfTheSource) {
  const std::string bytes = numbered(3'000'000);
  const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
  ASSERT_TRUE(write_all(source.get(), bytes, "source"));
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  Keeper keeper;
  keeper.meanwhile = [&] {
    for (const off_t at : {off_t{0}, off_t{2'000'000}})
      EXPECT_EQ(::pwrite(source.get(), "changed", 7, at), 7);
  };
  EXPECT_EQ(file->copy_from(source.get(), UINT64_MAX, &keeper), bytes.size());
  ASSERT_TRUE(file->keep("copy"));
  EXPECT_TRUE(read_back("copy") == keeper.bytes);
  EXPECT_EQ(keeper.bytes.substr(0, 7), bytes.substr(0, 7));
}

TEST_F(Files, WhoReadsAlongIsShownWhatIsAppendedMeanwhile) {
  const std::string bytes = numbered(3'000'000);
  const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
  ASSERT_TRUE(write_all(source.get(), bytes, "source"));
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  Keeper keeper;
  keeper.meanwhile = [&] { EXPECT_TRUE(write_all(source.get(), bytes, "source")); };
  EXPECT_EQ(file->copy_from(source.get(), UINT64_MAX, &keeper), 2 * bytes.size());
  EXPECT_TRUE(keeper.was_whole);
  EXPECT_TRUE(keeper.bytes == bytes + bytes);
  ASSERT_TRUE(file->keep("copy"));
  EXPECT_TRUE(read_back("copy") == keeper.bytes);
}

TEST_F(Files, WhoReadsAlongDoesNotSaveAFileThatBecomesShorter) {
  for (const off_t left : {off_t{0}, off_t{1'000'000}, off_t{2'999'999}}) {
    const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
    ASSERT_TRUE(write_all(source.get(), numbered(3'000'000), "source"));
    Result<TemporaryFile> file = TemporaryFile::create(folder);
    ASSERT_TRUE(file);
    Keeper keeper;
    keeper.meanwhile = [&] { EXPECT_EQ(::ftruncate(source.get(), left), 0); };
    const Result<std::uint64_t> refused = file->copy_from(source.get(), UINT64_MAX, &keeper);
    ASSERT_FALSE(refused) << left;
    EXPECT_EQ(refused.error().code, ErrorCode::file_read_failed);
    EXPECT_FALSE(keeper.was_whole);
  }
}

TEST_F(Files, CopiesAPipeAndAProcFile) {
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->copy_from(pipe_with("piped").get(), 5), 5U);
  const Result<UniqueFd> proc = open_to_read("/proc/version");
  Result<TemporaryFile> version = TemporaryFile::create(folder);
  ASSERT_TRUE(proc && version);
  EXPECT_GT(version->copy_from(proc->get(), 1000).value_or(0), 0U) << "size 0, but not empty";
}

TEST_F(Files, RefusesMoreThanTheLimit) {
  const UniqueFd source(::memfd_create("source", MFD_CLOEXEC));
  ASSERT_TRUE(write_all(source.get(), "12345", "source"));
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file);
  const Result<std::uint64_t> copied = file->copy_from(source.get(), 4);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, ErrorCode::file_too_large);
  const Result<std::uint64_t> piped = file->copy_from(pipe_with("12345").get(), 4);
  ASSERT_FALSE(piped);
  EXPECT_EQ(piped.error().code, ErrorCode::file_too_large);
}

TEST_F(Files, AFullDiskNamesThePathAndTheCure) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const Result<> written = write_all(full.get(), "x", "/dev/full");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::disk_full);
  EXPECT_NE(written.error().detail.find("/dev/full"), std::string::npos);
  EXPECT_NE(written.error().detail.find("free some space"), std::string::npos);
}

TEST_F(Files, MissingThingsAreTold) {
  const Result<UniqueFd> missing = open_to_read(folder + "/missing.csv");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().detail.find("missing.csv"), std::string::npos);
  EXPECT_FALSE(TemporaryFile::create(folder + "/nowhere"));
  EXPECT_FALSE(list_folder(folder + "/nowhere"));
  EXPECT_TRUE(remove_file(folder + "/missing.csv")) << "gone is gone";
}

TEST_F(Files, ListsWhatIsOlder) {
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file && file->append("abc") && file->keep("old"));
  const std::vector<FolderEntry> all = *list_folder(folder);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "old");
  EXPECT_EQ(all[0].size, 3U);
  EXPECT_TRUE(list_folder(folder, all[0].modified)->empty());
  EXPECT_EQ(list_folder(folder, all[0].modified + 1ns)->size(), 1U);
}

TEST_F(Files, MakesFoldersWithTheirParents) {
  ASSERT_TRUE(make_folder(folder + "/a/b/c"));
  ASSERT_TRUE(make_folder(folder + "/a/b/c"));
  for (const char* each : {"/a/b/c", "/a/b", "/a"}) EXPECT_EQ(::rmdir((folder + each).c_str()), 0);
  Result<TemporaryFile> file = TemporaryFile::create(folder);
  ASSERT_TRUE(file && file->keep("plain"));
  EXPECT_FALSE(make_folder(folder + "/plain"));
}

}  // namespace
}  // namespace pulter::io::test
