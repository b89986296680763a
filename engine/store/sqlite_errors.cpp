#include "engine/store/sqlite_errors.h"

#include <sqlite3.h>

#include <utility>

namespace pulter::store {
namespace {

FailureKind kind_of(int code) {
  switch (code) {
    // A sync that failed once may succeed the second time although the data is gone: the kernel reports a
    // lost page once and then forgets it. These are never tried again.
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return FailureKind::sync;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return FailureKind::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return FailureKind::busy;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return FailureKind::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return FailureKind::corrupt;
    default:
      return FailureKind::other;
  }
}

std::string sentence(FailureKind kind, int code, std::string_view message, std::string_view path) {
  const std::string file(path);
  const std::string said = " (SQLite " + std::to_string(code) + ": " + std::string(message) + ")";
  switch (kind) {
    case FailureKind::disk_full:
      return "The disk of " + file +
             " is full, so nothing was written. Make room; it goes on by itself then." + said;
    case FailureKind::busy:
      return "Another program holds the lock of " + file + ". Close it; it goes on by itself then." + said;
    case FailureKind::io:
      return "Reading or writing " + file +
             " failed, so nothing was written. Check the disk and the file's owner " + "and mode." + said;
    case FailureKind::sync:
      return "Syncing " + file +
             " to its disk failed, so what is on the disk is not known and nothing more is " +
             "written. Check the disk, then start pulterd again." + said;
    case FailureKind::corrupt:
      return file +
             " is damaged or is no Pulter database. Put a backup in its place, or rescue what can be read " +
             "with: sqlite3 '" + file + "' .recover" + said;
    case FailureKind::other:
      break;
  }
  return "SQLite could not do what was asked of " + file + "." + said;
}

}  // namespace

Failure make_failure(int code, std::string_view message, std::string_view path) {
  const FailureKind kind = kind_of(code);
  return Failure{kind, code, sentence(kind, code, message, path)};
}

Error to_error(Failure failure) {
  ErrorCode code = ErrorCode::store_unavailable;
  if (failure.kind == FailureKind::disk_full) code = ErrorCode::disk_full;
  if (failure.kind == FailureKind::corrupt) code = ErrorCode::store_corrupt;
  return Error{code, -1, std::move(failure.detail)};
}

}  // namespace pulter::store
