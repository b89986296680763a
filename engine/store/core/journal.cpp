#include "engine/store/core/journal.h"

#include <sqlite3.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "codec/base/check.h"

namespace pulter::store {
namespace {

constexpr std::size_t record_bytes_kept = 256 * limits::kib;
/// Most bytes of one call: SQLite's files are made for pages, and take less than 128 KiB at a time.
constexpr std::size_t call_bytes_max = 64 * limits::kib;

// Numbers stand in the file as in memory: little-endian, which is what Pulter runs on.
static_assert(std::endian::native == std::endian::little);
struct Head {
  std::uint64_t sequence = 0;
  std::uint64_t length = 0;
  std::uint64_t digest = 0;
};
static_assert(sizeof(Head) == 24);

std::uint64_t digest_of(std::uint64_t identity, const Head& head, std::string_view payload) {
  return XXH3_64bits_withSeed(payload.data(), payload.size(),
                              XXH3_64bits_withSeed(&head, offsetof(Head, digest), identity));
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& database, const std::string& vfs,
                                               std::size_t bytes) {
  sqlite3_vfs* const found = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  PULTER_CHECK(found != nullptr);
  const std::string path = database + "-requests";
  return open_in(found, path, path, bytes);
}

Result<std::unique_ptr<Journal>> Journal::in_memory(std::size_t bytes) {
  sqlite3_vfs* const found = sqlite3_vfs_find("memdb");
  PULTER_CHECK(found != nullptr);
  return open_in(found, "", "the journal in memory", bytes);
}

Result<std::unique_ptr<Journal>> Journal::open_in(sqlite3_vfs* vfs, std::string name, std::string path,
                                                  std::size_t bytes) {
  std::unique_ptr<Journal> journal(new Journal(std::move(path), bytes));
  journal->name_ = std::move(name);
  journal->room_ = std::make_unique<std::byte[]>(static_cast<std::size_t>(vfs->szOsFile));
  auto* const file = reinterpret_cast<sqlite3_file*>(journal->room_.get());
  // As SQLite's own log: its first sync is one of its folder too, and its mode that of the database, whose
  // name is what stands before the last '-'.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL;
  const int code = vfs->xOpen(vfs, journal->name_.c_str(), file, flags, nullptr);
  if (file->pMethods != nullptr) journal->file_ = file;
  std::optional<Failure> failure = journal->failure_of(code);
  sqlite3_int64 there = 0;
  if (!failure) failure = journal->failure_of(file->pMethods->xFileSize(file, &there));
  if (failure) return fail(to_error(std::move(*failure)));
  journal->bytes_ = std::min(static_cast<std::size_t>(there), bytes);
  return journal;
}

Journal::~Journal() {
  if (file_ != nullptr) file_->pMethods->xClose(file_);
}

/// A part that the disk has room for would be its last: then nothing else could be written.
std::optional<Failure> Journal::grow() {
  if (bytes_ >= bytes_max_) return std::nullopt;
  const std::string zeros(call_bytes_max, '\0');
  std::size_t at = bytes_;
  while (at < bytes_max_) {
    const std::size_t count = std::min(zeros.size(), bytes_max_ - at);
    if (write(std::string_view(zeros).substr(0, count), at)) break;
    at += count;
  }
  if (at < bytes_max_)
    return failure_of(file_->pMethods->xTruncate(file_, static_cast<sqlite3_int64>(bytes_)));
  if (auto failure = failure_of(file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL))) return failure;
  bytes_ = bytes_max_;
  return std::nullopt;
}

std::optional<Failure> Journal::write(std::string_view bytes, std::size_t at) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, call_bytes_max);
    const int code = file_->pMethods->xWrite(file_, piece.data(), static_cast<int>(piece.size()),
                                             static_cast<sqlite3_int64>(at));
    if (auto failure = failure_of(code)) return failure;
    bytes.remove_prefix(piece.size());
    at += piece.size();
  }
  return std::nullopt;
}

std::optional<Failure> Journal::read_all(std::string& into) {
  into.resize(bytes_);
  for (std::size_t at = 0; at < bytes_; at += call_bytes_max) {
    const std::size_t count = std::min(call_bytes_max, bytes_ - at);
    const int code = file_->pMethods->xRead(file_, into.data() + at, static_cast<int>(count),
                                            static_cast<sqlite3_int64>(at));
    if (auto failure = failure_of(code)) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> Journal::failure_of(int code) const {
  if (code == SQLITE_OK) return std::nullopt;
  return make_failure(code, sqlite3_errstr(code), path_);
}

std::optional<Failure> Journal::read(std::uint64_t identity, std::uint64_t applied,
                                     std::vector<std::string>& into) {
  std::string all;
  if (auto failure = read_all(all)) return failure;
  std::vector<std::string> found;
  std::uint64_t last = applied;
  std::size_t end = 0;
  std::uint64_t before = 0;
  std::size_t at = 0;
  while (all.size() - at >= sizeof(Head)) {
    Head head;
    std::memcpy(&head, all.data() + at, sizeof head);
    if (head.length > all.size() - at - sizeof head) break;
    const std::string_view payload(all.data() + at + sizeof head, head.length);
    if (head.digest != digest_of(identity, head, payload)) break;
    if (before != 0 && head.sequence != before + 1) break;
    before = head.sequence;
    at += sizeof head + payload.size();
    if (head.sequence <= applied) continue;
    if (head.sequence != last + 1) {
      return Failure{FailureKind::other, 0,
                     path_ +
                         " has requests of a later state of the database than the one beside it, as after "
                         "a backup was put back. Move that file away to go on without them."};
    }
    last = head.sequence;
    end = at;
    found.emplace_back(payload);
  }
  if (has_record_after(identity, std::string_view(all).substr(at), last)) {
    return Failure{FailureKind::corrupt, 0,
                   path_ +
                       " is damaged: behind a part that cannot be read it has requests that were answered. "
                       "Its disk is failing, or something else wrote to it. Keep a copy; with the file moved "
                       "away the start goes on without them."};
  }
  identity_ = identity;
  sequence_ = last;
  end_ = end;
  into = std::move(found);
  return std::nullopt;
}

/// Whether `bytes` have a whole record of a higher sequence, up to as many as a bad block hides. Those of
/// earlier rounds are lower.
bool Journal::has_record_after(std::uint64_t identity, std::string_view bytes, std::uint64_t sequence) {
  constexpr std::uint64_t hidden_max = 64;
  for (; bytes.size() > sizeof(Head); bytes.remove_prefix(1)) {
    Head head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.sequence - sequence - 1 >= hidden_max) continue;
    if (head.length > bytes.size() - sizeof head) continue;
    if (head.digest == digest_of(identity, head, bytes.substr(sizeof head, head.length))) return true;
  }
  return false;
}

std::string& Journal::begin_record() {
  // One large record does not keep its memory for the years that follow.
  if (record_.capacity() > record_bytes_kept) record_ = std::string();
  record_.assign(sizeof(Head), '\0');
  return record_;
}

std::optional<Failure> Journal::append() {
  PULTER_CHECK(fits());
  const std::string_view payload = std::string_view(record_).substr(sizeof(Head));
  Head head{sequence_ + 1, payload.size(), 0};
  head.digest = digest_of(identity_, head, payload);
  std::memcpy(record_.data(), &head, sizeof head);
  if (auto failure = write(record_, end_)) return failure;
  const int synced = file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (synced != SQLITE_OK) return make_failure(SQLITE_IOERR_FSYNC, sqlite3_errstr(synced), path_);
  sequence_ = head.sequence;
  end_ += record_.size();
  return std::nullopt;
}

}  // namespace pulter::store
