#pragma once

#include <atomic>

namespace pulter::store {

/// A VFS of SQLite over the system's own that fails on demand. One for the program: `name` is for
/// Database::Settings.
struct FaultVfs {
  static constexpr const char* name = "pulter-fault";
  static void install();

  /// Every sync fails while set.
  static std::atomic<bool> fail_sync;
  /// Every write fails with "disk full" while set.
  static std::atomic<bool> fail_write_full;
  /// Every write fails with an I/O error while set.
  static std::atomic<bool> fail_write_io;
  /// Every write behind a file's end fails with "disk full" while set.
  static std::atomic<bool> fail_growth;
  /// Every write to SQLite's log fails with "disk full" while set.
  static std::atomic<bool> fail_log_full;
  /// Every write to the journal of requests fails with this code while set, although its bytes get there.
  static std::atomic<int> fail_journal;
  /// None of them any more.
  static void heal();
  /// Every read fails with an I/O error while set.
  static std::atomic<bool> fail_read;
  static std::atomic<int> syncs;
};

}  // namespace pulter::store
