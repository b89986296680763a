#pragma once

#include <span>

namespace pulter::store {

/// The scripts that make the schema, oldest first: after script n the file's `PRAGMA user_version` is n. They
/// are the .sql files beside this header, compiled in. A released script is never changed; a new one is
/// added.
[[nodiscard]] std::span<const char* const> migrations();

}  // namespace pulter::store
