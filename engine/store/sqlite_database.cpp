#include "engine/store/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

#include "codec/base/check.h"

namespace pulter::store {

Query::Query(Query&& other) noexcept
    : db_(other.db_),
      statement_(std::exchange(other.statement_, nullptr)),
      parameter_(other.parameter_),
      column_(other.column_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check_bind(int code) {
  if (code != SQLITE_OK) db_->fail(code);
}

// SQLITE_TRANSIENT is a cast in C; this is the same value without the old-style cast warning at each use.
static const sqlite3_destructor_type copy_it = reinterpret_cast<sqlite3_destructor_type>(-1);

Query& Query::bind(std::string_view text) {
  if (statement_ == nullptr) return *this;
  const char* data = text.data() != nullptr ? text.data() : "";
  check_bind(sqlite3_bind_text64(statement_, ++parameter_, data, text.size(), copy_it, SQLITE_UTF8));
  return *this;
}

Query& Query::bind_blob(std::string_view bytes) {
  if (statement_ == nullptr) return *this;
  const char* data = bytes.data() != nullptr ? bytes.data() : "";
  check_bind(sqlite3_bind_blob64(statement_, ++parameter_, data, bytes.size(), copy_it));
  return *this;
}

Query& Query::bind_integer(std::int64_t number) {
  if (statement_ != nullptr) check_bind(sqlite3_bind_int64(statement_, ++parameter_, number));
  return *this;
}

Query& Query::bind_null() {
  if (statement_ != nullptr) check_bind(sqlite3_bind_null(statement_, ++parameter_));
  return *this;
}

bool Query::row() {
  if (db_->failure() || statement_ == nullptr) return false;
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) db_->fail(code);
  return false;
}

bool Query::run() {
  while (row()) {
  }
  return !db_->failure();
}

std::int64_t Query::integer() {
  return sqlite3_column_int64(statement_, column_++);
}

std::string Query::text() {
  const int column = column_++;
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::string> Query::optional_text() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return text();
}

Result<std::unique_ptr<Database>> Database::open(const Settings& settings) {
  const int flags = (settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  // A count of all memory, which nobody asks for, would cost a lock for every piece of it. Refused, and no
  // harm done, once SQLite is in use.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(settings.path.c_str(), &handle, flags,
                                   settings.vfs.empty() ? nullptr : settings.vfs.c_str());
  if (handle == nullptr)
    return pulter::fail(ErrorCode::store_unavailable, "no memory to open " + settings.path);
  std::unique_ptr<Database> db(new Database(handle, settings.path));
  if (code != SQLITE_OK) db->fail(code);
  if (db->failure_ || !db->configure(settings.read_only)) return pulter::fail(to_error(*db->take_failure()));
  return db;
}

bool Database::configure(bool read_only) {
  sqlite3_busy_timeout(handle_, 5000);
  // The small pieces of memory that every statement takes and gives back come from a block of this
  // connection's.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 1200, 400);
  defend(true);
  // Memory-mapped reading would turn a failing disk into a signal; temporary b-trees stay in memory, bounded
  // by groups. The caches (8 MiB for writing, 4 for reading) are part of the program's stated memory.
  if (!execute("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
               "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;")) {
    return false;
  }
  if (read_only) return execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096;");
  // Removed is removed: what was on a freed page is not in the file, nor in a copy of it, any more
  // (decision 0013).
  if (!execute("PRAGMA cache_size = -8192; PRAGMA secure_delete = ON;")) return false;
  sqlite3_wal_hook(handle_, &Database::on_wal, this);  // takes the place of the automatic checkpoint
  return execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
}

void Database::defend(bool on) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, on ? 1 : 0, nullptr);
}

Database::~Database() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  PULTER_CHECK(sqlite3_close(handle_) == SQLITE_OK);
}

int Database::on_wal(void* self, sqlite3*, const char*, int pages) {
  static_cast<Database*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

Query Database::query(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) {
    PULTER_CHECK(sqlite3_stmt_busy(found->second) == 0);
    return {*this, found->second};
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return {*this, nullptr};
  }
  statements_.emplace(sql, statement);
  return {*this, statement};
}

bool Database::execute(const char* script) {
  if (failure_) return false;
  if (const int code = sqlite3_exec(handle_, script, nullptr, nullptr, nullptr); code != SQLITE_OK)
    fail(code);
  return !failure_;
}

void Database::fail(int code) {
  if (!failure_) failure_ = make_failure(code, sqlite3_errmsg(handle_), path_);
}

std::optional<Failure> Database::take_failure() {
  return std::exchange(failure_, std::nullopt);
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

bool Database::is_read_only() const {
  return sqlite3_db_readonly(handle_, "main") == 1;
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

std::int64_t Database::total_changes() const {
  return sqlite3_total_changes64(handle_);
}

std::int64_t Database::last_row_number() const {
  return sqlite3_last_insert_rowid(handle_);
}

bool Database::checkpoint() {
  if (failure_) return false;
  int pages = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  // Busy: a reader or another program is in the way; what could be moved was moved.
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail(code);
  if (!failure_) wal_pages_ = pages - moved;
  return !failure_;
}

}  // namespace pulter::store
