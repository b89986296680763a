#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "engine/limits.h"
#include "engine/store/sqlite_errors.h"

struct sqlite3_file;
struct sqlite3_vfs;

namespace pulter::store {

/// Where groups of requests are durable between their answer and SQLite's next commit (decision 0016): one
/// write and one sync each, where a commit of its own would write every page that the group touched.
///
/// A file of fixed size, made and synced before it is used, so that no write of a record needs room or
/// changes anything but the record's own bytes. Where the disk has no room for that it stays as it is, at
/// first empty, and what does not fit is committed. Records follow each other from its start, and from its
/// start again after each commit:
///
///     sequence · length of the payload · XXH3-64 of both and the payload · payload    (numbers: 8 bytes
///     each)
///
/// A record counts where its digest is right and its sequence is its predecessor's plus one. What stands
/// behind the last one is of an earlier round, or half a record, which nobody was answered for. A bad record
/// before a good one of a higher sequence is neither: it is damage. The digest is seeded with the database's
/// identity, so a journal beside another database is empty.
///
/// All of it goes through SQLite's own layer for files (sqlite3_vfs): what a test does to the database's
/// files it does to this one. One thread at a time.
class Journal {
 public:
  /// Opens the one of a database that is there, or makes it, empty: "<database>-requests", with the
  /// database's mode. `vfs` as Database::Settings. `bytes`: what it may grow to. Errors as `to_error`.
  static Result<std::unique_ptr<Journal>> open(const std::string& database, const std::string& vfs = {},
                                               std::size_t bytes = limits::journal_bytes);
  /// One that lives as long as the object: for databases in memory.
  static Result<std::unique_ptr<Journal>> in_memory(std::size_t bytes = limits::journal_bytes);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The payloads of all records that follow number `applied`, in order; the next record is written behind
  /// them. `io`: reading failed. `other`: records between `applied` and the first of them are missing, so
  /// this journal belongs to a later state of the database than the one beside it. `corrupt`: a record before
  /// others is damaged. After a failure all is as before.
  std::optional<Failure> read(std::uint64_t identity, std::uint64_t applied, std::vector<std::string>& into);

  /// Makes the file as long as it may be, where there is room for all of it. Only the records that it has by
  /// then take its room otherwise, so: after `read`, and once everything else that a start writes is written.
  std::optional<Failure> grow();

  /// Where the next record is put together: its payload goes behind what is in there.
  [[nodiscard]] std::string& begin_record();
  /// Whether that one has room in here.
  [[nodiscard]] bool fits() const { return !is_unusable_ && record_.size() <= bytes_ - end_; }
  /// Writes it and syncs it. After a failure it is not there, nor is its room used up; of kind `sync`: nobody
  /// knows. After `read` only.
  std::optional<Failure> append();
  /// Everything in here is committed: the next record goes to the start.
  void rewind() { end_ = 0; }
  /// The record that could not be written was committed instead, as the next number: whatever can be read of
  /// it does not count. With `for_good` no other one fits any more.
  void skip(bool for_good) {
    ++sequence_;
    is_unusable_ = for_good;
  }
  /// The number of the record that was written, or read, last.
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Journal(std::string path, std::size_t bytes) : path_(std::move(path)), bytes_max_(bytes) {}
  static Result<std::unique_ptr<Journal>> open_in(sqlite3_vfs* vfs, std::string name, std::string path,
                                                  std::size_t bytes);
  std::optional<Failure> write(std::string_view bytes, std::size_t at);
  std::optional<Failure> read_all(std::string& into);
  static bool has_record_after(std::uint64_t identity, std::string_view bytes, std::uint64_t sequence);
  [[nodiscard]] std::optional<Failure> failure_of(int code) const;

  std::string path_;  ///< for people
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;              ///< of the file, as far as they are used
  std::string name_;                   ///< as the VFS was given it, which keeps no copy
  std::unique_ptr<std::byte[]> room_;  ///< of the VFS's file object
  sqlite3_file* file_ = nullptr;
  std::string record_;  ///< the one that is put together, its head included
  std::uint64_t identity_ = 0;
  std::uint64_t sequence_ = 0;
  std::size_t end_ = 0;
  bool is_unusable_ = false;
};

}  // namespace pulter::store
