#include "io/file/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "io/unique_fd.h"

namespace pulter::io::test {
namespace {

std::size_t page_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

UniqueFd make_file(std::string_view bytes) {
  UniqueFd fd(::memfd_create("mapped", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return fd;
}
UniqueFd make_file(std::size_t size) {
  return make_file(std::string(size, 'a'));
}

std::uint64_t sum(std::string_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}, [](std::uint64_t total, char byte) {
    return total + static_cast<unsigned char>(byte);
  });
}

TEST(MappedFile, GivesTheBytesAndZerosBehindThem) {
  const std::size_t page = page_bytes();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, page - 65, page - 64, page - 63, page - 1,
                                 page, page + 1, 3 * page}) {
    const UniqueFd fd = make_file(size);
    const Result<MappedFile> file = MappedFile::open(fd.get());
    ASSERT_TRUE(file) << size;
    EXPECT_EQ(file->bytes(), std::string(size, 'a'));
    const std::string_view padding(file->bytes().data() + size, MappedFile::padding_bytes);
    EXPECT_EQ(padding, std::string(MappedFile::padding_bytes, '\0')) << size;
    EXPECT_TRUE(file->check());
  }
}

TEST(MappedFile, OutlivesTheCallersDescriptorAndMoves) {
  UniqueFd fd = make_file(100);
  Result<MappedFile> opened = MappedFile::open(fd.get());
  ASSERT_TRUE(opened);
  fd.reset();
  MappedFile file;
  EXPECT_TRUE(file.check());
  file = std::move(*opened);
  const MappedFile moved(std::move(file));
  EXPECT_EQ(sum(moved.bytes()), 100U * 'a');
  EXPECT_TRUE(moved.check());
}

TEST(MappedFile, ACutAtAnyPageIsAnErrorNotACrash) {
  const std::size_t page = page_bytes();
  constexpr std::size_t pages = 8;
  const std::size_t size = pages * page + 100;
  for (std::size_t left = 0; left <= pages; ++left) {
    const UniqueFd fd = make_file(size);
    const UniqueFd other_fd = make_file(size);
    const Result<MappedFile> file = MappedFile::open(fd.get());
    const Result<MappedFile> other = MappedFile::open(other_fd.get());
    ASSERT_TRUE(file && other);
    file->advise_sequential();
    ASSERT_EQ(::ftruncate(fd.get(), static_cast<off_t>(left * page)), 0);
    file->populate(0, size);
    EXPECT_EQ(sum(file->bytes()), left * page * 'a');
    EXPECT_TRUE(file->failed());
    ASSERT_FALSE(file->check());
    EXPECT_EQ(file->check().error().code, ErrorCode::file_read_failed);
    EXPECT_EQ(sum(other->bytes()), size * 'a');
    EXPECT_TRUE(other->check());
  }
}

TEST(MappedFile, ACutInsideAPageIsFoundToo) {
  const UniqueFd fd = make_file(1000);
  const Result<MappedFile> file = MappedFile::open(fd.get());
  ASSERT_TRUE(file);
  ASSERT_EQ(::ftruncate(fd.get(), 999), 0);
  EXPECT_EQ(sum(file->bytes()), 999U * 'a');
  EXPECT_FALSE(file->failed()) << "the kernel gives zeros up to the end of the page";
  EXPECT_FALSE(file->check());
}

TEST(MappedFile, ACutBeforeALastPageOfZerosIsFoundToo) {
  const std::size_t page = page_bytes();
  const std::string bytes = std::string(2 * page, 'a') + std::string(100, '\0');
  for (const std::size_t left : {std::size_t{0}, page, page + page / 2, 2 * page - 1}) {
    const UniqueFd fd = make_file(bytes);
    const Result<MappedFile> file = MappedFile::open(fd.get());
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->check());
    ASSERT_EQ(::ftruncate(fd.get(), static_cast<off_t>(left)), 0);
    const std::size_t first_page = sum(file->bytes().substr(0, left == 0 ? 0 : page));
    EXPECT_EQ(first_page, left == 0 ? 0 : page * 'a') << "nothing here tells that the rest is gone";
    ASSERT_FALSE(file->check()) << left;
    EXPECT_EQ(file->check().error().code, ErrorCode::file_read_failed);
  }
}

TEST(MappedFile, ACutInsideALastPageOfZerosChangesNothing) {
  const std::size_t page = page_bytes();
  const std::string bytes = std::string(page, 'a') + std::string(100, '\0');
  const UniqueFd fd = make_file(bytes);
  Result<MappedFile> opened = MappedFile::open(fd.get());
  ASSERT_TRUE(opened);
  const MappedFile file(std::move(*opened));
  ASSERT_EQ(::ftruncate(fd.get(), static_cast<off_t>(page + 10)), 0);
  EXPECT_EQ(file.bytes(), bytes);
  EXPECT_TRUE(file.check()) << "every byte is what it was";
}

TEST(MappedFile, PagesReadFromTheEndBackwards) {
  const std::size_t page = page_bytes();
  const UniqueFd fd = make_file(64 * page);
  const Result<MappedFile> file = MappedFile::open(fd.get());
  ASSERT_TRUE(file);
  ASSERT_EQ(::ftruncate(fd.get(), 0), 0);
  std::uint64_t total = 0;
  for (std::size_t i = 64; i > 0; --i) total += sum(file->bytes().substr((i - 1) * page, page));
  EXPECT_EQ(total, 0U);
  EXPECT_TRUE(file->failed());
}

TEST(MappedFile, FaultsInSeveralThreadsAtOnce) {
  const std::size_t page = page_bytes();
  const UniqueFd fd = make_file(256 * page);
  const Result<MappedFile> file = MappedFile::open(fd.get());
  ASSERT_TRUE(file);
  ASSERT_EQ(::ftruncate(fd.get(), 0), 0);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] { EXPECT_EQ(sum(file->bytes()), 0U); });
  }
  readers.clear();
  EXPECT_TRUE(file->failed());
}

TEST(MappedFile, PlacesAreReused) {
  const UniqueFd fd = make_file(10);
  for (std::size_t i = 0; i < MappedFile::mappings_max + 10; ++i)
    ASSERT_TRUE(MappedFile::open(fd.get())) << i;
}

TEST(MappedFile, RefusesWhatIsNoRegularFile) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Result<MappedFile> file = MappedFile::open(ends[0]);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::file_read_failed);
  EXPECT_FALSE(MappedFile::open(-1));
  for (const int end : ends) ::close(end);
}

// Somebody else's mapping fails: that is not ours to hide.
int read_a_lost_page() {
  const UniqueFd fd = make_file(page_bytes());
  const Result<MappedFile> guarded = MappedFile::open(fd.get());
  void* at = ::mmap(nullptr, page_bytes(), PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (!guarded || at == MAP_FAILED || ::ftruncate(fd.get(), 0) != 0) return 0;
  return *static_cast<volatile char*>(at);
}

TEST(MappedFileDeathTest, AForeignBusErrorStillEndsTheProgram) {
  EXPECT_DEATH(read_a_lost_page(), "");
}

}  // namespace
}  // namespace pulter::io::test
