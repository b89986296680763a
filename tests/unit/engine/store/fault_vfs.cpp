#include "tests/unit/engine/store/fault_vfs.h"

#include <sqlite3.h>

#include <new>
#include <string_view>

namespace pulter::store {

std::atomic<bool> FaultVfs::fail_sync = false;
std::atomic<bool> FaultVfs::fail_write_full = false;
std::atomic<bool> FaultVfs::fail_write_io = false;
std::atomic<bool> FaultVfs::fail_growth = false;
std::atomic<bool> FaultVfs::fail_log_full = false;
std::atomic<int> FaultVfs::fail_journal = SQLITE_OK;
std::atomic<bool> FaultVfs::fail_read = false;
std::atomic<int> FaultVfs::syncs = 0;

namespace {

/// SQLite gives one block of memory: this, and the real file behind it.
struct FaultFile {
  sqlite3_file base;
  bool is_log;
  bool is_journal;
  [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<FaultFile*>(file)->real();
}
const sqlite3_io_methods* methods_of(sqlite3_file* file) {
  return real_of(file)->pMethods;
}

int write_file(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (FaultVfs::fail_write_full) return SQLITE_FULL;
  if (FaultVfs::fail_write_io) return SQLITE_IOERR_WRITE;
  const auto* const fault = reinterpret_cast<FaultFile*>(file);
  if (FaultVfs::fail_log_full && fault->is_log) return SQLITE_FULL;
  sqlite3_int64 size = 0;
  if (FaultVfs::fail_growth && methods_of(file)->xFileSize(real_of(file), &size) == SQLITE_OK &&
      offset + count > size)
    return SQLITE_FULL;
  const int code = methods_of(file)->xWrite(real_of(file), bytes, count, offset);
  return FaultVfs::fail_journal != SQLITE_OK && fault->is_journal ? FaultVfs::fail_journal.load() : code;
}

int sync_file(sqlite3_file* file, int flags) {
  ++FaultVfs::syncs;
  if (FaultVfs::fail_sync) return SQLITE_IOERR_FSYNC;
  return methods_of(file)->xSync(real_of(file), flags);
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return methods_of(f)->xClose(real_of(f)); },
    .xRead =
        [](sqlite3_file* f, void* into, int n, sqlite3_int64 at) {
          if (FaultVfs::fail_read) return SQLITE_IOERR_READ;
          return methods_of(f)->xRead(real_of(f), into, n, at);
        },
    .xWrite = write_file,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return methods_of(f)->xTruncate(real_of(f), size); },
    .xSync = sync_file,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return methods_of(f)->xFileSize(real_of(f), size); },
    .xLock = [](sqlite3_file* f, int lock) { return methods_of(f)->xLock(real_of(f), lock); },
    .xUnlock = [](sqlite3_file* f, int lock) { return methods_of(f)->xUnlock(real_of(f), lock); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* out) { return methods_of(f)->xCheckReservedLock(real_of(f), out); },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return methods_of(f)->xFileControl(real_of(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return methods_of(f)->xSectorSize(real_of(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return methods_of(f)->xDeviceCharacteristics(real_of(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
          return methods_of(f)->xShmMap(real_of(f), page, size, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int at, int n,
                   int flags) { return methods_of(f)->xShmLock(real_of(f), at, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { methods_of(f)->xShmBarrier(real_of(f)); },
    .xShmUnmap = [](sqlite3_file* f, int remove) { return methods_of(f)->xShmUnmap(real_of(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* system_vfs() {
  return sqlite3_vfs_find(nullptr);
}

int open_file(sqlite3_vfs*, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  auto* fault = reinterpret_cast<FaultFile*>(file);
  fault->base.pMethods = nullptr;
  const std::string_view name = path == nullptr ? "" : path;
  fault->is_log = name.ends_with("-wal");
  fault->is_journal = name.ends_with("-requests");
  const int code = system_vfs()->xOpen(system_vfs(), path, fault->real(), flags, out_flags);
  if (code == SQLITE_OK) fault->base.pMethods = &methods;
  return code;
}

}  // namespace

void FaultVfs::heal() {
  for (auto* fault : {&fail_sync, &fail_write_full, &fail_write_io, &fail_growth, &fail_log_full, &fail_read})
    *fault = false;
  fail_journal = SQLITE_OK;
}

void FaultVfs::install() {
  static sqlite3_vfs vfs;
  if (vfs.zName != nullptr) return;
  vfs = *system_vfs();
  vfs.zName = name;
  vfs.pNext = nullptr;
  vfs.szOsFile += static_cast<int>(sizeof(FaultFile));
  vfs.xOpen = open_file;
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace pulter::store
