#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "codec/base/result.h"
#include "engine/store/sqlite_errors.h"

struct sqlite3;
struct sqlite3_stmt;

namespace pulter::store {

class Database;

/// One prepared statement in use: parameters and columns are taken in order, one after the other.
///
///     Query query = db.query("SELECT id, url FROM webhooks WHERE number < ?").with(cursor);
///     while (query.row()) use(query.text(), query.integer());
///
/// Errors stick to the Database: after one, `row` and `run` answer false and do nothing, until it was taken.
/// Two queries of the same SQL must not overlap in time. Parameters are copied.
class Query {
 public:
  Query(Database& db, sqlite3_stmt* statement) noexcept : db_(&db), statement_(statement) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::string_view text);
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(std::integral auto number) { return bind_integer(static_cast<std::int64_t>(number)); }
  Query& bind(const std::optional<std::string>& text) {
    return text ? bind(std::string_view(*text)) : bind_null();
  }
  Query& bind_blob(std::string_view bytes);
  Query& bind_null();
  /// All parameters in order.
  template <class... Values>
  Query&& with(const Values&... values) && {
    (bind(values), ...);
    return std::move(*this);
  }
  template <class... Values>
  Query& with(const Values&... values) & {
    (bind(values), ...);
    return *this;
  }

  /// The next row. False at the end, and on an error.
  bool row();
  /// Runs a statement that gives no rows. False on an error.
  bool run();

  // Columns of the row, in order.
  std::int64_t integer();
  std::uint64_t unsigned_integer() { return static_cast<std::uint64_t>(integer()); }
  std::uint32_t number() { return static_cast<std::uint32_t>(integer()); }
  bool flag() { return integer() != 0; }
  std::string text();
  std::string blob() { return text(); }
  std::optional<std::string> optional_text();

 private:
  Query& bind_integer(std::int64_t number);
  void check_bind(int code);

  Database* db_;
  sqlite3_stmt* statement_;  ///< null: it could not be prepared
  int parameter_ = 0;
  int column_ = 0;
};

/// One connection to one SQLite file: WAL, synchronous=FULL, foreign keys, statements prepared once and kept.
///
/// One thread at a time. Errors stick (see Query): whoever runs a group of statements asks `failure()` at its
/// end.
class Database {
 public:
  struct Settings {
    std::string path;        ///< a file, or ":memory:"
    bool read_only = false;  ///< a second connection, for reading
    std::string vfs = {};    ///< for tests that inject faults; empty: the system's
  };

  /// Errors: store_unavailable, disk_full, store_corrupt, each naming the file and what to do.
  static Result<std::unique_ptr<Database>> open(const Settings& settings);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// While it lives, the schema's own text may be written too.
  class Undefended {
   public:
    explicit Undefended(Database& db) : db_(db) { db_.defend(false); }
    ~Undefended() { db_.defend(true); }
    Undefended(const Undefended&) = delete;
    Undefended& operator=(const Undefended&) = delete;

   private:
    Database& db_;
  };

  Query query(std::string_view sql);
  /// Runs a script of statements without parameters. False on an error.
  bool execute(const char* script);

  /// The first error since it was last taken.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  std::optional<Failure> take_failure();
  /// False once SQLite rolled the transaction back by itself, as it may after an error.
  [[nodiscard]] bool in_transaction() const;
  /// Rows that the last INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_row_number() const;
  /// Rows that were touched since it was opened.
  [[nodiscard]] std::int64_t total_changes() const;

  /// Moves what is in the write-ahead log into the database file and syncs it, as far as readers allow. False
  /// on an error. Explicit, because SQLite's own automatic checkpoint hides a failed sync.
  bool checkpoint();
  /// Pages in the write-ahead log after the last commit.
  [[nodiscard]] std::int64_t wal_pages() const { return wal_pages_; }

  [[nodiscard]] bool is_read_only() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  friend class Query;
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  bool configure(bool read_only);
  void defend(bool on);
  void fail(int code);
  static int on_wal(void* self, sqlite3* handle, const char* name, int pages);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  sqlite3* handle_;
  std::string path_;
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
  std::optional<Failure> failure_;
  std::int64_t wal_pages_ = 0;
};

}  // namespace pulter::store
