#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "codec/base/result.h"
#include "engine/store/sqlite_database.h"

namespace pulter::store {

/// "Pult" in ASCII, as PRAGMA application_id: `file` and sqlite3 can tell whose database it is.
inline constexpr std::int64_t application_id = 0x50756c74;

/// Opens the database for writing, empty where there is none, and changes nothing.
///
/// Errors: store_corrupt for a damaged file and for one that belongs to another program; not_supported for
/// one that a newer version of Pulter wrote; store_unavailable, disk_full.
Result<std::unique_ptr<Database>> open_as_it_is(const Database::Settings& settings);

/// Brings the schema up to date and makes the importer `default`. `now_ms` is the time of rows that it makes.
/// Errors: store_unavailable, disk_full.
Result<> migrate(Database& db, std::int64_t now_ms);

/// Both.
Result<std::unique_ptr<Database>> open_database(const Database::Settings& settings, std::int64_t now_ms);

/// Takes all store shards over: plus one on each epoch. Whoever held a lane before is fenced from now on.
Result<> begin_epoch(Database& db);

}  // namespace pulter::store
